#!/usr/bin/env python3
"""The demo stack of deploy/compose without containers: its configuration files, as they are but for addresses, paths and
waiting times, in the real programs, until an alert arrives where Alertmanager sends it. And the configuration of the
overlay irsa, whose credentials come from its surroundings.

Usage: stack_test.py EXPORTER SIMULATOR SOURCE_FOLDER
"""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import yaml

import monitoring
import programs

alertmanager_program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
source = pathlib.Path()


def folder():
    return source / "deploy/compose"


def compose():
    return yaml.safe_load((folder() / "docker-compose.yml").read_text())


def mounts(service):
    """What is in the container, by where it is there; named volumes left out."""
    parts = [volume.split(":") for volume in service.get("volumes", [])]
    return {inside: (folder() / path).resolve() for path, inside, *_ in parts if path.startswith(".")}


class Files(unittest.TestCase):
    @unittest.skipUnless(shutil.which("docker-compose"), "docker-compose is missing (Debian package docker-compose)")
    def test_docker_compose_takes_the_file(self):
        def check(path):
            command = ["docker-compose", "-f", path, "config", "-q"]
            return subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)

        done = check(folder() / "docker-compose.yml")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as misspelt:
            misspelt.write((folder() / "docker-compose.yml").read_text().replace("healthcheck:", "healtcheck:"))
            misspelt.flush()
            self.assertIn("healtcheck", check(misspelt.name).stderr)

    def test_every_path_and_secret_that_it_names_is_there(self):
        stack = compose()
        secrets = {name: folder() / secret["file"] for name, secret in stack["secrets"].items()}
        for path in secrets.values():
            self.assertTrue(path.is_file(), path)
        for name, service in stack["services"].items():
            for path in mounts(service).values():
                self.assertTrue(path.exists(), f"{name}: {path}")
            self.assertLessEqual(set(service.get("secrets", [])), secrets.keys())
        config = (folder() / "session_exporter.yaml").read_text()
        self.assertEqual(
            set(re.findall(r"/run/secrets/(\w+)", config)), set(stack["services"]["exporter"]["secrets"])
        )

    @unittest.skipUnless(pathlib.Path(__file__).parents[2].joinpath("deploy/container/Dockerfile").exists(),
                         "the Dockerfile is not there")
    def test_it_builds_stages_that_there_are(self):
        for name in ("simulator", "exporter"):
            build = compose()["services"][name]["build"]
            self.assertEqual((folder() / build["context"]).resolve(), source.resolve())
            stages = re.findall(r"^FROM .* AS (\S+)$", (source / build["dockerfile"]).read_text(), flags=re.MULTILINE)
            # The last is what is built when none is named.
            self.assertIn(build.get("target", stages[-1]), stages)
            self.assertEqual(build.get("target", stages[-1]), name)

    def test_it_is_bound_to_this_machine_and_can_do_little(self):
        for name, service in compose()["services"].items():
            with self.subTest(service=name):
                self.assertTrue(all(port.startswith("127.0.0.1:") for port in service.get("ports", [])))
                self.assertRegex(service["image"], r":v?\d+\.\d+\.\d+$")
                self.assertEqual(service["cap_drop"], ["ALL"])
                self.assertEqual(service["security_opt"], ["no-new-privileges:true"])
        exporter = compose()["services"]["exporter"]
        self.assertEqual(exporter["healthcheck"]["test"], ["CMD", "/usr/bin/session_exporter", "healthcheck"])
        self.assertEqual((exporter["user"], exporter["read_only"]), ("65532:65532", True))

    def test_addresses_name_services_at_their_ports(self):
        stack = compose()["services"]
        ports = {name: service["ports"][0].rpartition(":")[2] for name, service in stack.items() if "ports" in service}
        ports["simulator"] = stack["simulator"]["command"][0].rpartition(":")[2]
        named = set()
        for path in folder().rglob("*.y*ml"):
            for host, port in re.findall(r"(?:http://|')([a-z]+):(\d+)", path.read_text()):
                self.assertEqual(ports.get(host), port, f"{path.name}: {host}:{port}")
                named.add(host)
        self.assertEqual(named, {"simulator", "exporter", "alertmanager", "prometheus"})

    def test_grafana_finds_data_source_and_dashboards(self):
        service = compose()["services"]["grafana"]
        inside = mounts(service)
        provisioning = inside["/etc/grafana/provisioning"]
        (data_source,) = yaml.safe_load((provisioning / "datasources/prometheus.yaml").read_text())["datasources"]
        self.assertEqual((data_source["type"], data_source["url"]), ("prometheus", "http://prometheus:9090"))
        self.assertTrue(data_source["isDefault"])
        scrape = yaml.safe_load((folder() / "prometheus.yml").read_text())["global"]["scrape_interval"]
        self.assertEqual(data_source["jsonData"]["timeInterval"], scrape)
        (provider,) = yaml.safe_load((provisioning / "dashboards/sessions.yaml").read_text())["providers"]
        dashboards = inside[provider["options"]["path"]]
        self.assertEqual(dashboards, (source / "dashboards").resolve())
        home = pathlib.Path(service["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
        self.assertEqual(str(home.parent), provider["options"]["path"])
        self.assertTrue((dashboards / home.name).is_file())


class Alertmanager(programs.Program):
    def __init__(self, config):
        self.storage = tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")
        config_file = pathlib.Path(self.storage.name, "alertmanager.yml")
        config_file.write_text(config)
        command = compose()["services"]["alertmanager"]["command"]
        flags = [flag for flag in command if not flag.startswith("--config.file=")]
        super().__init__([alertmanager_program, f"--config.file={config_file}", *flags,
                          f"--storage.path={self.storage.name}/data", "--web.listen-address=127.0.0.1:0"])
        self.address = self.wait_for_output(r'msg="Listening on" address=(127\.0\.0\.1:\d+)').group(1)

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.storage.cleanup()


@unittest.skipUnless(shutil.which("prometheus"), "prometheus is missing (Debian package prometheus)")
@unittest.skipUnless(alertmanager_program, "alertmanager is missing (Debian package prometheus-alertmanager)")
class Running(unittest.TestCase):
    def start_exporter(self):
        flags = [flag for flag in compose()["services"]["simulator"]["command"] if "--listen-address" not in flag]
        simulator = self.enterContext(programs.Simulator(*flags))
        config = monitoring.replaced(
            (folder() / "session_exporter.yaml").read_text(),
            {"simulator:8080": simulator.address(), "/run/secrets": str((folder() / "secrets").resolve())},
        )
        environment = {
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
            **compose()["services"]["exporter"]["environment"],
        }
        return self.enterContext(programs.Exporter(config, environment=environment))

    def start_alertmanager(self, webhook):
        receivers = {
            f"- name: {name}\n": f"- {{name: {name}, webhook_configs: [{{url: 'http://{webhook.address}/{name}'}}]}}\n"
            for name in ("page", "ticket", "digest")
        }
        text = (folder() / "alertmanager.yml").read_text()
        config = monitoring.replaced(text, {**receivers, "group_wait: 10s": "group_wait: 1s"})
        return self.enterContext(Alertmanager(config))

    def start_prometheus(self, exporter, alertmanager):
        rules = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")))
        inside = mounts(compose()["services"]["prometheus"])["/etc/prometheus/rules"]
        for path in inside.glob("*.yaml"):
            text = re.sub(r"\b(for: \d+m|interval: 5m)$", lambda m: m[0].split(":")[0] + ": 1s", path.read_text(),
                          flags=re.MULTILINE)
            (rules / path.name).write_text(text)
        config = monitoring.replaced(
            (folder() / "prometheus.yml").read_text(),
            {
                "interval: 15s": "interval: 1s",
                "scrape_timeout: 10s": "scrape_timeout: 1s",
                "/etc/prometheus/rules": str(rules),
                "alertmanager:9093": alertmanager.address,
                "exporter:10470": exporter.address,
            },
        )
        return self.enterContext(monitoring.Prometheus(config))

    def test_an_alert_arrives_where_it_should(self):
        webhook = self.enterContext(monitoring.Webhook())
        exporter = self.start_exporter()
        prometheus = self.start_prometheus(exporter, self.start_alertmanager(webhook))
        up = {"kasm-demo": 1, "kasm-broken": 0, "intersight-demo": 1, "aws-demo/us-east-1": 1, "aws-demo/eu-west-1": 1}
        programs.wait_until(
            lambda: {labels["target"]: value for labels, value in prometheus.query("session_up")} == up,
            "only the broken target was down",
        )

        def pages():
            return {
                (alert["labels"]["alertname"], alert["labels"]["target"]): alert
                for path, message in webhook.messages
                for alert in message["alerts"]
                if path == "/page"
            }

        programs.wait_until(pages, "a page arrived")
        self.assertEqual(set(pages()), {("SessionTargetDown", "kasm-broken")})
        (alert,) = pages().values()
        self.assertEqual((alert["status"], alert["labels"]["severity"]), ("firing", "critical"))
        self.assertEqual(
            alert["annotations"]["description"], "kasm-broken (kasm) has failed for 10 minutes; last reason: http."
        )


class WebIdentity(unittest.TestCase):
    """The configuration of deploy/kubernetes/overlays/irsa in the environment that EKS's webhook makes."""

    def start(self, token):
        simulator = self.enterContext(programs.Simulator())
        file = self.enterContext(tempfile.NamedTemporaryFile("w", prefix="session_exporter_e2e."))
        file.write(token)
        file.flush()
        environment = {
            "AWS_ACCESS_KEY_ID": "",  # of this machine, would go first
            "AWS_SECRET_ACCESS_KEY": "",
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/session-exporter",
            "AWS_WEB_IDENTITY_TOKEN_FILE": file.name,
            "AWS_STS_REGIONAL_ENDPOINTS": "regional",
            "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": simulator.url(),
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }
        config = (source / "deploy/kubernetes/overlays/irsa/session_exporter.yaml").read_text()
        exporter = self.enterContext(programs.Exporter(config, environment=environment))
        page = exporter.scrape()
        return {name: (programs.value(page, "session_up", target=name),
                       programs.value(page, "session_collection_error", target=name, reason="auth"))
                for name in re.findall(r'^session_up{target="([^"]+)"', page, flags=re.MULTILINE)}

    def test_the_token_opens_every_account_and_region(self):
        targets = ("aws/lab/eu-west-1", "aws/lab/us-east-1", "aws/prod/eu-west-1", "aws/prod/us-east-1")
        self.assertEqual(self.start("CANARY-AWS-WEB-IDENTITY-TOKEN"), dict.fromkeys(targets, (1, 0)))
        self.assertEqual(self.start("another"), dict.fromkeys(targets, (0, 1)))


if __name__ == "__main__":
    (argument,), start = programs.main(["SOURCE_FOLDER"])
    source = pathlib.Path(argument)
    start()
