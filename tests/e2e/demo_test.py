#!/usr/bin/env python3
"""`make demo` without its build: every target comes up, and nothing is left running afterwards.

Usage: demo_test.py EXPORTER SIMULATOR DEMO_SCRIPT
"""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

import programs

demo_script = ""


def processes_with(marker):
    """The pids whose environment has the marker, that is the demo and all that it started."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:  # ended meanwhile, or another user's
            pass
    return found


class Demo(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="session_exporter_e2e."))
        self.marker = f"SESSION_EXPORTER_E2E_MARKER={self.folder}"
        name, _, marked = self.marker.partition("=")
        build = pathlib.Path(programs.exporter_program).parent.parent
        self.environment = {**os.environ, name: marked, "DEMO_BUILD": str(build), "TMPDIR": self.folder}
        # Another demo, or another run of this test, may have the default. Below the ports that outgoing connections take.
        self.environment["DEMO_PORT"] = str(20000 + os.getpid() % 12000)

    def assert_nothing_is_left(self):
        programs.wait_until(lambda: not processes_with(self.marker), "every process of the demo was gone", 15)
        self.assertEqual(os.listdir(self.folder), [])

    def test_it_shows_sessions_and_cleans_up(self):
        result = subprocess.run(
            [demo_script],
            env={**self.environment, "DEMO_ONCE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * programs.PATIENCE,
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("/metrics", result.stdout)
        for target in ("kasm-demo", "kasm-lab", "intersight-key", "intersight-oauth2", "aws/demo/us-east-1"):
            self.assertRegex(result.stdout, rf'session_sessions{{target="{target}".*}} [1-9]')
        self.assert_nothing_is_left()

    def test_ctrl_c_stops_everything(self):
        with programs.Program([demo_script], self.environment) as demo:
            demo.wait_for_output("Ctrl-C stops everything", demo.out)
            self.assertGreaterEqual(len(processes_with(self.marker)), 3)
            demo.send(signal.SIGINT)
            self.assertEqual(demo.wait(), 0, demo.err())
        self.assert_nothing_is_left()


if __name__ == "__main__":
    (script,), run = programs.main(["DEMO_SCRIPT"])
    demo_script = os.path.abspath(script)
    if shutil.which("curl") is None:
        programs.skip("curl is not installed")
    run()
