#!/usr/bin/env python3
"""The shipped rules in a real Prometheus that scrapes two exporters, and each target of one as a probe besides.

tests/rules has every alert on series made by hand; here the series are the exporter's own. Nothing stays long enough to
fire, so what is pending is looked at: its labels and texts are already there.

Usage: alerts_test.py EXPORTER SIMULATOR SOURCE_FOLDER
"""

import collections
import json
import pathlib
import re
import shutil
import tempfile
import time
import unittest

import programs
from prometheus_test import Prometheus

source = pathlib.Path()

LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def series(page, name):
    """(labels, value) of each sample."""
    for line in programs.sample_lines(page):
        head, _, number = line.rpartition(" ")
        if head.split("{")[0] == name:
            yield dict(LABEL.findall(head)), float(number)


def told_by(page, seconds):
    """The targets of which each alert is to tell, where sessions count that are past their end for longer."""
    ended = {labels["session"] for labels, _ in series(page, "session_status")
             if labels["status"] in ("Ended", "Terminated", "deleted")}  # fmt: skip
    durations = {labels["session"]: value for labels, value in series(page, "session_max_duration_seconds")}
    ends = {"SessionExpiredListed": [], "SessionMaxDurationPassed": []}
    for name in ("session_expiration_timestamp_seconds", "session_idle_expiration_timestamp_seconds"):
        ends["SessionExpiredListed"] += [found for found in series(page, name) if found[0]["target"] != "aws"]
    for labels, start in series(page, "session_start_timestamp_seconds"):
        if labels["session"] in durations:
            ends["SessionMaxDurationPassed"].append((labels, start + durations[labels["session"]]))
    told = {
        name: {labels["target"] for labels, end in found
               if time.time() - end > seconds and labels["session"] not in ended}
        for name, found in ends.items()
    }  # fmt: skip
    live = collections.Counter()
    for labels, count in series(page, "session_sessions"):
        live[labels["target"]] += count if labels["state"] != "ended" else 0
    told["SessionStaleMany"] = {
        labels["target"] for labels, stale in series(page, "session_stale_sessions")
        if stale >= 10 and stale > 0.3 * live[labels["target"]]
    }  # fmt: skip
    return told


class Alerts(unittest.TestCase):
    def setUp(self):
        simulator = self.enterContext(programs.Simulator("--seed=5"))
        configuration = programs.configuration(
            programs.kasm_target("well", simulator.url()),
            programs.kasm_target("refused", simulator.url("status=401")),
            programs.kasm_target("forbidden", simulator.url("status=403")),
            programs.kasm_target("ill", simulator.url("html")),
            programs.intersight_target("account", simulator.url()),
            programs.aws_ssm_target("aws", simulator.url()),
        )
        environment = programs.aws_environment(simulator.url())
        self.exporter, pair = (
            self.enterContext(programs.Exporter(configuration, environment=environment)) for _ in range(2)
        )
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")))
        for path in (source / "dashboards/rules").glob("*.yaml"):
            # Groups with an interval of their own would be looked at minutes from now.
            (folder / path.name).write_text(path.read_text().replace("interval: 5m", "interval: 1s"))
        self.prometheus = self.enterContext(
            Prometheus(
                {"sessions": self.exporter.address, "spare": pair.address},
                discover=self.exporter.address,
                rules=folder.glob("*.yaml"),
            )
        )

    def rules(self):
        answer = programs.get(self.prometheus.address, "/api/v1/rules")
        groups = json.loads(answer.body)["data"]["groups"] if answer.status == 200 else []
        return [rule for group in groups for rule in group["rules"]]

    def evaluations(self):
        """When each rule was looked at last, as Prometheus writes it."""
        return [rule["lastEvaluation"] for rule in self.rules()]

    def alerts(self):
        """What is pending or firing: the target and the description, by alert."""
        found = {}
        for rule in self.rules():
            for alert in rule.get("alerts", []):
                found.setdefault(rule["name"], []).append(
                    (alert["labels"].get("target"), alert["annotations"]["description"])
                )
        return {name: sorted(alerts) for name, alerts in found.items()}

    def test_they_tell_what_is_the_case_once(self):
        stale = int(programs.value(self.exporter.scrape(), "session_stale_sessions", target="well"))
        self.assertGreater(stale, 1)
        # Six targets, each from two exporters and from the probes of one.
        programs.wait_until(lambda: len(self.prometheus.query("session_up")) == 18, "everything was scraped")
        # Recorded from that, and once more for the alerts that look at what is recorded.
        for _ in range(2):
            former = self.evaluations()
            programs.wait_until(
                lambda: all(now > then for now, then in zip(self.evaluations(), former)), "each rule was evaluated"
            )
        rules = self.rules()
        self.assertEqual(sum(rule["type"] == "recording" for rule in rules), 3)
        self.assertEqual([(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"], [])
        self.assertEqual(len(self.prometheus.query("target:session_live_sessions:sum")), 3)

        alerts = self.alerts()
        self.assertEqual(
            alerts["SessionTargetAuthFailed"],
            [("refused", "refused (kasm) has refused the exporter's key, token or signature for 5 minutes; its sessions "
                         "are not known.")],
        )
        self.assertEqual([target for target, _ in alerts["SessionTargetPermissionDenied"]], ["forbidden"])
        self.assertEqual(
            alerts["SessionTargetDown"], [("ill", "ill (kasm) has failed for 10 minutes; last reason: protocol.")]
        )
        self.assertIn(
            ("well", f"{stale} sessions of well (kasm) are stale: without a sign of use for longer than the target's "
                     "stale_after."),
            alerts["SessionStale"],
        )
        self.assertEqual(len(alerts["SessionStale"]), len(dict(alerts["SessionStale"])), "one for each target")
        # How much of these the population holds depends on the hour, so the exporter's page is asked. Those that pass
        # their time while this runs may be told or not.
        page = self.exporter.scrape()
        surely, perhaps = told_by(page, 15 * 60 + 60), told_by(page, 15 * 60 - 60)
        others = {"SessionTargetAuthFailed", "SessionTargetPermissionDenied", "SessionTargetDown", "SessionStale"}
        self.assertEqual(set(alerts) - set(perhaps), others)
        for name in surely:
            targets = [target for target, _ in alerts.get(name, [])]
            self.assertEqual(len(targets), len(set(targets)), f"{name}: one for each target")
            self.assertTrue(surely[name] <= set(targets) <= perhaps[name], (name, surely, targets, perhaps))


if __name__ == "__main__":
    (folder,), start = programs.main(["SOURCE_FOLDER"])
    source = pathlib.Path(folder)
    if shutil.which("prometheus") is None:
        programs.skip("prometheus is missing")
    start()
