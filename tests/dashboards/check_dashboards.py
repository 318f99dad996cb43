#!/usr/bin/env python3
"""Holds the Grafana dashboards to what makes them work in every Grafana from 10 on, and readable.

Usage: check_dashboards.py [--fix] FOLDER

Prints FILE: WHERE: MESSAGE for every violation and exits 1 when there is one, 77 when promtool, which judges the
queries, is missing. --fix first writes the files in their canonical layout.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import dashboard_files as dashboards  # noqa: E402  (found through the line above)

SKIPPED = 77
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# The newest version of the classic model that Grafana 10 knows; later ones migrate it when they load it.
SCHEMA_VERSION = 39
COLUMNS = 24
LONGEST_FILE = 400
TAG = "session_exporter"
PANEL_TYPES = {"stat", "timeseries", "table", "bargauge", "gauge", "text", "row"}
WITH_UNITS = {"stat", "timeseries", "bargauge", "gauge", "table"}
# Of Grafana's list of units those that fit the metrics here; a misspelt one is shown as a suffix, without an error.
UNITS = {"none", "short", "bytes", "Bps", "s", "percentunit", "reqps", "cps", "dateTimeAsIso"}
COUNTER = re.compile(r"\b(?:session|process)_\w+_(?:total|bucket|count|sum)\b")
IN_RATE = re.compile(r"\b(?:rate|increase)\((?:session|process)_\w+_(?:total|bucket|count|sum)\b(?:\{[^}]*\})?\[")
RANGE_IN_RATE = re.compile(r"\b(?:rate|increase)\([^\[]*\[([^\]]+)\]")


def check_document(dashboard):
    expected = {"schemaVersion": SCHEMA_VERSION, "editable": False, "id": None}
    for key, value in expected.items():
        if dashboard.get(key, "missing") != value:
            yield "dashboard", f"{key} has to be {json.dumps(value)}"
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", dashboard.get("uid") or ""):
        yield "dashboard", "uid has to be 1 to 40 of a-z A-Z 0-9 _ -"
    if not (isinstance(dashboard.get("refresh"), str) and re.fullmatch(r"\d+[smh]", dashboard["refresh"])):
        yield "dashboard", 'refresh has to be a text such as "1m"; Grafana 11 refuses false'
    for key in ("title", "description"):
        if not dashboard.get(key):
            yield "dashboard", f"{key} is missing"
    if TAG not in dashboard.get("tags", []):
        yield "dashboard", f"the tag {TAG}, by which the dashboards find each other, is missing"
    links = [link for link in dashboard.get("links", []) if link.get("tags") == [TAG]]
    if not any(link.get("includeVars") and link.get("keepTime") for link in links):
        yield "dashboard", "no link to the other dashboards that keeps time and variables"
    if "__inputs" in dashboard or "${DS_" in json.dumps(dashboard):
        yield "dashboard", "__inputs are not filled in where a file is provisioned"


def check_variables(dashboard):
    variables = dashboard["templating"]["list"]
    names = [variable["name"] for variable in variables]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"variable {name}", "is defined twice"
    if {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"} not in variables:
        yield "variable datasource", "has to be the choice of a Prometheus, labelled Data source"
    for variable in dashboards.query_variables(dashboard):
        where = f"variable {variable['name']}"
        if not variable.get("label"):
            yield where, "has no label"
        if variable.get("datasource") != DATASOURCE:
            yield where, "does not use ${datasource}"
        if variable.get("refresh") != 2:
            yield where, "refresh has to be 2: values follow the time range"
        if dashboards.label_values(variable) is None:
            yield where, "is no label_values(SELECTOR, LABEL)"
        if not (variable.get("multi") and variable.get("includeAll")):
            yield where, "has to offer several values and all"
    used = dashboards.used_variables(json.dumps(dashboard, ensure_ascii=False))
    built_in = {name for name in used if name.startswith("__")}
    for name in sorted(used - built_in - set(names)):
        yield f"variable {name}", "is used and not defined"
    for name in sorted(set(names) - used):
        yield f"variable {name}", "is defined and not used"


def check_panel(panel):
    if panel["type"] not in PANEL_TYPES:
        yield f"the type {panel['type']} is not among {', '.join(sorted(PANEL_TYPES))}"
    if panel["type"] in ("row", "text"):
        return
    if not panel.get("title"):
        yield "has no title"
    description = panel.get("description", "")
    if len(description) < 15 or not description.endswith("."):
        yield "has no description of at least a short sentence"
    if panel.get("datasource") != DATASOURCE:
        yield "does not use ${datasource}"
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    if panel["type"] in WITH_UNITS and "unit" not in defaults:
        yield "has no unit"
    overrides = panel.get("fieldConfig", {}).get("overrides", [])
    properties = [entry for override in overrides for entry in override["properties"]]
    for unit in [defaults.get("unit", "none"), *(entry["value"] for entry in properties if entry["id"] == "unit")]:
        if unit not in UNITS:
            yield f"the unit {unit} is not among {', '.join(sorted(UNITS))}"
    queries = panel.get("targets", [])
    if not queries:
        yield "has no query"
    letters = [query.get("refId") for query in queries]
    if len(set(letters)) != len(letters):
        yield "two queries have the same refId"
    for query in queries:
        if query.get("datasource") != DATASOURCE:
            yield f"query {query.get('refId')} does not use ${{datasource}}"
        if panel["type"] == "table" and not (query.get("instant") and query.get("format") == "table"):
            yield f"query {query.get('refId')} of a table has to be instant and of the format table"
        # A range would show the last value before an outage as if it were of now.
        if panel["type"] in ("stat", "bargauge", "gauge") and not query.get("instant"):
            yield f"query {query.get('refId')} has to be instant: what is not there now must not be shown"
        if panel["type"] in ("timeseries", "bargauge") and not query.get("legendFormat"):
            yield f"query {query.get('refId')} has no legend"
        yield from check_expression(query["expr"])
    if panel["type"] == "table":
        yield from check_table(panel, letters)


def check_expression(expression):
    plain = dashboards.without_strings(expression)
    if len(COUNTER.findall(plain)) != len(IN_RATE.findall(plain)):
        yield "a counter stands outside of rate() and increase()"
    for found in RANGE_IN_RATE.findall(expression):
        # One number for the whole of the time range is the other thing that makes sense.
        if found not in ("$__rate_interval", "$__range"):
            yield f"a rate over {found} instead of $__rate_interval"
    for selector in re.findall(r"\b(?:session|process)_\w+(?![\w(])(\{[^}]*\})?", expression):
        if not re.search(r"=~?\"\$\w+\"", selector):
            yield "a metric is not narrowed down by any variable"


def check_table(panel, letters):
    text = json.dumps([panel.get("transformations", []), panel["fieldConfig"]["overrides"]], ensure_ascii=False)
    values = {f"Value #{letter}" for letter in letters} if len(letters) > 1 else {"Value"}
    for name in sorted(set(re.findall(r"\bValue(?: #\w+)?(?=\")", text)) - values):
        yield f"there is no field {name!r}; Grafana calls them {', '.join(sorted(values))}"
    steps = {step["id"]: step["options"] for step in panel.get("transformations", [])}
    if len(letters) > 1 and "merge" not in steps:
        yield "several queries are not merged into one table"
    renamed = steps.get("organize", {}).get("renameByName", {})
    arranged = steps.get("organize", {}).get("indexByName", {})
    shown = {renamed.get(name, name) for name in arranged}
    for override in panel["fieldConfig"]["overrides"]:
        for column in re.fullmatch(r"(?:/\^\()?(.*?)(?:\)\$/)?", override["matcher"]["options"])[1].split("|"):
            if column not in shown:
                yield f"an override is for the column {column!r}, which is not there"
    if "limit" not in steps and not any(re.search(r"\b(?:topk|bottomk)\(\d", q["expr"]) for q in panel["targets"]):
        if "session" in arranged or "user" in arranged:
            yield "neither topk() nor a limit keeps the table short"


def check_places(dashboard):
    """Panels have an id and a place of their own."""
    taken = {}
    identities = [panel["id"] for panel in dashboards.panels(dashboard)]
    for identity in sorted({i for i in identities if identities.count(i) > 1}):
        yield f"panel {identity}", "this id occurs twice"
    for panel in dashboard["panels"]:
        place, where = panel["gridPos"], f"panel {panel['id']}"
        if place["x"] < 0 or place["w"] < 1 or place["h"] < 1 or place["x"] + place["w"] > COLUMNS:
            yield where, f"is not inside the {COLUMNS} columns"
        columns = range(place["x"], place["x"] + place["w"])
        rows = range(place["y"], place["y"] + place["h"])
        cells = {(x, y) for x in columns for y in rows}
        for other in sorted({taken[cell] for cell in cells if cell in taken}):
            yield where, f"lies on panel {other}"
        taken.update(dict.fromkeys(cells, panel["id"]))


def check_links(dashboard, uids):
    for uid in re.findall(r"/d/([\w-]+)", json.dumps(dashboard)):
        if uid not in uids:
            yield f"link to {uid}", "there is no dashboard with this uid"


def check_queries(queries):
    """Whether promtool can parse them; each is written as a recording rule, as it has no command for expressions."""
    with tempfile.TemporaryDirectory(prefix="session_exporter_dashboards.") as folder:
        for number, (name, where, expression) in enumerate(queries):
            rule = {"record": f"query:number_{number}:checked", "expr": dashboards.with_values(expression)}
            document = {"groups": [{"name": "queries", "rules": [rule]}]}
            pathlib.Path(folder, f"{number}.json").write_text(json.dumps(document))  # JSON is YAML too
        paths = sorted(pathlib.Path(folder).iterdir(), key=lambda path: int(path.stem))
        done = subprocess.run(
            ["promtool", "check", "rules", *paths], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
        )
        if done.returncode == 0:
            return
        found = False
        for number, message in re.findall(r"/(\d+)\.json: (.*parse expression.*)", done.stdout + done.stderr):
            found = True
            yield queries[int(number)][0], queries[int(number)][1], message.rsplit("could not parse expression: ")[-1]
        if not found:
            yield queries[0][0], "queries", "promtool: " + done.stderr.strip()


def check(folder):
    """(file name, where, message) for every violation."""
    paths = dashboards.files(folder)
    if not paths:
        yield str(folder), "folder", "there is no dashboard"
        return
    documents = {path.name: dashboards.read(path) for path in paths}
    for key in ("uid", "title"):
        values = [document.get(key) for document in documents.values()]
        for name, document in documents.items():
            if values.count(document.get(key)) > 1:
                yield name, "dashboard", f"another one has the same {key}"
    uids = {document.get("uid") for document in documents.values()}
    queries = []
    for path in paths:
        name, document = path.name, documents[path.name]
        text = path.read_text(encoding="utf-8")
        if text != dashboards.canonical(document):
            yield name, "layout", "is not the canonical one, which --fix writes"
        if text.count("\n") > LONGEST_FILE:
            yield name, "layout", f"has more than {LONGEST_FILE} lines"
        for found in (
            *check_document(document),
            *check_variables(document),
            *check_places(document),
            *check_links(document, uids),
        ):
            yield (name, *found)
        for panel in dashboards.panels(document):
            where = f"panel {panel['id']} ({panel['title'] or panel['type']})"
            for message in check_panel(panel):
                yield name, where, message
            queries += [(name, f"{where} {query['refId']}", query["expr"]) for query in panel.get("targets", [])]
        queries += [(name, "annotation", entry["expr"]) for entry in dashboards.annotations(document)]
    if queries:
        yield from check_queries(queries)


def main(arguments):
    fix = "--fix" in arguments
    folders = [argument for argument in arguments if argument != "--fix"]
    if len(folders) != 1:
        sys.exit(__doc__)
    if shutil.which("promtool") is None:
        print("skipped: promtool is missing (Debian package prometheus)")
        sys.exit(SKIPPED)
    if fix:
        for path in dashboards.files(folders[0]):
            path.write_text(dashboards.canonical(dashboards.read(path)), encoding="utf-8")
    violations = sorted(set(check(folders[0])))
    for violation in violations:
        print(": ".join(violation))
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
