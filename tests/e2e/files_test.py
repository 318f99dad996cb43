#!/usr/bin/env python3
"""The files that are shipped beside the program, each checked by its tool. Dashboards have tests of their own.

Usage: files_test.py EXPORTER SIMULATOR SOURCE_FOLDER
"""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import programs

source = pathlib.Path()


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


class Deploy(unittest.TestCase):
    def test_promtool_takes_the_scrape_configuration(self):
        for path in (source / "deploy/prometheus").glob("*.yml"):
            code, output = run("promtool", "check", "config", path)
            self.assertEqual(code, 0, output)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is missing")
    def test_systemd_takes_the_unit_and_finds_little_exposed(self):
        unit = (source / "deploy/systemd/session_exporter.service.in").read_text()
        self.assertIn("\nExecStart=@bindir@/session_exporter ", unit)
        with tempfile.TemporaryDirectory(prefix="session_exporter_e2e.") as folder:
            # The program need not be installed for the unit to be right, nor its man page.
            path = pathlib.Path(folder, "session_exporter.service")
            path.write_text(unit.replace("@bindir@/session_exporter", programs.exporter_program))
            socket_unit = pathlib.Path(folder, "session_exporter.socket")
            shutil.copy(source / "deploy/systemd/session_exporter.socket", socket_unit)
            for checked in (socket_unit, path):
                code, output = run("systemd-analyze", "verify", "--man=no", checked)
                self.assertEqual((code, output), (0, ""))
            code, output = run("systemd-analyze", "security", "--offline=true", "--threshold=15", path)
            self.assertEqual(code, 0, output)

    def test_the_unit_and_the_program_agree(self):
        """What systemd would otherwise find out only when the unit runs."""
        unit = (source / "deploy/systemd/session_exporter.service.in").read_text()
        settings = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
        self.assertEqual((settings["Type"], settings["NotifyAccess"]), ("notify", "main"))
        self.assertGreater(int(settings["WatchdogSec"]), 0)
        self.assertTrue(settings["LoadCredential"].endswith(":/etc/session_exporter/secrets"))
        # process_start_time_seconds, by which Prometheus sees a restart, is read from /proc/stat.
        self.assertEqual(settings["ProcSubset"], "all")
        for flag in re.findall(r"--[a-z][a-z.-]+", settings["ExecStart"]):
            self.assertIn(flag, programs.run_exporter("--help").stdout)


if __name__ == "__main__":
    (folder,), start = programs.main(["SOURCE_FOLDER"])
    source = pathlib.Path(folder)
    if shutil.which("promtool") is None:
        programs.skip("promtool is missing")
    start()
