#!/usr/bin/env python3
"""The files that are shipped beside the program: every query of the dashboards is run, the rest is checked by its tool.

Usage: files_test.py EXPORTER SIMULATOR SOURCE_FOLDER
"""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import programs
from prometheus_test import Prometheus

source = pathlib.Path()


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


class Deploy(unittest.TestCase):
    def test_promtool_takes_the_scrape_configuration(self):
        code, output = run("promtool", "check", "config", source / "deploy/prometheus/prometheus.yml")
        self.assertEqual(code, 0, output)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is missing")
    def test_systemd_takes_the_unit_and_finds_little_exposed(self):
        unit = (source / "deploy/systemd/session_exporter.service").read_text()
        self.assertIn("ExecStart=/usr/local/bin/session_exporter", unit)
        with tempfile.TemporaryDirectory(prefix="session_exporter_e2e.") as folder:
            # The program need not be installed for the unit to be right.
            path = pathlib.Path(folder, "session_exporter.service")
            path.write_text(unit.replace("/usr/local/bin/session_exporter", programs.exporter_program))
            socket_unit = pathlib.Path(folder, "session_exporter.socket")
            shutil.copy(source / "deploy/systemd/session_exporter.socket", socket_unit)
            code, output = run("systemd-analyze", "verify", socket_unit)
            self.assertEqual((code, output), (0, ""))
            code, output = run("systemd-analyze", "verify", path)
            self.assertEqual((code, output), (0, ""))
            code, output = run("systemd-analyze", "security", "--offline=true", "--threshold=15", path)
            self.assertEqual(code, 0, output)


class Dashboards(unittest.TestCase):
    def test_every_query_returns_data(self):
        simulator = self.enterContext(programs.Simulator("--seed=5"))
        exporter = self.enterContext(
            programs.Exporter(
                programs.configuration(
                    programs.kasm_target("well", simulator.url()),
                    programs.kasm_target("ill", simulator.url("html")),
                )
            )
        )
        prometheus = self.enterContext(Prometheus({"sessions": exporter.address}))
        programs.wait_until(lambda: prometheus.value('session_up{target="well"}') == 1, "a scrape arrived")
        dashboards = sorted((source / "dashboards").glob("*.json"))
        self.assertTrue(dashboards)
        for path in dashboards:
            dashboard = json.loads(path.read_text())
            identities = [panel["id"] for panel in dashboard["panels"]]
            self.assertEqual(len(identities), len(set(identities)))
            for panel in dashboard["panels"]:
                self.assertTrue(panel["description"], panel["title"])
                for target in panel["targets"]:
                    with self.subTest(dashboard=path.name, panel=panel["title"], query=target["expr"]):
                        self.assertTrue(prometheus.query(target["expr"].replace("$target", ".+")))


if __name__ == "__main__":
    (folder,), start = programs.main(["SOURCE_FOLDER"])
    source = pathlib.Path(folder)
    for tool in ("prometheus", "promtool"):
        if shutil.which(tool) is None:
            programs.skip(f"{tool} is missing")
    start()
