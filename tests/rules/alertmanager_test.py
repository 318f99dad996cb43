#!/usr/bin/env python3
"""The example for Alertmanager: amtool takes it, each alert goes where it should, and a real Alertmanager inhibits.

Usage: alertmanager_test.py SOURCE_FOLDER
"""

import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import check_rules
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import programs  # noqa: E402  (found through the line above)

source = pathlib.Path()
program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
RECEIVERS = {"critical": "page", "warning": "ticket", "info": "digest"}


def example():
    return source / "dashboards/alertmanager.example.yaml"


def amtool(*arguments):
    done = subprocess.run(["amtool", *arguments], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


class Example(unittest.TestCase):
    def test_amtool_takes_it(self):
        code, output = amtool("check-config", example())
        self.assertEqual(code, 0, output)

    def test_each_alert_goes_where_its_severity_says(self):
        for name, rule in check_rules.alerts(source).items():
            severity = rule["labels"]["severity"]
            code, output = amtool("config", "routes", "test", f"--config.file={example()}",
                                  f"--verify.receivers={RECEIVERS[severity]}", f"alertname={name}", f"severity={severity}")
            self.assertEqual(code, 0, output)

    def test_inhibitions_name_alerts_that_exist(self):
        known = check_rules.alerts(source).keys()
        for rule in yaml.safe_load(example().read_text())["inhibit_rules"]:
            for matcher in rule["source_matchers"] + rule["target_matchers"]:
                names = matcher.split('"')[1]
                if names != "Session.+":
                    self.assertLessEqual(set(names.split("|")), set(known))


class Alertmanager(programs.Program):
    """With the example's routes and inhibitions, and receivers that lead nowhere."""

    def __init__(self):
        self.storage = tempfile.TemporaryDirectory(prefix="session_exporter_rules.")
        config = yaml.safe_load(example().read_text())
        config["receivers"] = [{"name": receiver["name"]} for receiver in config["receivers"]]
        config_file = pathlib.Path(self.storage.name, "alertmanager.yml")
        config_file.write_text(yaml.safe_dump(config))
        super().__init__([program, f"--config.file={config_file}", f"--storage.path={self.storage.name}/data",
                          "--web.listen-address=127.0.0.1:0", "--cluster.listen-address="])
        self.address = self.wait_for_output(r'msg="Listening on" address=(127\.0\.0\.1:\d+)').group(1)

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.storage.cleanup()

    def send(self, alerts):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        body = json.dumps([{"labels": labels, "startsAt": now} for labels in alerts]).encode()
        request = urllib.request.Request(f"http://{self.address}/api/v2/alerts", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=programs.PATIENCE) as answer:
            assert answer.status == 200

    def notified(self):
        """The alerts that nothing holds back, as TARGET/ALERT, or None while it has not judged them all."""
        alerts = json.loads(programs.get(self.address, "/api/v2/alerts").body)
        if any(alert["status"]["state"] == "unprocessed" for alert in alerts):
            return None
        return {f"{alert['labels'].get('target', '')}/{alert['labels']['alertname']}" for alert in alerts
                if alert["status"]["state"] == "active"}


@unittest.skipUnless(program, "alertmanager is missing (Debian package prometheus-alertmanager)")
class Inhibition(unittest.TestCase):
    def labels(self, target, name):
        labels = {"alertname": name, "severity": check_rules.alerts(source)[name]["labels"]["severity"]}
        return labels | ({"target": target, "backend": "kasm"} if target else {"job": "sessions"})

    def assert_told(self, alertmanager, expected):
        """Soon: alerts that were sent together may be judged one after the other."""
        try:
            programs.wait_until(lambda: alertmanager.notified() == expected, "it judged the alerts", seconds=10)
        except AssertionError:
            self.assertEqual(alertmanager.notified(), expected)

    def test_what_only_follows_is_kept_back(self):
        cases = {
            # of the target: what fires, and what is told
            "down": (["SessionTargetDown", "SessionStale", "SessionCollectionSlow", "SessionClockSkew"],
                     ["SessionTargetDown", "SessionClockSkew"]),
            "refused": (["SessionTargetAuthFailed", "SessionStuckStopping"], ["SessionTargetAuthFailed"]),
            "forbidden": (["SessionTargetPermissionDenied", "SessionAccountLimitNear"], ["SessionTargetPermissionDenied"]),
            "throttled": (["SessionTargetRateLimited", "SessionStale"], ["SessionTargetRateLimited", "SessionStale"]),
            "skewed": (["SessionClockSkew", "SessionExpiredListed", "SessionMaxDurationPassed", "SessionStale"],
                       ["SessionClockSkew", "SessionStale"]),
            "full": (["SessionAccountLimitReached", "SessionAccountLimitNear", "SessionUserLimitNear"],
                     ["SessionAccountLimitReached", "SessionUserLimitNear"]),
            "forgotten": (["SessionStaleMany", "SessionStale"], ["SessionStaleMany"]),
            "well": (["SessionStale", "SessionExpiredListed"], ["SessionStale", "SessionExpiredListed"]),
        }
        expected = {f"{target}/{name}" for target, (_, told) in cases.items() for name in told}
        alertmanager = self.enterContext(Alertmanager())
        programs.wait_until(lambda: programs.get(alertmanager.address, "/-/ready").status == 200, "it is ready")
        alertmanager.send([self.labels(target, name) for target, (firing, _) in cases.items() for name in firing])
        self.assert_told(alertmanager, expected)

        # With the exporter gone, all of that is a thing of the past.
        for name in ("SessionExporterDown", "SessionExporterAbsent"):
            with self.subTest(name):
                other = self.enterContext(Alertmanager())
                programs.wait_until(lambda: programs.get(other.address, "/-/ready").status == 200, "it is ready")
                other.send([self.labels("", name)])
                self.assert_told(other, {f"/{name}"})
                other.send([self.labels(target, alert) for target, (firing, _) in cases.items() for alert in firing])
                programs.wait_until(lambda: other.notified() is not None, "it judged all of them")
                self.assert_told(other, {f"/{name}"})


if __name__ == "__main__":
    source = pathlib.Path(sys.argv.pop(1))
    if shutil.which("amtool") is None:
        print("skipped: amtool is missing (Debian package prometheus-alertmanager)")
        sys.exit(programs.SKIPPED)
    unittest.main()
