#!/usr/bin/env python3
"""The overlays of deploy/kubernetes, rendered: held to the published schemas, to the restricted profile and to each
other.

Usage: kustomize_test.py EXPORTER SOURCE_FOLDER BUILD_FOLDER
"""

import copy
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import objects
import yaml

OVERLAYS = ("single", "sharded", "irsa")
SKIPPED = 77

exporter = ""
source = pathlib.Path()
schemas = None


def render(overlay):
    done = subprocess.run(["kubectl", "kustomize", source / "deploy/kubernetes/overlays" / overlay],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return objects.parse(done.stdout)


class Rendered(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rendered = {overlay: render(overlay) for overlay in OVERLAYS}

    def test_all_overlays_are_tested(self):
        folder = source / "deploy/kubernetes/overlays"
        self.assertEqual({path.name for path in folder.iterdir()}, set(OVERLAYS))

    def test_they_hold_to_the_published_schemas(self):
        if schemas.missing:
            self.skipTest(schemas.missing)
        for overlay, rendered in self.rendered.items():
            with self.subTest(overlay=overlay):
                self.assertEqual(schemas.complaints(rendered), [])

    def test_a_misspelt_field_a_wrong_type_and_a_missing_field_are_found(self):
        if schemas.missing:
            self.skipTest(schemas.missing)

        def spoil(path, value, overlay="single"):
            rendered = copy.deepcopy(self.rendered[overlay])
            kind, *steps, last = path.split(".")
            (place,) = objects.by_kind(rendered, kind)
            for step in steps:
                place = place[int(step) if step.isdigit() else step]
            if value is None:
                del place[last]
            else:
                place[last] = value
            return schemas.complaints(rendered)

        container = "Deployment.spec.template.spec.containers.0"
        for path, value, overlay, expected in (
            ("Deployment.spec.replicass", 2, "single", "/spec/replicass: unknown field"),
            (f"{container}.securityContext.readOnly", True, "single", "/securityContext/readOnly: unknown field"),
            ("NetworkPolicy.spec.egres", [], "single", "/spec/egres: unknown field"),
            ("PodDisruptionBudget.spec.maxUnavailible", 1, "single", "/spec/maxUnavailible: unknown field"),
            ("Service.spec.ports.0.target", 1, "single", "/spec/ports/0/target: unknown field"),
            ("ServiceMonitor.spec.endpoints.0.scrapeTimout", "1s", "single", "/scrapeTimout: unknown field"),
            ("ScrapeConfig.spec.relabelings.1.modulo", 3, "sharded", "/spec/relabelings/1/modulo: unknown field"),
            ("ScrapeConfig.spec.relabelings.1.action", "hash", "sharded", "/spec/relabelings/1/action: enum"),
            ("PrometheusRule.spec.groups.0.rules.0.fro", "1m", "sharded", "/rules/0/fro: unknown field"),
            ("Deployment.spec.replicas", "two", "single", "/spec/replicas: type"),
            (f"{container}.name", None, "single", "/containers/0: required"),
            ("ServiceMonitor.spec.selector", None, "single", "/spec: required"),
            ("Service.kind", "Servise", "single", "no schema for v1 Servise"),
        ):
            with self.subTest(path=path):
                found = spoil(path, value, overlay)
                self.assertTrue(any(expected in complaint for complaint in found), (expected, found))

    def test_pods_are_restricted(self):
        for overlay, rendered in self.rendered.items():
            with self.subTest(overlay=overlay):
                (workload,) = objects.workloads(rendered)
                self.assertEqual(objects.restricted_violations(workload["spec"]["template"]["spec"]), [])
                (account,) = objects.by_kind(rendered, "ServiceAccount")
                self.assertIs(account["automountServiceAccountToken"], False)

    def test_a_pod_that_is_not_restricted_is_found(self):
        (workload,) = objects.workloads(self.rendered["single"])
        well = workload["spec"]["template"]["spec"]
        for path, value, expected in (
            ("securityContext.runAsNonRoot", False, ["runAsNonRoot"]),
            ("securityContext.runAsUser", 0, ["runAsNonRoot"]),
            ("securityContext.seccompProfile", {"type": "Unconfined"}, ["seccompProfile"]),
            ("containers.0.securityContext.allowPrivilegeEscalation", True, ["allowPrivilegeEscalation"]),
            ("containers.0.securityContext.privileged", True, ["privileged"]),
            ("containers.0.securityContext.capabilities", {"drop": ["ALL"], "add": ["NET_RAW"]}, ["capabilities"]),
            ("containers.0.securityContext.capabilities", {}, ["capabilities"]),
            ("containers.0.securityContext.readOnlyRootFilesystem", False, ["readOnlyRootFilesystem"]),
            ("containers.0.ports.0.hostPort", 80, ["hostPort"]),
            ("volumes.0", {"name": "config", "hostPath": {"path": "/"}}, ["volume config"]),
            ("automountServiceAccountToken", True, ["automountServiceAccountToken"]),
            ("hostNetwork", True, ["hostNetwork"]),
        ):
            with self.subTest(path=path):
                spec = copy.deepcopy(well)
                place = spec
                *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
                for step in steps:
                    place = place[step]
                place[last] = value
                self.assertEqual(objects.restricted_violations(spec), expected)

    def test_what_refers_to_something_finds_it(self):
        for overlay, rendered in self.rendered.items():
            with self.subTest(overlay=overlay):
                self.assertEqual(objects.dangling(rendered), [])
        # An empty selector is every pod of the namespace.
        for kind, path in (("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")):
            rendered = copy.deepcopy(self.rendered["single"])
            objects.by_kind(rendered, kind)[0]["spec"][path] = {}
            self.assertEqual(objects.dangling(rendered), [f"{kind}: selector"])

    def test_the_exporter_takes_their_configurations(self):
        for overlay, rendered in self.rendered.items():
            with self.subTest(overlay=overlay):
                (config,) = objects.by_kind(rendered, "ConfigMap")
                text = config["data"]["session_exporter.yaml"]
                code, output = objects.check_configuration(exporter, text)
                self.assertEqual(code, 0, output)
                code, output = objects.check_configuration(exporter, text.replace("backend:", "bakend:", 1))
                self.assertEqual(code, 2)
                self.assertIn("targets[0].backend: missing", output)

    def test_secrets_are_mounted_where_they_are_needed(self):
        for overlay, rendered in self.rendered.items():
            (config,) = objects.by_kind(rendered, "ConfigMap")
            (workload,) = objects.workloads(rendered)
            spec = workload["spec"]["template"]["spec"]
            mounts = {mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
            needed = "/run/secrets/session_exporter" in config["data"]["session_exporter.yaml"]
            with self.subTest(overlay=overlay):
                self.assertEqual("/run/secrets/session_exporter" in mounts, needed)
                self.assertFalse(objects.by_kind(rendered, "Secret"))


class Sharded(unittest.TestCase):
    """The overlay says what deploy/prometheus/sharded.yml says, which tests/e2e/sharding_test.py runs."""

    def setUp(self):
        self.rendered = render("sharded")

    def test_prometheus_is_told_of_as_many_shards_as_there_are(self):
        (workload,) = objects.workloads(self.rendered)
        (scrape,) = objects.by_kind(self.rendered, "ScrapeConfig")
        (service,) = objects.by_kind(self.rendered, "Service")
        self.assertEqual((workload["kind"], service["spec"]["clusterIP"]), ("StatefulSet", "None"))
        ((count, job),) = {
            (rule["modulus"], scrape["spec"]["relabelings"][0]["replacement"])
            for rule in scrape["spec"]["relabelings"] if "modulus" in rule
        }
        self.assertEqual((workload["spec"]["replicas"], job), (count, "sessions"))
        self.assertEqual(objects.by_kind(self.rendered, "ServiceMonitor"), [])

    def test_it_relabels_as_the_tested_file_does(self):
        (scrape,) = objects.by_kind(self.rendered, "ScrapeConfig")
        (tested,) = yaml.safe_load((source / "deploy/prometheus/sharded.yml").read_text())["scrape_configs"]
        spec, suffix = scrape["spec"], ".session-exporter.svc:10470"

        def plain(rule):
            names = {"sourceLabels": "source_labels", "targetLabel": "target_label"}
            rule = {names.get(name, name): value for name, value in rule.items()}
            if "action" in rule:
                rule["action"] = rule["action"].lower()
            if "replacement" in rule:
                rule["replacement"] = rule["replacement"].replace(suffix, ":10470")
            return rule

        self.assertEqual([plain(rule) for rule in spec["relabelings"][1:]], tested["relabel_configs"])
        self.assertEqual((spec["scrapeInterval"], spec["scrapeTimeout"]),
                         (tested["scrape_interval"], tested["scrape_timeout"]))
        self.assertEqual([entry["url"].replace(suffix, ":10470") for entry in spec["httpSDConfigs"]],
                         [entry["url"] for entry in tested["http_sd_configs"]])

    def test_its_rule_is_the_tested_one(self):
        (rule,) = objects.by_kind(self.rendered, "PrometheusRule")
        tested = yaml.safe_load((source / "deploy/prometheus/sharded.rules.yaml").read_text())
        self.assertEqual(rule["spec"], tested)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} EXPORTER SOURCE_FOLDER BUILD_FOLDER [unittest's own]")
    exporter, source = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    if shutil.which("kubectl") is None:
        print("skipped: kubectl is missing")
        sys.exit(SKIPPED)
    schemas = objects.Schemas(sys.argv[3])
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
