#!/usr/bin/env python3
"""Runs promtool, and exits with 77 (skipped) where it is missing.

Usage: promtool.py ARGUMENT...
"""

import os
import shutil
import sys

if shutil.which("promtool") is None:
    print("skipped: promtool is missing (Debian package prometheus)")
    sys.exit(77)
sys.stdout.flush()
os.execvp("promtool", ["promtool", *sys.argv[1:]])
