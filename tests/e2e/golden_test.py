#!/usr/bin/env python3
"""Compares the exposition of a fixed simulated backend with tests/golden, in both formats.

Usage: golden_test.py EXPORTER SIMULATOR GOLDEN_FOLDER

With UPDATE_GOLDEN=1 in the environment the golden files are written instead. What differs from run to run (durations,
the exporter's own times and memory, what it was built from) is masked by the name of its metric, never left out.
"""

import difflib
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import programs

OPEN_METRICS = "application/openmetrics-text;version=1.0.0"
golden_folder = pathlib.Path()

MASKED_VALUES = re.compile(
    r"^(process_\w+"
    r"|session_collection_duration_seconds"
    r"|session_clock_skew_seconds"
    r"|session_data_timestamp_seconds"
    # How much of a refusal's page arrives before it is given up is a matter of luck.
    r"|session_exporter_api_response_bytes_total"
    r"|session_exporter_api_request_duration_seconds_(bucket|sum)"
    r"|session_exporter_config_last_reload_success_timestamp_seconds"
    r")(\{.*\})? \S+$",
    re.MULTILINE,
)
BUILD_LABELS = re.compile(r'^(session_exporter_build_info)\{.*\} ', re.MULTILINE)
# The exporter's own counts depend on how it was asked: --once serves nothing and logs less.
OWN = re.compile(r"^(# \w+ )?(session_exporter|process)_")


def masked(page, simulator):
    page = MASKED_VALUES.sub(lambda found: f"{found.group(1)}{found.group(3) or ''} <varies>", page)
    page = BUILD_LABELS.sub(r'\1{version="<v>",revision="<r>",compiler="<c>"} ', page)
    return page.replace(simulator.address(), "127.0.0.1:<port>")


def without_own(page):
    return "".join(line for line in page.splitlines(keepends=True) if not OWN.match(line))


class Golden:
    """One vendor's page; the name is that of its golden files."""

    maxDiff = None
    vendor = None

    @classmethod
    def targets(cls, url):
        raise NotImplementedError

    @classmethod
    def environment(cls):
        return {}

    @classmethod
    def setUpClass(cls):
        cls.simulator = programs.Simulator(
            "--seed=20240607",
            "--sessions=36",
            "--people=9",
            "--start-time=2024-06-07T08:00:00",
            # Signatures have the real time, and the answers' Date that of the simulation.
            "--aws.check-signing-time=false",
        )
        cls.addClassCleanup(cls.simulator.__exit__)
        targets = cls.targets(cls.simulator.url)
        cls.yaml = programs.configuration(*targets)
        cls.pages = {}
        for form, headers in (("text", {}), ("openmetrics", {"Accept": OPEN_METRICS})):
            # A process each, so that the exporter's own counters are those of a first scrape.
            with programs.Exporter(cls.yaml, environment=cls.environment()) as exporter:
                cls.pages[form] = exporter.scrape(headers)
                cls.config_file = exporter.config_file

    def compare(self, name, page):
        path = golden_folder / name
        if os.environ.get("UPDATE_GOLDEN") == "1":
            path.write_text(page)
            return
        self.assertTrue(path.exists(), f"{path} is not there; `make golden` writes it")
        golden = path.read_text()
        if golden != page:
            difference = difflib.unified_diff(golden.splitlines(), page.splitlines(), name, "now", lineterm="", n=1)
            self.fail("\n".join(difference) + "\n`make golden` takes this over, if it is meant to be")

    def test_text(self):
        self.compare(f"{self.vendor}.text.prom", masked(self.pages["text"], self.simulator))

    def test_openmetrics(self):
        self.compare(f"{self.vendor}.openmetrics.prom", masked(self.pages["openmetrics"], self.simulator))

    def test_once_prints_what_a_scrape_gets(self):
        with programs.Exporter(self.yaml, environment=self.environment()) as exporter:
            once = programs.run_exporter(
                "--once", f"--config.file={exporter.config_file}", environment=self.environment()
            )
        self.assertEqual(once.returncode, 1, "one target is down")
        self.assertEqual(
            without_own(masked(once.stdout, self.simulator)), without_own(masked(self.pages["text"], self.simulator))
        )
        families = [re.findall(r"^# TYPE (\S+)", page, re.MULTILINE) for page in (once.stdout, self.pages["text"])]
        self.assertEqual(*families)
        self.assertGreaterEqual(programs.value(once.stdout, "session_exporter_targets"), 4)

    def test_promtool_finds_nothing(self):
        promtool = shutil.which("promtool")
        if promtool is None:
            self.skipTest("promtool is not installed (Debian package prometheus)")
        result = subprocess.run(
            [promtool, "check", "metrics"], input=self.pages["text"], capture_output=True, text=True
        )
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_another_parser_reads_the_same_from_both(self):
        try:
            from prometheus_client import parser
            from prometheus_client.openmetrics import parser as openmetrics_parser
        except ImportError:
            self.skipTest("prometheus_client is not installed (Debian package python3-prometheus-client)")

        def still(families):
            return {
                (sample.name, *sorted(sample.labels.items())): sample.value
                for family in families
                for sample in family.samples
                if not OWN.match(sample.name) and not MASKED_VALUES.match(f"{sample.name} 1")
            }

        text = still(parser.text_string_to_metric_families(self.pages["text"]))
        openmetrics = still(openmetrics_parser.text_string_to_metric_families(self.pages["openmetrics"]))
        self.assertGreater(len(text), 300)
        self.assertEqual(text, openmetrics)


class Kasm(Golden, unittest.TestCase):
    vendor = "kasm"

    @classmethod
    def targets(cls, url):
        return [
            programs.kasm_target(
                "kasm-all",
                url(),
                group_by="[user, image, host, deployment_zone]",
                group_limit=3,
                info_labels="[image_name, persistent_profile]",
                per_session="{limit: 30}",
            ),
            programs.kasm_target("kasm-basic", url(), auth="basic", per_session="{enabled: false}"),
            programs.kasm_target("kasm-cut", url("missing"), max_sessions=5),
            programs.kasm_target("kasm-down", url("status=503")),
        ]


class Intersight(Golden, unittest.TestCase):
    vendor = "intersight"

    @classmethod
    def targets(cls, url):
        return [
            programs.intersight_target(
                "intersight-all",
                url(),
                group_by="[user, role, login_type]",
                info_labels="[account_moid, domain_group_moid, last_login_client, shared_scope]",
                stale_after="10m",
            ),
            programs.intersight_target("intersight-cut", url("missing"), max_sessions=5),
            programs.intersight_target(
                "intersight-old", url("no_login_type,limits_permission"), page_size=10, per_session="{limit: 3}"
            ),
            # Whether the limits are still answered when the sessions are refused is a matter of luck.
            programs.intersight_target("intersight-down", url("auth_error"), session_limits="false"),
        ]


class AwsSsm(Golden, unittest.TestCase):
    vendor = "aws_ssm"

    @classmethod
    def environment(cls):
        return programs.aws_environment(cls.simulator.url())

    @classmethod
    def targets(cls, url):
        return [
            programs.aws_ssm_target(
                "own",
                url(),
                account_id="'123456789012'",
                page_size=10,
                group_by="[user, host, document, role, access_type]",
                group_limit=4,
                info_labels="[owner, reason]",
                history="{enabled: true, window: 30d}",
            ),
            programs.aws_ssm_target(
                "roles",
                url(),
                assume_roles="[{role_arn: 'arn:aws:iam::111122223333:role/Reader'}]",
                # One region: which of several assumes the role for all is a matter of luck.
                regions="[eu-west-1]",
                per_session="{limit: 3}",
            ),
            programs.aws_ssm_target("cut", url("missing"), max_sessions=5),
            programs.aws_ssm_target("down", url("permission")),
        ]


if __name__ == "__main__":
    (folder,), run = programs.main(["GOLDEN_FOLDER"])
    golden_folder = pathlib.Path(folder)
    run()
