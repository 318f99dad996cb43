#!/usr/bin/env python3
"""The shipped rules in a real Prometheus that scrapes two exporters, and each target of one as a probe besides.

tests/rules has every alert on series made by hand; here the series are the exporter's own. Nothing stays long enough to
fire, so what is pending is looked at: its labels and texts are already there.

Usage: alerts_test.py EXPORTER SIMULATOR SOURCE_FOLDER
"""

import json
import pathlib
import shutil
import tempfile
import unittest

import programs
from prometheus_test import Prometheus

source = pathlib.Path()


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
        # What the population holds of these depends on the hour. Nothing else is wrong.
        always = {"SessionTargetAuthFailed", "SessionTargetPermissionDenied", "SessionTargetDown", "SessionStale"}
        at_times = {"SessionStaleMany", "SessionExpiredListed", "SessionMaxDurationPassed"}
        self.assertEqual(set(alerts) - at_times, always)
        for name in at_times & set(alerts):
            self.assertEqual(len(alerts[name]), len(dict(alerts[name])), f"{name}: one for each target")
            self.assertLessEqual(dict(alerts[name]).keys(), {"well", "account", "aws"})


if __name__ == "__main__":
    (folder,), start = programs.main(["SOURCE_FOLDER"])
    source = pathlib.Path(folder)
    if shutil.which("prometheus") is None:
        programs.skip("prometheus is missing")
    start()
