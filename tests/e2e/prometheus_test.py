#!/usr/bin/env python3
"""A real Prometheus server scrapes the exporter.

Usage: prometheus_test.py EXPORTER SIMULATOR
"""

import json
import pathlib
import shutil
import tempfile
import unittest
import urllib.parse

import programs


class Prometheus(programs.Program):
    def __init__(self, targets, discover=None, rules=()):
        """`targets` are the addresses that it scrapes, by job; `discover` is that of an exporter which it asks for more;
        `rules` are files."""
        self.storage = tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")
        jobs = [
            {
                "job_name": job,
                "scrape_interval": "2s",
                "scrape_timeout": "2s",
                "static_configs": [{"targets": [address]}],
            }
            for job, address in targets.items()
        ]
        if discover:
            jobs.append(
                {
                    "job_name": "discovered",
                    "scrape_interval": "2s",
                    "scrape_timeout": "2s",
                    "http_sd_configs": [{"url": f"http://{discover}/sd", "refresh_interval": "1s"}],
                }
            )
        config_file = pathlib.Path(self.storage.name, "prometheus.yml")
        config = {
            "global": {"evaluation_interval": "1s"},
            "rule_files": [str(path) for path in rules],
            "scrape_configs": jobs,
        }
        config_file.write_text(json.dumps(config))  # JSON is YAML too
        super().__init__(
            [
                shutil.which("prometheus"),
                f"--config.file={config_file}",
                f"--storage.tsdb.path={self.storage.name}/data",
                "--web.listen-address=127.0.0.1:0",
            ]
        )
        self.address = self.wait_for_output(r'msg="Listening on" address=(127\.0\.0\.1:\d+)').group(1)

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.storage.cleanup()

    def query(self, expression):
        """Values by the labels of each series."""
        answer = programs.get(self.address, "/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        if answer.status != 200:  # while it starts
            return []
        return [(series["metric"], float(series["value"][1])) for series in json.loads(answer.body)["data"]["result"]]

    def value(self, expression):
        found = self.query(expression)
        return found[0][1] if len(found) == 1 else None

    def scraped_targets(self):
        return json.loads(programs.get(self.address, "/api/v1/targets").body)["data"]["activeTargets"]


class RealPrometheus(unittest.TestCase):
    def start(self, *targets):
        exporter = self.enterContext(programs.Exporter(programs.configuration(*targets)))
        prometheus = self.enterContext(Prometheus({"sessions": exporter.address}))
        return exporter, prometheus

    def assert_no_scrape_error(self, prometheus):
        for target in prometheus.scraped_targets():
            self.assertEqual((target["health"], target["lastError"]), ("up", ""))

    def test_every_sample_arrives(self):
        simulator = self.enterContext(programs.Simulator("--seed=5"))
        exporter, prometheus = self.start(programs.kasm_target("kasm", simulator.url()))
        programs.wait_until(lambda: (prometheus.value("count_over_time(up[1m])") or 0) >= 3, "it scraped several times")
        self.assertEqual(prometheus.value("min_over_time(up[1m])"), 1)
        self.assert_no_scrape_error(prometheus)
        # Fault-free and at a standstill, every scrape after the first has as many.
        samples = len(programs.sample_lines(exporter.scrape()))
        programs.wait_until(
            lambda: prometheus.value("scrape_samples_scraped") == samples, f"a scrape had {samples} samples"
        )
        self.assertEqual(prometheus.value("scrape_samples_post_metric_relabeling"), samples)
        self.assertEqual(prometheus.value('session_up{target="kasm",backend="kasm"}'), 1)
        sessions = sum(session for _, session in prometheus.query("session_sessions"))
        self.assertEqual(len(prometheus.query("session_info")), sessions)
        # The join that the documentation recommends.
        joined = prometheus.query("session_stale * on (target, session) group_left (user, image) session_info")
        self.assertEqual(len(joined), sessions)
        self.assertTrue(all("image" in labels for labels, _ in joined))

    def test_it_discovers_the_targets_without_relabelling(self):
        simulator = self.enterContext(programs.Simulator("--seed=5"))
        exporter = self.enterContext(
            programs.Exporter(
                programs.configuration(
                    programs.kasm_target("a/eu-west-1", simulator.url()),
                    programs.kasm_target("b", simulator.url("status=500")),
                )
            )
        )
        prometheus = self.enterContext(Prometheus({}, discover=exporter.address))
        for name, up in (("a/eu-west-1", 1), ("b", 0)):
            series = f'session_up{{job="discovered",instance="{name}",target="{name}"}}'
            programs.wait_until(lambda: prometheus.value(series) == up, f"{name} was probed")
            self.assertEqual(prometheus.value(f'up{{instance="{name}"}}'), 1)
        self.assert_no_scrape_error(prometheus)
        self.assertEqual(prometheus.query("session_exporter_targets"), [])

    def test_hostile_labels_do_not_cost_the_page(self):
        simulator = self.enterContext(programs.Simulator("--seed=5"))
        faults = ["invalid_utf8", "control", "long_strings=5000", "distinct_labels", "unknown_statuses"]
        _, prometheus = self.start(
            *(programs.kasm_target(fault.partition("=")[0], simulator.url(fault)) for fault in faults)
        )
        programs.wait_until(
            lambda: prometheus.value("sum(session_up)") == len(faults), "all targets were seen to be up"
        )
        self.assertEqual(prometheus.value("min_over_time(up[1m])"), 1)
        self.assert_no_scrape_error(prometheus)
        for target in ("invalid_utf8", "control", "long_strings"):
            with self.subTest(target=target):
                self.assertGreater(prometheus.value(f'count(session_info{{target="{target}"}})'), 30)

    def test_a_hanging_target_does_not_cost_the_scrape(self):
        simulator = self.enterContext(programs.Simulator("--seed=5"))
        _, prometheus = self.start(
            programs.kasm_target("hanging", simulator.url("hang")), programs.kasm_target("healthy", simulator.url())
        )
        reason = 'session_collection_error{target="hanging",reason="timeout"}'
        programs.wait_until(lambda: prometheus.value(reason) == 1, "the timeout was seen")
        self.assertEqual(prometheus.value('session_up{target="healthy"}'), 1)
        self.assertEqual(prometheus.value('session_collection_timeout_seconds{target="hanging"}'), 1.8)
        self.assert_no_scrape_error(prometheus)


if __name__ == "__main__":
    _, run = programs.main()
    if shutil.which("prometheus") is None:
        programs.skip("prometheus is not installed (Debian package prometheus)")
    run()
