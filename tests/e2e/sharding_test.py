#!/usr/bin/env python3
"""Three exporters and a real Prometheus under the shipped configurations of docs/scaling.md: who collects what, and
what happens when one dies.

Usage: sharding_test.py EXPORTER SIMULATOR SOURCE_FOLDER
"""

import contextlib
import hashlib
import pathlib
import random
import re
import shutil
import signal
import socket
import tempfile
import unittest

import monitoring
import programs

SHARDS = 3
TARGETS = [f"kasm-{number}" for number in range(9)]
FAST = {"scrape_interval: 60s": "scrape_interval: 1s", "scrape_timeout: 20s": "scrape_timeout: 1s"}

source = pathlib.Path()


def collections(exporter):
    """How often the exporter listed each target before it is asked here, which lists each once more."""
    counts = dict.fromkeys(TARGETS, 0)
    for line in programs.sample_lines(exporter.scrape()):
        if line.startswith("session_exporter_api_requests_total{"):
            counts[re.search(r'target="([^"]+)"', line).group(1)] += int(float(line.rpartition(" ")[2]))
    return {target: count - 1 for target, count in counts.items()}


def expected_shard(target):
    """Prometheus' hashmod: the last eight bytes of the MD5."""
    return int.from_bytes(hashlib.md5(target.encode()).digest()[8:], "big") % SHARDS


def free_port(hosts):
    """One that is free at each of them, below those that outgoing connections take meanwhile."""
    while True:
        with contextlib.ExitStack() as stack:
            port = random.randrange(20000, 32000)
            try:
                for host in hosts:
                    stack.enter_context(socket.socket()).bind((host, port))
                return port
            except OSError:
                continue  # taken at one of the others


class Documented(unittest.TestCase):
    def test_what_is_documented_is_what_is_shipped(self):
        shipped = [(source / "deploy/prometheus" / name).read_text() for name in ("replicas.yml", "sharded.yml")]
        blocks = re.findall(r"```yaml\n(    .*?)```", (source / "docs/scaling.md").read_text(), flags=re.DOTALL)
        self.assertEqual([[block in text for text in shipped] for block in blocks], [[True, False], [False, True]])


class Fleet(unittest.TestCase):
    def start_exporters(self, *flags):
        simulator = self.enterContext(programs.Simulator("--seed=5"))
        text = programs.configuration(*(programs.kasm_target(name, simulator.url()) for name in TARGETS))
        return [self.enterContext(programs.Exporter(text, *flags_of)) for flags_of in flags]

    def wait_for_scrapes(self, prometheus, number, instances=TARGETS):
        former = prometheus.scrapes()
        programs.wait_until(
            lambda: all(prometheus.scrapes().get(name, 0) >= former.get(name, 0) + number for name in instances),
            f"{number} scrapes of each target more",
        )

    def assert_collected_once_for_each_scrape(self, exporters, prometheus):
        """And tells which of the exporters collected what. Ends Prometheus, so that the counts stand still."""
        scrapes = prometheus.scrapes()
        prometheus.end()
        counts = [collections(exporter) for exporter in exporters]
        for target in TARGETS:
            with self.subTest(target=target):
                listed = sum(count[target] for count in counts)
                # The last of Prometheus' scrapes may have come after it was asked for their number.
                self.assertIn(listed - scrapes[target], (0, 1), (counts, scrapes))
        return [{target for target, number in count.items() if number} for count in counts]


class Sharded(Fleet):
    """deploy/prometheus/sharded.yml"""

    def setUp(self):
        hosts = [f"127.0.0.1{shard}" for shard in range(SHARDS)]
        self.port = free_port(hosts)
        self.exporters = self.start_exporters(*([f"--web.listen-address={host}:{self.port}"] for host in hosts))

    def start_prometheus(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")))
        for path in ("dashboards/rules/session_exporter.alerts.yaml", "deploy/prometheus/sharded.rules.yaml"):
            text = (source / path).read_text()
            (folder / pathlib.Path(path).name).write_text(re.sub(r"\bfor: \d+m$", "for: 1s", text, flags=re.MULTILINE))
        config = monitoring.replaced(
            (source / "deploy/prometheus/sharded.yml").read_text(),
            {
                **FAST,
                "/etc/prometheus/session_exporter": str(folder),
                "session-exporter-$1.session-exporter:10470": f"127.0.0.1$1:{self.port}",
                "session-exporter-0.session-exporter:10470": f"127.0.0.10:{self.port}",
                "session-exporter-1.session-exporter:10470": f"127.0.0.11:{self.port}",
            },
        )
        return self.enterContext(monitoring.Prometheus("global: {evaluation_interval: 1s}\n" + config))

    def test_each_target_is_collected_once_an_interval_by_one_shard(self):
        prometheus = self.start_prometheus()
        self.wait_for_scrapes(prometheus, 4)
        self.assertEqual(set(prometheus.failed_scrapes().values()), {0})
        self.assertEqual(len(prometheus.scraped_targets()), len(TARGETS), "both lists of targets count once")
        self.assertEqual(
            {labels["instance"]: int(labels["shard"]) for labels, _ in prometheus.query("session_up == 1")},
            {target: expected_shard(target) for target in TARGETS},
        )
        shares = self.assert_collected_once_for_each_scrape(self.exporters, prometheus)
        self.assertEqual(
            shares, [{name for name in TARGETS if expected_shard(name) == shard} for shard in range(SHARDS)]
        )
        self.assertTrue(all(shares), "the names of the targets leave a shard without work")

    def test_a_dead_shard_takes_its_own_targets_out_of_sight_and_alerts(self):
        prometheus = self.start_prometheus()
        self.wait_for_scrapes(prometheus, 2)
        # The one that Prometheus asks for the targets first.
        self.exporters[0].send(signal.SIGKILL)
        self.exporters[0].wait()
        lost = {target for target in TARGETS if expected_shard(target) == 0}
        kept = set(TARGETS) - lost
        programs.wait_until(
            lambda: {labels["instance"] for labels, _ in prometheus.query("up == 0")} == lost, "its targets were down"
        )
        self.wait_for_scrapes(prometheus, 3)
        # Not even session_up, which is why no alert about a target can tell it.
        for metric in ("session_up", "session_collection_error", "session_info"):
            self.assertEqual({labels["target"] for labels, _ in prometheus.query(metric)}, kept)
        failed = prometheus.failed_scrapes()
        self.assertEqual({target for target in TARGETS if failed[target]}, lost)

        def firing():
            return {
                alert["labels"]["alertname"]: alert for alert in prometheus.alerts() if alert["state"] == "firing"
            }

        expected = {"SessionExporterShardDown", "SessionExporterScrapeFailing"}
        programs.wait_until(lambda: firing().keys() >= expected, "it alerted")
        alerts = firing()
        self.assertEqual(alerts.keys(), expected)
        alert = alerts["SessionExporterShardDown"]
        self.assertEqual(
            alert["labels"],
            {"alertname": "SessionExporterShardDown", "job": "sessions", "shard": "0", "severity": "critical"},
        )
        self.assertEqual(
            alert["annotations"]["description"],
            f"Shard 0 of the job sessions has not answered for 5 minutes; {len(lost)} targets are not watched.",
        )

    def test_a_prometheus_that_starts_while_a_shard_is_down_finds_all_targets(self):
        self.exporters[0].send(signal.SIGKILL)
        self.exporters[0].wait()
        prometheus = self.start_prometheus()
        self.wait_for_scrapes(prometheus, 1)
        self.assertEqual(
            {labels["instance"] for labels, _ in prometheus.query("up == 0")},
            {target for target in TARGETS if expected_shard(target) == 0},
        )


class Replicas(Fleet):
    """deploy/prometheus/replicas.yml"""

    def setUp(self):
        self.exporters = self.start_exporters(*([] for _ in range(SHARDS)))
        service = self.enterContext(monitoring.RoundRobin([exporter.address for exporter in self.exporters]))
        config = monitoring.replaced(
            (source / "deploy/prometheus/replicas.yml").read_text(), {**FAST, "session-exporter:10470": service.address}
        )
        self.prometheus = self.enterContext(monitoring.Prometheus(config))
        self.wait_for_scrapes(self.prometheus, 2)

    def test_a_scrape_is_one_collection_by_one_of_them(self):
        self.wait_for_scrapes(self.prometheus, 2)
        self.assertEqual(set(self.prometheus.failed_scrapes().values()), {0})
        self.assert_collected_once_for_each_scrape(self.exporters, self.prometheus)

    def test_the_others_take_over_when_one_dies(self):
        for exporter in self.exporters[:2]:
            exporter.send(signal.SIGKILL)
            exporter.wait()
            self.wait_for_scrapes(self.prometheus, 3)
            self.assertEqual({v for _, v in self.prometheus.query("up")}, {1})
            self.assertEqual(len(self.prometheus.query("session_up == 1")), len(TARGETS))
        # At most what was under way.
        self.assertLessEqual(max(self.prometheus.failed_scrapes().values()), 2)


if __name__ == "__main__":
    (folder,), start = programs.main(["SOURCE_FOLDER"])
    source = pathlib.Path(folder)
    if shutil.which("prometheus") is None:
        programs.skip("prometheus is missing (Debian package prometheus)")
    start()
