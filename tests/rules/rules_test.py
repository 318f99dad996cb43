#!/usr/bin/env python3
"""The shipped rules, runbooks and mixin belong together, and their own tools take them.

Usage: rules_test.py SOURCE_FOLDER
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import check_rules
import yaml

source = pathlib.Path()


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **options)
    return done.returncode, done.stdout + done.stderr


class Rules(unittest.TestCase):
    def test_alerts_tests_runbooks_and_documents_belong_together(self):
        self.assertEqual(list(check_rules.check(source)), [])

    @unittest.skipUnless(shutil.which("promtool"), "promtool is missing (Debian package prometheus)")
    def test_the_queries_of_the_runbooks_are_promql(self):
        queries = {}
        for path in sorted((source / "docs/runbooks").glob("*.md")):
            for query in check_rules.queries(path.read_text()):
                queries[f"runbook:query{len(queries)}"] = query
        self.assertGreater(len(queries), 30)
        rules = [{"record": name, "expr": query} for name, query in queries.items()]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump({"groups": [{"name": "runbooks", "rules": rules}]}, file)
            file.flush()
            code, output = run("promtool", "check", "rules", file.name)
        self.assertEqual(code, 0, output)
        self.assertIn(f"{len(queries)} rules found", output)

    def test_the_lines_of_the_readme_rename_everything(self):
        readme = (source / "dashboards/README.md").read_text()
        lines = [line.strip().strip("`") for line in readme.splitlines()]
        commands = [line for line in lines if line.startswith("sed -i")]
        self.assertEqual(len(commands), 2)
        with tempfile.TemporaryDirectory() as folder:
            for path in check_rules.rule_files(source):
                shutil.copy(path, folder)
            for command in commands:
                self.assertEqual(run("sh", "-c", command, cwd=folder), (0, ""))
            text = "".join(path.read_text() for path in pathlib.Path(folder).iterdir())
        for former in (check_rules.RUNBOOKS, 'job="sessions"'):
            self.assertNotIn(former, text)
        self.assertEqual(text.count('{job="NAME"}'), 4)
        self.assertEqual(text.count("https://wiki.example.net/runbooks/Session"), len(check_rules.alerts(source)))


@unittest.skipUnless(shutil.which("jsonnet"), "jsonnet is missing (Debian package jsonnet)")
class Mixin(unittest.TestCase):
    def evaluate(self, config="{}"):
        program = f"(import '{source.resolve()}/dashboards/mixin.libsonnet') + {{_config+:: {config}}}"
        program = f"local m = {program}; {{rules: m.prometheusRules.groups, alerts: m.prometheusAlerts.groups, " \
                  "dashboards: m.grafanaDashboards}"
        code, output = run("jsonnet", "-e", program)
        self.assertEqual(code, 0, output)
        return json.loads(output)

    def test_it_has_the_same_rules_and_dashboards(self):
        mixin = self.evaluate()
        groups = [group for path in check_rules.rule_files(source)
                  for group in yaml.safe_load(path.read_text())["groups"]]

        def comparable(listed):
            """By name; of jsonnet 0.18's blanks where YAML has line ends in a folded block, none is inside a string."""
            for group in listed:
                for rule in group["rules"]:
                    rule["expr"] = " ".join(rule["expr"].split())
            return sorted(listed, key=lambda group: group["name"])

        self.assertEqual(comparable(mixin["rules"] + mixin["alerts"]), comparable(groups))
        for name, dashboard in mixin["dashboards"].items():
            self.assertEqual(dashboard, json.loads((source / "dashboards" / name).read_text()))

    def test_its_configuration_takes_effect(self):
        mixin = self.evaluate("{runbookURLPrefix: 'https://wiki/', sessionExporterSelector: 'job=\"x\"'}")
        text = json.dumps(mixin["alerts"])
        self.assertNotIn(check_rules.RUNBOOKS, text)
        self.assertNotIn('sessions\\"}', text)
        self.assertIn("https://wiki/SessionStale.md", text)
        self.assertIn('absent(up{job=\\"x\\"})', text)


if __name__ == "__main__":
    source = pathlib.Path(sys.argv.pop(1))
    unittest.main()
