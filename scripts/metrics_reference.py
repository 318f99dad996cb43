#!/usr/bin/env python3
"""Writes the tables of docs/metrics.md from the catalogue of metrics, src/exposition/catalogue.cc.

Usage: metrics_reference.py [--check] [ROOT]

With --check it changes nothing, and exits with 1 where the page is not what it would write. Only what stands between the
page's two marks is written; the rest is written by hand.
"""

import pathlib
import re
import sys

CATALOGUE = "src/exposition/catalogue.cc"
PAGE = "docs/metrics.md"
BEGIN = "<!-- Written by scripts/metrics_reference.py from src/exposition/catalogue.cc; change it there. -->"
END = "<!-- End of what is written. -->"
ENTRY = re.compile(r"\{Metric::k\w+,\s*(\"[^\"]*\"),\s*k(Gauge|Counter|Histogram),\s*((?:\"[^\"]*\"\s*)+),"
                   r"\s*((?:\"(?:[^\"\\]|\\.)*\"\s*)+)\}")
VENDORS = ("Kasm", "Intersight", "AWS SSM")

# HELP names no field where a value is made of others.
BACKENDS = {"session_oldest_keepalive_timestamp_seconds": "Kasm, Intersight"}
# Shown for a target that failed, too.
ALWAYS = {"session_up", "session_target_info", "session_list_truncated", "session_series_dropped", "session_clock_skew_seconds",
          "session_collection_duration_seconds", "session_collection_error", "session_collection_requests",
          "session_collection_timeout_seconds"}
GROUPS = {
    "Targets": "Also of a target that failed; the skew only when the backend told its time.",
    "Counts and sums": "On success, over all sessions of a target.",
    "Single sessions": "On success, for at most `per_session.limit` sessions of a target, the stalest first. `info_labels` "
                       "adds labels to `session_info`.",
    "The exporter itself": "Only on `/metrics`, and by `--once`.",
}


def joined(literals):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)).replace('\\"', '"')


def metrics(text):
    """(name, type, labels, help) in the order of the catalogue."""
    found = [(joined(name), kind.lower(), [label for label in joined(labels).split(",") if label], joined(help_text))
             for name, kind, labels, help_text in ENTRY.findall(text)]
    expected = text.count("{Metric::k")
    if len(found) != expected:
        raise SystemExit(f"metrics_reference: {CATALOGUE} has {expected} metrics, of which {len(found)} could be read")
    return found


def group(name, labels):
    if name.startswith(("session_exporter_", "process_")):
        return "The exporter itself"
    if name in ALWAYS:
        return "Targets"
    return "Single sessions" if "session" in labels else "Counts and sums"


def backends(name, help_text):
    """The vendors whose fields HELP names; without any, or with every one, it is about all of them."""
    named = [vendor for vendor in VENDORS if vendor in help_text]
    every = len(named) in (0, len(VENDORS)) or "elsewhere" in help_text
    return BACKENDS.get(name, "all" if every else ", ".join(named))


def tables(found):
    for title, when in GROUPS.items():
        own = title == "The exporter itself"
        yield f"## {title}\n\n{when}\n\n| metric | type | labels |{'' if own else ' backends |'} meaning |\n"
        yield f"|---|---|---|{'' if own else '---|'}---|\n"
        for name, kind, labels, help_text in found:
            if group(name, labels) == title:
                shown = ", ".join(f"`{label}`" for label in labels)
                of = "" if own else f" {backends(name, help_text)} |"
                yield f"| `{name}` | {kind} | {shown} |{of} {help_text} |\n"
        yield "\n"


def written(page, catalogue):
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"metrics_reference: {PAGE} has not both of its marks")
    return f"{before}{BEGIN}\n\n{''.join(tables(metrics(catalogue)))}{END}{after}"


def main(arguments):
    check = "--check" in arguments
    folders = [argument for argument in arguments if argument != "--check"]
    root = pathlib.Path(folders[0]) if folders else pathlib.Path(__file__).resolve().parents[1]
    page = root / PAGE
    former = page.read_text()
    fresh = written(former, (root / CATALOGUE).read_text())
    if not check:
        page.write_text(fresh)
    elif fresh != former:
        print(f"{PAGE}: is not what the catalogue says; scripts/metrics_reference.py writes it anew", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
