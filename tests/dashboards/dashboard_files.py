"""Reads Grafana dashboards: their panels, queries, variables and metric names, and their layout as text."""

import json
import pathlib
import re

WIDTH = 120

# What Grafana puts in by itself, as values that a query is tried out with.
BUILT_IN = {
    "__rate_interval": "5m",
    "__interval": "1m",
    "__range": "1d",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)\]\]")
# Of the metrics that the exporter serves; `process_` stands for all of its process's.
METRIC = re.compile(r"(?<![\w:])(?:\w+:)?(?:session|process)_[a-z0-9_]+(?::\w+)?")


def files(folder):
    return sorted(pathlib.Path(folder).glob("*.json"))


def read(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def layout(value, indent=0, before=0, after=1):
    """JSON in which a value that fits into a line is on one, small neighbours share one, and brackets that would
    open one after the other do so on one line.

    `before` and `after` are how many characters stand around the value on its line, indentation apart.
    """
    line = json.dumps(value, ensure_ascii=False)
    if indent + before + len(line) + after <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    entries = [("", item) for item in value]
    opening, closing = "[]"
    if isinstance(value, dict):
        entries = [(json.dumps(key, ensure_ascii=False) + ": ", item) for key, item in value.items()]
        opening, closing = "{}"
    if _opens_on_one_line(value, indent, before):
        text = opening
        for number, (key, item) in enumerate(entries):
            text += (", " if number else "") + key
            # What comes next on that line is the next key and at least a pair of brackets.
            rest = len(entries[number + 1][0]) + 4 if number + 1 < len(entries) else 0
            text += layout(item, indent, _last_line(text, indent, before), rest + 1 + after)
        return text + closing
    end = "\n" + " " * indent
    return opening + end + "  " + _filled(entries, indent + 2) + end + closing


def _opens_on_one_line(value, indent, before):
    """Whether what is inside begins on the line of the bracket instead of on one of its own."""
    items = list(value.values() if isinstance(value, dict) else value)
    if isinstance(value, list):
        return all(isinstance(item, (dict, list)) and "\n" in layout(item, indent + 2) for item in items)
    if all(isinstance(item, (dict, list)) for item in items):
        return True
    head = json.dumps(dict(list(value.items())[:-1]), ensure_ascii=False) + list(value)[-1]
    return isinstance(items[-1], (dict, list)) and indent + before + len(head) + 10 < WIDTH


def _last_line(text, indent, before):
    """How many characters stand on the last line, after the indentation."""
    return len(text.rpartition("\n")[2]) - indent if "\n" in text else before + len(text)


def _filled(entries, indent):
    """Entries on lines as full as they get."""
    text = ""
    for key, item in entries:
        entry = key + layout(item, indent, len(key))
        room = WIDTH - indent - _last_line(text, indent, 0) - 3
        if text and "\n" not in entry and len(entry) <= room:
            text += ", " + entry
        else:
            text += (",\n" + " " * indent if text else "") + entry
    return text


def canonical(dashboard):
    return layout(dashboard) + "\n"


def panels(dashboard):
    """All panels, those of folded rows included."""
    for panel in dashboard.get("panels", []):
        yield panel
        yield from panel.get("panels", [])


def targets(dashboard):
    """Every query of a panel, as (panel, target)."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            yield panel, target


def query_variables(dashboard):
    return [variable for variable in dashboard["templating"]["list"] if variable["type"] == "query"]


def annotations(dashboard):
    """Those that ask Prometheus."""
    return [entry for entry in dashboard["annotations"]["list"] if "expr" in entry]


def used_variables(text):
    return {next(name for name in found if name) for found in VARIABLE.findall(text)}


def with_values(text, values=None):
    """A query with its variables replaced, by `.*` where no value is given."""
    known = {**BUILT_IN, **(values or {})}
    return VARIABLE.sub(lambda found: known.get(found[1] or found[2] or found[3], ".*"), text)


def label_values(variable):
    """What a query variable asks for, as (selector, label)."""
    found = re.fullmatch(r"label_values\((.*),\s*(\w+)\)", variable["query"]["query"])
    return (found[1], found[2]) if found else None


def without_strings(expression):
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)


def metric_names(expression):
    """The metrics that an expression names, recorded ones too; labels of the same look do not occur."""
    return set(METRIC.findall(without_strings(expression)))
