#!/usr/bin/env python3
"""Runs every query of the dashboards against a real Prometheus that scrapes the exporter over all simulated backends.

Usage: dashboards_test.py EXPORTER SIMULATOR SOURCE_FOLDER

Three servers scrape: one `/metrics`, one the probes that `/sd` tells, and one two exporters in both ways, as pairs for
high availability do.
"""

import json
import math
import pathlib
import re
import shutil
import sys
import unittest
import urllib.parse

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "e2e")]
import dashboard_files as dashboards  # noqa: E402  (found through the line above)
import programs  # noqa: E402
from prometheus_test import Prometheus  # noqa: E402

source = pathlib.Path()

# The range of a dashboard, for queries over the whole of it, and the time that a graph shows here.
RANGE = "10m"
GRAPH_SECONDS = 4
DOWN = "kasm/down"
# How far the simulator's clock may be behind at the end of the tests.
PATIENCE_WITH_CLOCKS = 60
# Served only by an exporter about itself.
OWN = re.compile(r"\b(session_exporter|process)_")

# Queries that may be without data here, as (dashboard, panel, refId), and why.
MAY_BE_EMPTY = {}

# Metrics that no panel shows, and why.
NOT_SHOWN = {
    "process_max_fds": "a constant of the unit file; open descriptors are shown",
    "process_start_time_seconds": "the time since the configuration was loaded shows a restart as well",
    "process_virtual_memory_bytes": "address space that sanitizers and allocators reserve says nothing",
    "session_exporter_targets": "the tables of targets have a row for each",
    "session_user_sessions": "needs user in group_by, which is off by default; tables count session_info instead",
}


def configuration(url, main_fault=""):
    return programs.configuration(
        programs.kasm_target("kasm/main", url(main_fault), group_by="[user, image, host, deployment_zone]"),
        programs.kasm_target("kasm/odd", url("wrong_types"), per_session="{limit: 5}"),
        programs.kasm_target(DOWN, url("status=503")),
        programs.intersight_target("intersight", url(), stale_after="10m"),
        programs.aws_ssm_target(
            "aws",
            url(),
            account_id="'123456789012'",
            regions="[us-east-1, eu-west-1]",
            group_by="[document, role, access_type]",
            history="{enabled: true, window: 30d}",
        ),
    )


class Server(Prometheus):
    def ask(self, path, **parameters):
        answer = programs.get(self.address, f"/api/v1/{path}?" + urllib.parse.urlencode(parameters, doseq=True))
        document = json.loads(answer.body)
        if document["status"] != "success":
            raise AssertionError(f"{document['error']}: {parameters}")
        return document["data"]

    def now(self):
        return float(self.ask("query", query="time()")["result"][0])

    def choices(self, dashboard):
        """The values of every variable, and what they are as All."""
        found, chosen = {}, {"__range": RANGE}
        for variable in dashboards.query_variables(dashboard):
            selector, label = dashboards.label_values(variable)
            series = self.ask("series", **{"match[]": dashboards.with_values(selector, chosen)})
            found[variable["name"]] = sorted({labels.get(label, "") for labels in series})
            every = "|".join(re.escape(value).replace("\\", "\\\\") for value in found[variable["name"]])
            chosen[variable["name"]] = variable.get("allValue", f"({every})")
        return found, chosen


class Dashboards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.documents = {path.stem: dashboards.read(path) for path in dashboards.files(source / "dashboards")}
        cls.simulator = cls.enterClassContext(programs.Simulator("--seed=5", "--sessions=40"))
        environment = programs.aws_environment(cls.simulator.url())
        # The twin does not reach one of the targets, as happens to one of a pair.
        cls.exporter, twin = (
            cls.enterClassContext(
                programs.Exporter(configuration(cls.simulator.url, fault), environment=environment)
            )
            for fault in ("", "status=500")
        )
        cls.pages = cls.enterClassContext(Server({"sessions": cls.exporter.address}))
        cls.probes = cls.enterClassContext(Server({}, discover=cls.exporter.address))
        both = {"sessions": cls.exporter.address, "twin": twin.address}
        cls.pair = cls.enterClassContext(Server(both, discover=cls.exporter.address))
        targets = len(re.findall(r"^session_up\{", cls.exporter.scrape(), re.MULTILINE))
        for server, times in ((cls.pages, 1), (cls.probes, 1), (cls.pair, 3)):
            # Three scrapes of everything give rates and graphs.
            condition = f"count(count_over_time(session_up[1m]) >= 3) == {targets * times}"
            programs.wait_until(lambda: server.query(condition), f"all targets were scraped {times} times over")
        # All servers are asked about the same moment, so that no session expires between two answers.
        cls.moment = cls.pages.now()

    def queries(self):
        """(dashboard's name, dashboard, panel, target, whether it is about the exporter itself)"""
        for name, dashboard in self.documents.items():
            for panel, target in dashboards.targets(dashboard):
                yield name, dashboard, panel, target, bool(OWN.search(target["expr"]))

    def tiles(self):
        for name, dashboard, panel, target, own in self.queries():
            if panel["type"] == "stat" and not own:
                yield f"{name}: {panel['title']}", dashboard, target

    def run_query(self, server, dashboard, target):
        """Every value of the answer, as (labels, value)."""
        _, values = server.choices(dashboard)
        query = dashboards.with_values(target["expr"], {**values, "__rate_interval": "10s"})
        if target.get("instant"):
            found = server.ask("query", query=query, time=self.moment)["result"]
            return [(one["metric"], float(one["value"][1])) for one in found]
        begin = self.moment - GRAPH_SECONDS
        found = server.ask("query_range", query=query, start=begin, end=self.moment, step=2)["result"]
        return [(series["metric"], float(value)) for series in found for _, value in series["values"]]

    def assert_has_data(self, server, about_itself):
        seen = set()
        for name, dashboard, panel, target, own in self.queries():
            if own and not about_itself:
                continue
            where = (name, panel["title"], target["refId"])
            with self.subTest(query=where):
                found = self.run_query(server, dashboard, target)
                if not found:
                    self.assertIn(where, MAY_BE_EMPTY, target["expr"])
                    seen.add(where)
                self.assertTrue(all(math.isfinite(value) for _, value in found), target["expr"])
        return seen

    def test_every_query_returns_data_where_pages_are_scraped(self):
        empty = self.assert_has_data(self.pages, about_itself=True)
        self.assertEqual(empty, set(MAY_BE_EMPTY), "what is not empty any more need not be listed")

    def test_every_query_about_targets_returns_data_where_probes_are_scraped(self):
        self.assert_has_data(self.probes, about_itself=False)
        self.assertEqual(self.probes.query("session_exporter_build_info"), [])

    def test_every_query_returns_data_of_a_pair(self):
        self.assert_has_data(self.pair, about_itself=True)

    def test_a_pair_counts_nothing_twice(self):
        compared = 0
        for where, dashboard, target in self.tiles():
            if "time()" in target["expr"] or "duration" in target["expr"]:
                continue
            with self.subTest(tile=where):
                one, two = (self.run_query(server, dashboard, target) for server in (self.pages, self.pair))
                self.assertEqual(two, one)
                compared += 1
        self.assertGreater(compared, 20)

    def test_a_pair_has_one_row_for_each_target_and_session(self):
        # What a row is about; which of equally large ones are among the first is a matter of luck.
        subjects = ("target", "session", "user", "image", "why")
        compared = 0
        for name, dashboard, panel, target, _ in self.queries():
            if panel["type"] == "table":
                with self.subTest(dashboard=name, panel=panel["title"], query=target["refId"]):
                    one, two = (self.run_query(server, dashboard, target) for server in (self.pages, self.pair))
                    if target["refId"] == "A":
                        self.assertEqual(len(two), len(one))
                    rows = [tuple(labels.get(subject) for subject in subjects) for labels, _ in two]
                    self.assertEqual(len(set(rows)), len(rows))
                    compared += len(rows)
        self.assertGreater(compared, 300)

    def test_the_table_of_what_needs_a_hand_has_all_that_are_counted(self):
        overview = self.documents["sessions_overview"]
        panels = {panel["title"]: panel for panel in overview["panels"]}
        rows = self.run_query(self.pages, overview, panels["Also needs a hand"]["targets"][0])
        tile = panels["Expired"]["targets"][0]["expr"]

        def listed(target, why):
            return [value for labels, value in rows if (labels["target"], labels["why"]) == (target, why)]

        for target in ("kasm/main", "intersight", "aws/us-east-1"):
            with self.subTest(target=target):
                failed = self.pages.value(f'sum(session_sessions{{target="{target}",state="failed"}}) or vector(0)')
                self.assertEqual(len(listed(target, "failed")), failed)
                # The simulator's clock stands still, and the table goes by Prometheus's.
                expired = self.pages.value(tile.replace('=~"$target"', f'="{target}"'))
                lately = sum(seconds < PATIENCE_WITH_CLOCKS for seconds in listed(target, "expired"))
                self.assertIn(len(listed(target, "expired")) - expired, range(lately + 1))
        self.assertGreater(len(listed("intersight", "expired")), 3)

    def test_every_variable_has_values(self):
        for name, dashboard in self.documents.items():
            found, _ = self.pages.choices(dashboard)
            for variable, values in found.items():
                with self.subTest(dashboard=name, variable=variable):
                    self.assertTrue(values)
        found, _ = self.pages.choices(self.documents["sessions_kasm"])
        self.assertEqual(found["target"], [DOWN, "kasm/main", "kasm/odd"], "only those of its backend")

    def test_every_annotation_tells_the_target_that_is_down(self):
        for name, dashboard in self.documents.items():
            for annotation in dashboards.annotations(dashboard):
                with self.subTest(dashboard=name):
                    query = dashboards.with_values(annotation["expr"])
                    self.assertEqual([labels for labels, _ in self.pages.query(query)], [{"target": DOWN}])

    def test_every_column_is_a_label_of_the_answer(self):
        columns, labels = {}, set()
        for name, dashboard in self.documents.items():
            for panel in dashboards.panels(dashboard):
                if panel["type"] != "table":
                    continue
                own, words = set(), set()
                for target in panel["targets"]:
                    own.update(*(series for series, _ in self.run_query(self.pages, dashboard, target)))
                    words.update(re.findall(r"\w+", target["expr"]))
                labels |= own
                organize = next(t for t in panel["transformations"] if t["id"] == "organize")
                for column in organize["options"]["indexByName"]:
                    if not column.startswith("Value"):
                        columns.setdefault(column, f"{name}: {panel['title']}")
                        self.assertIn(column, own | words, f"{name}: {panel['title']}")
        # Ten rows need not have a value in every column, but some row of some table has.
        self.assertEqual({column: where for column, where in columns.items() if column not in labels}, {})

    def test_a_target_that_is_down_counts_nothing_and_is_seen(self):
        told = {}
        for where, dashboard, target in self.tiles():
            query = dashboards.with_values(target["expr"], {"target": re.escape(DOWN), "__range": RANGE})
            told[where.partition(": ")[2]] = self.pages.query(query)
        self.assertEqual(told.pop("Targets down"), [({}, 1.0)])
        # These are about collections, which there are of a failed target too.
        self.assertLess(told.pop("Deadline used")[0][1], 1)
        for title, values in told.items():
            with self.subTest(tile=title):
                self.assertEqual(values, [], "no number, and no 0 either")

    def test_nothing_scraped_is_no_data(self):
        long_ago = self.moment - 7200
        for where, dashboard, target in self.tiles():
            with self.subTest(tile=where):
                query = dashboards.with_values(target["expr"], {"__range": RANGE})
                self.assertEqual(self.pages.ask("query", query=query, time=long_ago)["result"], [])

    def test_an_exporter_that_died_shows_its_age_and_no_number(self):
        # Prometheus looks back five minutes; this is what it will say in twenty.
        later = 1200
        for where, dashboard, target in self.tiles():
            with self.subTest(tile=where):
                query = dashboards.with_values(target["expr"], {"__range": RANGE})
                found = self.pages.ask("query", query=query, time=self.moment + later)["result"]
                if where.endswith(": Oldest data"):
                    self.assertEqual(len(found), 1)
                    self.assertAlmostEqual(float(found[0]["value"][1]), later, delta=30)
                else:
                    self.assertEqual(found, [])

    def test_dashboards_and_rules_name_only_what_is_exported_and_all_of_it(self):
        kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", self.exporter.scrape(), re.MULTILINE))
        self.assertGreater(len(kinds), 60)
        histograms = [name for name, kind in kinds.items() if kind == "histogram"]
        parts = {name + part: name for name in histograms for part in ("_bucket", "_sum", "_count")}
        named = set()
        recorded = {record for _, _, record in rules()}
        for name, dashboard in self.documents.items():
            expressions = [target["expr"] for _, target in dashboards.targets(dashboard)]
            expressions += [annotation["expr"] for annotation in dashboards.annotations(dashboard)]
            expressions += [dashboards.label_values(variable)[0] for variable in dashboards.query_variables(dashboard)]
            for expression in expressions:
                metrics = {parts.get(metric, metric) for metric in dashboards.metric_names(expression)}
                with self.subTest(dashboard=name, query=expression):
                    self.assertLessEqual(metrics, set(kinds))
                named |= metrics
        for name, expression, _ in rules():
            metrics = {parts.get(metric, metric) for metric in dashboards.metric_names(expression)}
            with self.subTest(rules=name, query=expression):
                self.assertLessEqual(metrics - recorded, set(kinds))
            named |= metrics - recorded
        self.assertEqual(set(kinds) - named - set(NOT_SHOWN), set(), "neither shown nor said why not")
        self.assertEqual(set(NOT_SHOWN) - set(kinds), set(), "not exported, so need not be explained")


def rules():
    """(file, expression, recorded metric or None) of every rule beside the dashboards."""
    import yaml

    for path in sorted((source / "dashboards/rules").glob("*.y*ml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8")).get("groups", []):
            for rule in group["rules"]:
                yield path.name, rule["expr"], rule.get("record")


if __name__ == "__main__":
    (folder,), start = programs.main(["SOURCE_FOLDER"])
    source = pathlib.Path(folder)
    if shutil.which("prometheus") is None:
        programs.skip("prometheus is missing (Debian package prometheus)")
    start()
