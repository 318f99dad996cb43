#!/usr/bin/env python3
"""The Helm chart, rendered with each of its ci/ values: linted, held to the published schemas and to the restricted
profile.

Usage: helm_test.py EXPORTER SOURCE_FOLDER BUILD_FOLDER

Needs helm: in the PATH, or named by the environment variable HELM.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import objects
import yaml

# One that is built by `go install` takes itself for Kubernetes 1.20.
KUBERNETES = "--kube-version=1.30.0"

helm_program = os.environ.get("HELM") or shutil.which("helm")
exporter = ""
source = pathlib.Path()
schemas = None


def chart():
    return source / "deploy/helm/session-exporter"


def helm(*arguments):
    with tempfile.TemporaryDirectory(prefix="session_exporter_deploy.") as home:
        places = {f"HELM_{name}_HOME": home for name in ("CACHE", "CONFIG", "DATA")}
        done = subprocess.run([helm_program, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, env={**os.environ, **places})
    return done.returncode, done.stdout, done.stderr


def values_files():
    return sorted((chart() / "ci").glob("*-values.yaml"))


def render(*flags):
    code, output, errors = helm("template", "release", chart(), "--namespace=monitoring", KUBERNETES, *flags)
    if code != 0:
        raise AssertionError(errors)
    return objects.parse(output)


class Sources(unittest.TestCase):
    def test_the_chart_has_the_present_rules_and_dashboards(self):
        command = [source / "scripts/sync_chart.sh", "--check"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_copy_that_differs_or_is_left_over_is_found(self):
        with tempfile.TemporaryDirectory(prefix="session_exporter_deploy.") as folder:
            copy = pathlib.Path(folder)
            for part in ("dashboards", "deploy", "scripts"):
                shutil.copytree(source / part, copy / part)
            files = copy / "deploy/helm/session-exporter/files"
            check = [copy / "scripts/sync_chart.sh", "--check"]
            for name, text in (("rules/sessions.alerts.yaml", "groups: []\n"), ("dashboards/old.json", "{}\n")):
                (files / name).write_text(text)
                done = subprocess.run(check, capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 1)
                self.assertIn(pathlib.Path(name).name, done.stdout)
                subprocess.run(check[:1], check=True, timeout=60)
                self.assertEqual(subprocess.run(check, capture_output=True, timeout=60).returncode, 0)

    def test_chart_and_exporter_have_one_version(self):
        told = subprocess.run([exporter, "--version"], capture_output=True, text=True, timeout=60).stdout
        self.assertEqual(yaml.safe_load((chart() / "Chart.yaml").read_text())["appVersion"], told.split()[1])


@unittest.skipUnless(helm_program, "helm is missing")
class Chart(unittest.TestCase):
    def each(self):
        return [(path.name.removesuffix("-values.yaml"), render(f"--values={path}")) for path in values_files()]

    def test_helm_lints_it(self):
        self.assertGreater(len(values_files()), 3)
        for path in values_files():
            code, output, errors = helm("lint", "--strict", chart(), KUBERNETES, f"--values={path}")
            self.assertEqual(code, 0, output + errors)

    def test_it_holds_to_the_published_schemas(self):
        if schemas.missing:
            self.skipTest(schemas.missing)
        for name, rendered in self.each():
            with self.subTest(values=name):
                self.assertEqual(schemas.complaints(rendered), [])

    def test_a_misspelt_field_is_found(self):
        if schemas.missing:
            self.skipTest(schemas.missing)
        with tempfile.TemporaryDirectory(prefix="session_exporter_deploy.") as folder:
            spoilt = pathlib.Path(folder, "session-exporter")
            shutil.copytree(chart(), spoilt)
            workload = spoilt / "templates/workload.yaml"
            workload.write_text(workload.read_text().replace("livenessProbe:", "livenesProbe:"))
            values = f"--values={chart() / 'ci/minimal-values.yaml'}"
            rendered = objects.parse(helm("template", "release", spoilt, KUBERNETES, values)[1])
            (complaint,) = schemas.complaints(rendered)
            self.assertIn("/containers/0/livenesProbe: unknown field", complaint)

    def test_pods_are_restricted(self):
        for name, rendered in self.each():
            with self.subTest(values=name):
                (workload,) = objects.workloads(rendered)
                self.assertEqual(objects.restricted_violations(workload["spec"]["template"]["spec"]), [])

    def test_what_refers_to_something_finds_it(self):
        for name, rendered in self.each():
            with self.subTest(values=name):
                self.assertEqual(objects.dangling(rendered), [])

    def test_the_exporter_takes_the_configurations(self):
        for name, rendered in self.each():
            with self.subTest(values=name):
                texts = [item["data"]["session_exporter.yaml"] for item in objects.by_kind(rendered, "ConfigMap")
                         if "session_exporter.yaml" in item["data"]]
                self.assertEqual(len(texts), 0 if name == "existing" else 1)
                for text in texts:
                    text = text.replace("ca_file: /run/secrets/ca/ca.pem", "")
                    code, output = objects.check_configuration(exporter, text)
                    self.assertEqual(code, 0, output)

    def test_every_value_is_in_the_schema_and_a_wrong_one_is_refused(self):
        schema = json.loads((chart() / "values.schema.json").read_text())
        values = yaml.safe_load((chart() / "values.yaml").read_text())

        def same(value, part, where):
            if part.get("properties"):
                self.assertEqual(value.keys(), part["properties"].keys() - {"global"}, where)
                for name in value:
                    same(value[name], part["properties"][name], f"{where}.{name}")

        same(values, schema, "")
        minimal = f"--values={chart() / 'ci/minimal-values.yaml'}"
        for flag, expected in (
            ("--set=replicass=2", "replicass"),
            ("--set=replicas=0", "replicas"),
            ("--set=serviceMonitor.intervall=5s", "intervall"),
            ("--set=scrapeConfig.interval=fast", "interval"),
            ("--set=image.digest=latest", "digest"),
            ("--set=prometheusRule.runbookUrl=wiki", "runbookUrl"),
        ):
            with self.subTest(flag=flag):
                code, _, errors = helm("template", "release", chart(), KUBERNETES, minimal, flag)
                self.assertEqual(code, 1)
                self.assertIn(expected, errors)

    def test_what_cannot_be_meant_is_refused(self):
        minimal = f"--values={chart() / 'ci/minimal-values.yaml'}"
        for flags, expected in (
            ([], "config: the exporter needs targets"),
            ([minimal, "--set=configExistingSecretName=x"], "one of the two"),
            ([minimal, "--set=serviceMonitor.enabled=true,replicas=2"], "each would collect every target"),
            ([minimal, "--set=serviceMonitor.enabled=true,scrapeConfig.enabled=true"], "collected twice"),
            ([minimal, "--set=sharding.enabled=true,replicas=2"], "needs scrapeConfig"),
        ):
            with self.subTest(expected=expected):
                code, _, errors = helm("template", "release", chart(), KUBERNETES, *flags)
                self.assertEqual(code, 1)
                self.assertIn(expected, errors)

    def test_rules_and_dashboards_arrive_whole(self):
        rendered = render(f"--values={chart() / 'ci/monitored-values.yaml'}")
        (rule,) = objects.by_kind(rendered, "PrometheusRule")
        paths = sorted((source / "dashboards/rules").glob("*.yaml"))
        expected = [group for path in paths for group in yaml.safe_load(path.read_text())["groups"]]
        moved = json.loads(json.dumps(expected).replace("https://docs.example.com/session_exporter/runbooks/",
                                                        "https://wiki.example.net/runbooks/"))
        self.assertNotEqual(moved, expected)
        self.assertEqual(rule["spec"]["groups"], moved)
        found = {name: text for item in objects.by_kind(rendered, "ConfigMap")
                 if item["metadata"]["labels"].get("grafana_dashboard") == "1" for name, text in item["data"].items()}
        paths = list((source / "dashboards").glob("*.json"))
        self.assertEqual(found.keys(), {path.name for path in paths})
        for path in paths:
            self.assertEqual(json.loads(found[path.name]), json.loads(path.read_text()))

    def test_the_job_of_the_rules_is_the_job_of_the_scrapes(self):
        rendered = render(f"--values={chart() / 'ci/replicas-values.yaml'}")
        (rule,) = objects.by_kind(rendered, "PrometheusRule")
        (scrape,) = objects.by_kind(rendered, "ScrapeConfig")
        text = json.dumps(rule)
        self.assertIn('job=\\"sessions-prod\\"', text)
        self.assertNotIn('job=\\"sessions\\"', text)
        self.assertEqual(scrape["spec"]["relabelings"], [{"targetLabel": "job", "replacement": "sessions-prod"}])

    def test_shards_are_relabelled_as_in_the_tested_file(self):
        rendered = render(f"--values={chart() / 'ci/sharded-values.yaml'}")
        (scrape,) = objects.by_kind(rendered, "ScrapeConfig")
        (workload,) = objects.workloads(rendered)
        host = "session-exporter.monitoring.svc:10470"
        name = "release-session-exporter"
        self.assertEqual((workload["kind"], workload["spec"]["replicas"]), ("StatefulSet", 3))
        self.assertEqual([entry["url"] for entry in scrape["spec"]["httpSDConfigs"]],
                         [f"http://{name}-{shard}.release-{host}/sd" for shard in (0, 1)])
        (tested,) = yaml.safe_load((source / "deploy/prometheus/sharded.yml").read_text())["scrape_configs"]
        _, hashing, address = scrape["spec"]["relabelings"]
        self.assertEqual(
            [hashing["sourceLabels"], hashing["modulus"], hashing["targetLabel"], hashing["action"].lower()],
            [tested["relabel_configs"][0][key] for key in ("source_labels", "modulus", "target_label", "action")],
        )
        self.assertEqual(address, {"sourceLabels": ["shard"], "targetLabel": "__address__",
                                   "replacement": f"{name}-$1.release-{host}"})
        (rule,) = objects.by_kind(rendered, "PrometheusRule")
        alerts = {entry.get("alert") for group in rule["spec"]["groups"] for entry in group["rules"]}
        self.assertIn("SessionExporterShardDown", alerts)

    def notes(self, *flags):
        """NOTES.txt, which only an installation shows: here as the text of a ConfigMap."""
        with tempfile.TemporaryDirectory(prefix="session_exporter_deploy.") as folder:
            copy = pathlib.Path(folder, "session-exporter")
            shutil.copytree(chart(), copy)
            text = (copy / "templates/NOTES.txt").read_text()
            (copy / "templates/_notes.tpl").write_text('{{- define "notes" -}}' + text + "{{- end -}}")
            (copy / "templates/notes.yaml").write_text('notes: {{ include "notes" . | quote }}\n')
            code, output, errors = helm("template", "release", copy, "--namespace=monitoring", KUBERNETES,
                                        "--show-only=templates/notes.yaml", *flags)
            self.assertEqual(code, 0, errors)
            return yaml.safe_load(output)["notes"]

    def test_the_notes_name_what_there_is(self):
        minimal = self.notes(f"--values={chart() / 'ci/minimal-values.yaml'}")
        self.assertIn("http://release-session-exporter.monitoring.svc:10470,", minimal)
        self.assertIn("port-forward deployment/release-session-exporter 10470", minimal)
        self.assertIn("Nothing scrapes it yet", minimal)
        self.assertNotIn("It waits for the Secret", minimal)
        sharded = self.notes(f"--values={chart() / 'ci/sharded-values.yaml'}")
        self.assertIn("port-forward statefulset/release-session-exporter 10470", sharded)
        self.assertIn("It waits for the Secret session-exporter ", sharded)
        self.assertNotIn("Nothing scrapes it yet", sharded)

    def test_it_can_be_packaged_without_losing_a_file(self):
        with tempfile.TemporaryDirectory(prefix="session_exporter_deploy.") as folder:
            code, output, errors = helm("package", chart(), f"--destination={folder}")
            self.assertEqual(code, 0, output + errors)
            (package,) = pathlib.Path(folder).glob("*.tgz")
            values = chart() / "ci/monitored-values.yaml"
            code, output, _ = helm("template", "release", package, "--namespace=monitoring", KUBERNETES,
                                   f"--values={values}")
            self.assertEqual(objects.parse(output), render(f"--values={values}"))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} EXPORTER SOURCE_FOLDER BUILD_FOLDER [unittest's own]")
    exporter, source = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    schemas = objects.Schemas(sys.argv[3]) if helm_program else None
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
