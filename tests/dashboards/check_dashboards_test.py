#!/usr/bin/env python3
"""check_dashboards.py on small dashboards, each wrong in one way: a check that never fails would pass everything."""

import copy
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_dashboards  # noqa: E402  (found through the line above)
import dashboard_files  # noqa: E402

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
UP = 'max by (target) (session_up{target=~"$target"})'


def panel(identity, kind, y, queries, **more):
    return {
        "id": identity,
        "type": kind,
        "title": f"Title {identity}",
        "description": "What an operator sees here.",
        "gridPos": {"x": 0, "y": y, "w": 24, "h": 4},
        "datasource": DATASOURCE,
        "fieldConfig": {"defaults": {"unit": "none"}, "overrides": []},
        "options": {},
        "targets": [
            {"refId": letter, "datasource": DATASOURCE, "expr": expression, **more}
            for letter, expression in zip("AB", queries)
        ],
    }


def good():
    table = panel(3, "table", 8, [UP, UP], format="table", instant=True)
    table["transformations"] = [
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "indexByName": {"target": 0, "Value #A": 1, "Value #B": 2},
                "renameByName": {"target": "Target", "Value #A": "Up"},
            },
        },
    ]
    table["fieldConfig"]["overrides"] = [{"matcher": {"id": "byName", "options": "Up"}, "properties": []}]
    calls = 'sum(rate(session_exporter_api_requests_total{target=~"$target"}[$__rate_interval]))'
    return {
        "id": None,
        "uid": "good",
        "title": "Good",
        "description": "Nothing to find.",
        "tags": ["session_exporter"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "1m",
        "links": [{"type": "dashboards", "tags": ["session_exporter"], "includeVars": True, "keepTime": True}],
        "annotations": {"list": []},
        "templating": {
            "list": [
                {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
                {
                    "name": "target",
                    "label": "Target",
                    "type": "query",
                    "datasource": DATASOURCE,
                    "query": {"query": "label_values(session_up, target)", "refId": "target"},
                    "refresh": 2,
                    "multi": True,
                    "includeAll": True,
                },
            ]
        },
        "panels": [
            panel(1, "stat", 0, [UP], instant=True),
            panel(2, "timeseries", 4, [calls], legendFormat="calls"),
            table,
        ],
    }


def violations(change=lambda dashboard: None, layout=dashboard_files.canonical, others=()):
    """What check() says about the good dashboard after the change."""
    dashboard = good()
    change(dashboard)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "one.json").write_text(layout(dashboard), encoding="utf-8")
        for number, other in enumerate(others):
            pathlib.Path(folder, f"other{number}.json").write_text(dashboard_files.canonical(other), encoding="utf-8")
        return [f"{where}: {message}" for _, where, message in check_dashboards.check(folder)]


def setting(*path_and_value):
    *path, key, value = path_and_value

    def change(dashboard):
        for step in path:
            dashboard = dashboard[step]
        dashboard[key] = value

    return change


def query(number, expression):
    return setting("panels", number, "targets", 0, "expr", expression)


class CheckDashboards(unittest.TestCase):
    def test_a_dashboard_in_order_has_no_violations(self):
        self.assertEqual(violations(), [])

    def test_each_rule_finds_its_violation(self):
        rate = 'sum(rate(session_exporter_api_requests_total{target=~"$target"}[5m]))'
        total = 'sum(session_exporter_api_requests_total{target=~"$target"})'
        buckets = 'sum by (le) (session_exporter_api_request_duration_seconds_bucket{target=~"$target"})'
        columns = ("panels", 2, "transformations", 1, "options")
        cases = [
            ("schemaVersion has to be 39", setting("schemaVersion", 42)),
            ("editable has to be false", setting("editable", True)),
            ("id has to be null", setting("id", 7)),
            ("uid has to be", setting("uid", "with space")),
            ("uid has to be", setting("uid", "x" * 41)),
            ("refresh has to be a text", setting("refresh", False)),
            ("title is missing", setting("title", "")),
            ("description is missing", setting("description", "")),
            ("the tag session_exporter", setting("tags", [])),
            ("no link to the other dashboards", setting("links", 0, "keepTime", False)),
            ("__inputs are not filled in", setting("__inputs", [])),
            ("has to be the choice of a Prometheus", setting("templating", "list", 0, "label", "DS")),
            ("variable target: has no label", setting("templating", "list", 1, "label", "")),
            ("variable target: does not use ${datasource}", setting("templating", "list", 1, "datasource", None)),
            ("refresh has to be 2", setting("templating", "list", 1, "refresh", 1)),
            ("is no label_values", setting("templating", "list", 1, "query", "query", "query_result(session_up)")),
            ("has to offer several values", setting("templating", "list", 1, "multi", False)),
            ("variable target: is defined twice", lambda d: d["templating"]["list"].append(d["templating"]["list"][1])),
            ("variable nowhere: is used and not defined", query(0, 'sum(session_up{target=~"$nowhere"})')),
            ("variable idle: is defined and not used", setting("templating", "list", 1, "name", "idle")),
            ("the type graph is not among", setting("panels", 0, "type", "graph")),
            ("has no title", setting("panels", 0, "title", "")),
            ("has no description", setting("panels", 0, "description", "Up.")),
            ("does not use ${datasource}", setting("panels", 0, "datasource", {"type": "prometheus", "uid": "abc"})),
            ("query A does not use ${datasource}", setting("panels", 0, "targets", 0, "datasource", None)),
            ("has no unit", setting("panels", 0, "fieldConfig", "defaults", {})),
            ("the unit seconds is not among", setting("panels", 0, "fieldConfig", "defaults", "unit", "seconds")),
            ("has no query", setting("panels", 0, "targets", [])),
            ("the same refId", setting("panels", 2, "targets", 1, "refId", "A")),
            ("of a table has to be instant", setting("panels", 2, "targets", 0, "instant", False)),
            ("what is not there now must not be shown", setting("panels", 0, "targets", 0, "instant", False)),
            ("query A has no legend", setting("panels", 1, "targets", 0, "legendFormat", "")),
            ("a counter stands outside", query(1, total)),
            ("a counter stands outside", query(1, buckets)),
            ("a rate over 5m instead of", query(1, rate)),
            ("is not narrowed down", query(0, "sum(session_up)")),
            ("there is no field 'Value #C'", setting(*columns, "indexByName", {"target": 0, "Value #C": 1})),
            ("there is no field 'Value'", setting(*columns, "renameByName", {"target": "Target", "Value": "Up"})),
            ("are not merged", setting("panels", 2, "transformations", 0, "id", "seriesToRows")),
            ("an override is for the column 'Up'", setting(*columns, "renameByName", {"target": "Target"})),
            ("neither topk() nor a limit", setting(*columns, "indexByName", {"session": 0, "Value #A": 1})),
            ("panel 1: this id occurs twice", setting("panels", 1, "id", 1)),
            ("is not inside the 24 columns", setting("panels", 0, "gridPos", "x", 1)),
            ("lies on panel 1", setting("panels", 1, "gridPos", "y", 3)),
            ("lies on panel 1", setting("panels", 1, "gridPos", {"x": 23, "y": 3, "w": 1, "h": 1})),
            ("link to gone: there is no dashboard", setting("panels", 0, "description", "See /d/gone for more.")),
            ("unclosed left parenthesis", query(0, 'sum(session_up{target=~"$target"}')),
            ("panel 1 (Title 1) A", query(0, 'sum(session_up{target=~"$target"} ==)')),
        ]
        for message, change in cases:
            with self.subTest(message=message):
                found = violations(change)
                self.assertTrue(any(message in violation for violation in found), found)

    def test_one_mistake_is_one_violation(self):
        self.assertEqual(
            violations(setting("editable", True)), ["dashboard: editable has to be false"], "and nothing beside it"
        )

    def test_another_layout_is_a_violation(self):
        found = violations(layout=lambda dashboard: dashboard_files.json.dumps(dashboard, indent=2))
        self.assertEqual(found, ["layout: is not the canonical one, which --fix writes"])

    def test_a_long_file_is_a_violation(self):
        def lengthen(dashboard):
            dashboard["panels"] += [copy.deepcopy(dashboard["panels"][0]) for _ in range(60)]

        self.assertIn("layout: has more than 400 lines", violations(lengthen))

    def test_uid_and_title_are_each_used_once(self):
        twin = {**good(), "title": "Another"}
        self.assertEqual(violations(others=[twin]), ["dashboard: another one has the same uid"] * 2)
        twin = {**good(), "uid": "another"}
        self.assertEqual(violations(others=[twin]), ["dashboard: another one has the same title"] * 2)

    def test_an_empty_folder_is_a_violation(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual([message for *_, message in check_dashboards.check(folder)], ["there is no dashboard"])

    def test_the_script_fails_prints_and_fixes(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "one.json")
            path.write_text(dashboard_files.json.dumps(good()))
            command = [sys.executable, check_dashboards.__file__, folder]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(
                (done.returncode, done.stdout),
                (1, "one.json: layout: is not the canonical one, which --fix writes\n"),
            )
            fixed = subprocess.run([*command, "--fix"], capture_output=True, text=True)
            self.assertEqual((fixed.returncode, fixed.stdout), (0, ""))
            self.assertEqual(path.read_text(), dashboard_files.canonical(good()))


class Layout(unittest.TestCase):
    def test_the_canonical_layout_changes_nothing_but_the_layout(self):
        text = dashboard_files.canonical(good())
        self.assertEqual(dashboard_files.json.loads(text), good())
        self.assertEqual(dashboard_files.canonical(dashboard_files.json.loads(text)), text)

    def test_lines_are_full_and_not_too_long(self):
        text = dashboard_files.layout({f"key {number}": [number] * 9 for number in range(40)})
        self.assertLess(text.count("\n"), 30)
        self.assertLessEqual(max(map(len, text.splitlines())), dashboard_files.WIDTH)

    def test_a_list_of_large_objects_opens_on_one_line(self):
        large = {"number": 1, "text": "x" * 100, "more": "y" * 30}
        lines = dashboard_files.layout({"panels": [large, large]}).splitlines()
        self.assertEqual((lines[0], lines[-1]), ('{"panels": [{', "}]}"))


if __name__ == "__main__":
    if shutil.which("promtool") is None:
        print("skipped: promtool is missing (Debian package prometheus)")
        sys.exit(check_dashboards.SKIPPED)
    unittest.main(verbosity=2)
