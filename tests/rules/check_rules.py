"""What promtool cannot know: whether every alert has its texts, its runbook, its tests and its place in the documents.

check(root) yields one line for each thing that is wrong. rules_test.py asks it about this repository, check_rules_test.py
shows that it finds what it should.
"""

import pathlib
import re

import yaml

RUNBOOKS = "https://docs.example.com/session_exporter/runbooks/"
SEVERITIES = {"critical", "warning", "info"}
METRIC = re.compile(r"\bsession_[a-z_]+\b(?![.:*])")
# Words of the runbooks that look like a metric.
NO_METRICS = {"session_exporter", "session_tokens"}


def read_yaml(path):
    # The parser in C, where there is one: ten times as fast.
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def rule_files(root):
    return sorted(pathlib.Path(root, "dashboards/rules").glob("*.yaml"))


def rules(root, paths=None):
    for path in paths or rule_files(root):
        for group in read_yaml(path)["groups"]:
            yield from group["rules"]


def alerts(root, paths=None):
    return {rule["alert"]: rule for rule in rules(root, paths) if "alert" in rule}


def seconds(duration):
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([smhd])", duration))


def queries(text):
    """The PromQL of a page: a line that is not indented, and is no closing bracket, begins a query."""
    for block in re.findall(r"```promql\n(.*?)```", text, re.DOTALL):
        yield from (query.strip() for query in re.split(r"\n(?=[^\s)])", block) if query.strip())


def check(root):
    root = pathlib.Path(root)
    known = alerts(root)
    # What only shards load has its page and its rows too; its test is in tests/deploy.
    documented = known | alerts(root, [root / "deploy/prometheus/sharded.rules.yaml"])
    yield from check_texts(documented)
    yield from check_runbooks(root, documented)
    yield from check_tests(root, known)
    yield from check_table(root / "dashboards/README.md", documented, "../docs/runbooks/")
    yield from check_metrics(root)
    yield from check_dashboards(root)


def check_texts(known):
    for name, rule in known.items():
        if not name.startswith("Session"):
            yield f"{name}: its name does not begin with Session"
        severity = rule.get("labels", {}).get("severity")
        if severity not in SEVERITIES:
            yield f"{name}: severity is {severity}"
        texts = rule.get("annotations", {})
        for missing in {"summary", "description", "runbook_url"} - texts.keys():
            yield f"{name}: no {missing}"
        if "{{" in texts.get("summary", ""):
            yield f"{name}: its summary is not the same for the whole group of alerts"
        if "{{ $labels." not in texts.get("description", ""):
            yield f"{name}: its description does not name what it is about"
        if texts.get("runbook_url") != f"{RUNBOOKS}{name}.md":
            yield f"{name}: its runbook_url is not {RUNBOOKS}{name}.md"


def check_runbooks(root, known):
    folder = root / "docs/runbooks"
    pages = {path.stem: path.read_text() for path in folder.glob("*.md") if path.name != "README.md"}
    for name in known.keys() - pages.keys():
        yield f"{name}: no page docs/runbooks/{name}.md"
    for name, text in pages.items():
        if name not in known:
            yield f"docs/runbooks/{name}.md: no such alert"
        if not text.startswith(f"# {name}\n"):
            yield f"docs/runbooks/{name}.md: its heading is not its name"
        for heading in ("## Check", "## Do"):
            if f"\n{heading}\n" not in text:
                yield f"docs/runbooks/{name}.md: no {heading}"
    for path in folder.glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
            if not link.startswith("http") and not (folder / link).exists():
                yield f"docs/runbooks/{path.name}: its link {link} leads nowhere"
    yield from check_table(folder / "README.md", known, "")


def check_table(path, known, prefix):
    """Rows are `| [NAME](PREFIXNAME.md) | severity | meaning |`."""
    rows = re.findall(r"^\| \[(Session\w+)\]\(" + re.escape(prefix) + r"(\w+)\.md\) \| (\w+) \| \S.* \|$",
                      path.read_text(), re.MULTILINE)
    shown = f"{path.parent.name}/{path.name}"
    for name, page, severity in rows:
        if name not in known or page != name:
            yield f"{shown}: no such alert as {name} ({page}.md)"
        elif severity != known[name]["labels"]["severity"]:
            yield f"{shown}: {name} is {known[name]['labels']['severity']}, not {severity}"
    for name in known.keys() - {name for name, _, _ in rows}:
        yield f"{shown}: {name} is missing from the table"


def check_tests(root, known):
    runs = {}  # by alert: of each test, whether it fires, in the order of time
    for path in sorted((root / "tests/rules").glob("*_test.yaml")):
        suite = read_yaml(path)
        # promtool takes an alert that it does not know for one that is silent.
        loaded = {rule.get("alert") for name in suite["rule_files"] for group in read_yaml(path.parent / name)["groups"]
                  for rule in group["rules"]}
        for test in suite["tests"]:
            of_test = {}
            for case in test.get("alert_rule_test", []):
                if case["alertname"] not in loaded and case["alertname"] in known:
                    yield f"tests/rules/{path.name}: {case['alertname']} is in none of its rule_files"
                of_test.setdefault(case["alertname"], []).append((seconds(case["eval_time"]), bool(case["exp_alerts"])))
            for name, cases in of_test.items():
                runs.setdefault(name, []).append("".join("F" if fires else "-" for _, fires in sorted(cases)))
    for name in runs.keys() - known.keys():
        yield f"tests/rules: no such alert as {name}"
    for name in known:
        of_alert = runs.get(name, [])
        if not any(re.search("-F+-", run) for run in of_alert):
            yield f"{name}: no test where it is silent, fires and ends"
        if not any("F" not in run for run in of_alert):
            yield f"{name}: no test of what it must not fire on"


def check_metrics(root):
    exported = set(re.findall(r'"(session_[a-z_]+)"', (root / "src/exposition/catalogue.cc").read_text()))
    places = [(f"{rule.get('alert', rule.get('record'))}: its expression", rule["expr"]) for rule in rules(root)]
    for path in sorted((root / "docs/runbooks").glob("*.md")):
        text = path.read_text()
        quoted = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        places.append((f"docs/runbooks/{path.name}", "\n".join([*queries(text), *quoted])))
    for place, text in places:
        for name in sorted(set(METRIC.findall(re.sub(r"\btarget:\w+:\w+", "", text))) - exported - NO_METRICS):
            yield f"{place} names {name}, which is not exported"


def check_dashboards(root):
    mixin = (root / "dashboards/mixin.libsonnet").read_text()
    there = {path.name for path in (root / "dashboards").glob("*.json")}
    listed = set(re.findall(r"import '(\w+\.json)'", mixin))
    for name in sorted(there - listed):
        yield f"dashboards/mixin.libsonnet: {name} is missing"
    for name in sorted(listed - there):
        yield f"dashboards/mixin.libsonnet: there is no {name}"
    for name in sorted({f"rules/{path.name}" for path in rule_files(root)} - set(re.findall(r"'(rules/[\w.]+)'", mixin))):
        yield f"dashboards/mixin.libsonnet: {name} is missing"
