"""Rules for rendered Kubernetes objects that no schema holds: the restricted profile, and what refers to what."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import yaml

FOLDER = pathlib.Path(__file__).resolve().parent
# As the restricted pod security standard lists them.
RESTRICTED_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected",
                      "secret"}


class Loader(yaml.SafeLoader):
    """Like SafeLoader, but a key that is there twice is an error: Kubernetes would take the last."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(None, None, "a key is there twice", node.start_mark)
        return super().construct_mapping(node, deep)


def parse(text):
    return [document for document in yaml.load_all(text, Loader) if document]


def by_kind(objects, *kinds):
    return [item for item in objects if item["kind"] in kinds]


def workloads(objects):
    return by_kind(objects, "Deployment", "StatefulSet")


def restricted_violations(spec):
    """What in a pod's `spec` the restricted profile would refuse, and what we ask beyond it."""
    found = []
    pod = spec.get("securityContext", {})
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            found.append(name)
    if spec.get("automountServiceAccountToken") is not False:
        found.append("automountServiceAccountToken")
    for volume in spec.get("volumes", []):
        if not set(volume) - {"name"} <= RESTRICTED_VOLUMES:
            found.append(f"volume {volume['name']}")
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        own = container.get("securityContext", {})

        def either(name, own=own):
            return own.get(name, pod.get(name))

        if either("runAsNonRoot") is not True or not either("runAsUser"):
            found.append("runAsNonRoot")
        if (either("seccompProfile") or {}).get("type") not in ("RuntimeDefault", "Localhost"):
            found.append("seccompProfile")
        if own.get("allowPrivilegeEscalation") is not False:
            found.append("allowPrivilegeEscalation")
        if own.get("privileged"):
            found.append("privileged")
        capabilities = own.get("capabilities", {})
        if capabilities.get("drop") != ["ALL"] or set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
            found.append("capabilities")
        if own.get("readOnlyRootFilesystem") is not True:
            found.append("readOnlyRootFilesystem")
        if any("hostPort" in port for port in container.get("ports", [])):
            found.append("hostPort")
    return found


def dangling(objects):
    """References that lead nowhere: selectors without pods, mounts without volumes, names that no object has."""
    found = []
    (workload,) = workloads(objects)
    template = workload["spec"]["template"]
    labels, spec = template["metadata"]["labels"], template["spec"]
    (container,) = spec["containers"]
    ports = {port["name"] for port in container["ports"]}

    def check(what, holds):
        if not holds:
            found.append(what)

    def selects(selector, of=labels):
        return bool(selector) and selector.items() <= of.items()

    check("the workload's selector", selects(workload["spec"]["selector"]["matchLabels"]))
    services = by_kind(objects, "Service")
    for service in services:
        check("Service: selector", selects(service["spec"]["selector"]))
        check("Service: port", {port["targetPort"] for port in service["spec"]["ports"]} <= ports)
    for budget in by_kind(objects, "PodDisruptionBudget"):
        check("PodDisruptionBudget: selector", selects(budget["spec"]["selector"].get("matchLabels")))
    for policy in by_kind(objects, "NetworkPolicy"):
        check("NetworkPolicy: selector", selects(policy["spec"]["podSelector"].get("matchLabels")))
        check("NetworkPolicy: port", {port["port"] for port in policy["spec"]["ingress"][0]["ports"]} <= ports)
    for monitor in by_kind(objects, "ServiceMonitor"):
        selector = monitor["spec"]["selector"].get("matchLabels")
        check("ServiceMonitor: selector", any(selects(selector, item["metadata"]["labels"]) for item in services))
        names = {port["name"] for item in services for port in item["spec"]["ports"]}
        check("ServiceMonitor: port", {end["port"] for end in monitor["spec"]["endpoints"]} <= names)
    if workload["kind"] == "StatefulSet":
        check("serviceName", workload["spec"]["serviceName"] in {item["metadata"]["name"] for item in services})
    for probe in ("livenessProbe", "readinessProbe"):
        check(probe, container[probe]["httpGet"]["port"] in ports)
    for spread in spec.get("topologySpreadConstraints", []):
        check("topologySpreadConstraints", selects(spread["labelSelector"]["matchLabels"]))
    volumes = {volume["name"] for volume in spec["volumes"]}
    check("volumes and mounts", {mount["name"] for mount in container["volumeMounts"]} == volumes)
    maps = {item["metadata"]["name"] for item in by_kind(objects, "ConfigMap")}
    for volume in spec["volumes"]:
        if "configMap" in volume:
            check(f"ConfigMap {volume['configMap']['name']}", volume["configMap"]["name"] in maps)
    accounts = {item["metadata"]["name"] for item in by_kind(objects, "ServiceAccount")}
    if accounts:
        check("serviceAccountName", spec["serviceAccountName"] in accounts)
    return found


def check_configuration(exporter, text):
    """What --config.check says of it; the secret files are made up."""
    with tempfile.TemporaryDirectory(prefix="session_exporter_deploy.") as folder:
        for name in re.findall(r"/run/secrets/session_exporter/(\w+)", text):
            pathlib.Path(folder, name).write_text("made-up\n")
            pathlib.Path(folder, name).chmod(0o600)
        config = pathlib.Path(folder, "session_exporter.yaml")
        config.write_text(text.replace("/run/secrets/session_exporter", folder))
        done = subprocess.run([exporter, "--config.check", f"--config.file={config}"], capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL,
                              env={**os.environ, "AWS_CONFIG_FILE": "/nonexistent"})
        return done.returncode, done.stdout + done.stderr


class Schemas:
    """Node and the packages of package.json, which go into `folder`; `missing` says why they are not to be had."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.missing = None
        if not shutil.which("node") or not shutil.which("npm"):
            self.missing = "node and npm are missing"
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        wanted = (FOLDER / "package.json").read_text()
        installed = self.folder / "package.json"
        if installed.exists() and installed.read_text() == wanted and (self.folder / "node_modules/.complete").exists():
            return
        installed.write_text(wanted)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=self.folder,
                              capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            words = re.findall(r"npm \w+ (.*)", done.stderr) or ["no word why"]
            self.missing = f"npm could not install the schemas: {words[-1]}"
            return
        (self.folder / "node_modules/.complete").touch()

    def complaints(self, objects):
        done = subprocess.run(["node", FOLDER / "validate.mjs", self.folder / "node_modules"],
                              input=json.dumps(objects), capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return [f"{item['object']}{item['path']}: {item['message']}" for item in json.loads(done.stdout)]
