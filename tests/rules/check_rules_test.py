#!/usr/bin/env python3
"""check_rules.py on copies of this repository, each wrong in one way: a check that never fails would pass everything."""

import pathlib
import re
import shutil
import tempfile
import unittest

import check_rules

SOURCE = pathlib.Path(__file__).resolve().parents[2]
EXPORTER = "dashboards/rules/session_exporter.alerts.yaml"
SESSIONS = "dashboards/rules/sessions.alerts.yaml"


def edit(name, pattern, replacement):
    """A change of one file by a regular expression, which must match."""

    def change(root):
        text, count = re.subn(pattern, replacement, (root / name).read_text(), count=1, flags=re.DOTALL)
        assert count == 1, f"{pattern} is not in {name}"
        (root / name).write_text(text)

    return change


def remove(name):
    return lambda root: (root / name).unlink()


def add(name, text):
    return lambda root: (root / name).write_text(text)


def violations(*changes):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for part in ("dashboards", "deploy/prometheus", "docs", "tests/rules"):
            shutil.copytree(SOURCE / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        for linked in ("README.md", "src/exposition/catalogue.cc", "src/backends/kasm/README.md"):
            (root / linked).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / linked, root / linked)
        for change in changes:
            change(root)
        return list(check_rules.check(root))


class CheckRulesTest(unittest.TestCase):
    def test_this_repository_is_in_order(self):
        self.assertEqual(violations(), [])

    def test_each_rule_finds_its_violation(self):
        cases = [
            ("a severity of nobody's", edit(EXPORTER, "{severity: critical}", "{severity: fatal}"), "severity is fatal"),
            ("no description", edit(EXPORTER, "          description: No scrape of[^\n]*\n", ""), "no description"),
            ("a summary with a number", edit(EXPORTER, "summary: The sessions", "summary: '{{ $value }} sessions' #"),
             "its summary is not the same"),
            ("a description of nothing", edit(EXPORTER, "description: No scrape of the job {{ \\$labels.job }}",
                                              "description: No scrape"), "does not name what it is about"),
            ("a runbook elsewhere", edit(SESSIONS, "runbooks/SessionStale.md", "runbooks/Stale.md"),
             "its runbook_url is not"),
            ("another name", edit(SESSIONS, "alert: SessionStale\n", "alert: StaleSessions\n"),
             "its name does not begin with Session"),
            ("a page that is gone", remove("docs/runbooks/SessionStale.md"), "no page docs/runbooks/SessionStale.md"),
            ("a page of no alert", add("docs/runbooks/SessionOld.md", "# SessionOld\n\n## Check\n\n## Do\n"),
             "SessionOld.md: no such alert"),
            ("a page of the shards' alert that is gone", remove("docs/runbooks/SessionExporterShardDown.md"),
             "no page docs/runbooks/SessionExporterShardDown.md"),
            ("a page under another heading", edit("docs/runbooks/SessionStale.md", "# SessionStale", "# Stale"),
             "its heading is not its name"),
            ("a page without help", edit("docs/runbooks/SessionStale.md", "## Do\n", "## Else\n"), "no ## Do"),
            ("a link that is broken", edit("docs/runbooks/SessionStale.md", "README.md#ending", "HELP.md#ending"),
             "HELP.md leads nowhere"),
            ("a metric of a runbook that does not exist",
             edit("docs/runbooks/SessionStale.md", "session_keepalive_age_seconds", "session_keepalive_seconds"),
             "names session_keepalive_seconds"),
            ("a metric of a rule that does not exist", edit(SESSIONS, "session_stale_sessions", "session_stale_total"),
             "SessionStale: its expression names session_stale_total"),
            ("a row of the index that is gone", edit("docs/runbooks/README.md", "\\| \\[SessionStale\\][^\n]*\n", ""),
             "runbooks/README.md: SessionStale is missing"),
            ("a row of the index with another severity",
             edit("docs/runbooks/README.md", "SessionStale.md\\) \\| info", "SessionStale.md) | warning"),
             "SessionStale is info, not warning"),
            ("a row of the dashboards' table that is gone",
             edit("dashboards/README.md", "\\| \\[SessionStale\\][^\n]*\n", ""),
             "dashboards/README.md: SessionStale is missing"),
            ("a row of no alert", edit("dashboards/README.md", "\\| \\[SessionStale\\]", "| [SessionOld]"),
             "no such alert as SessionOld"),
            ("a dashboard that the mixin lacks", add("dashboards/sessions_new.json", "{}"),
             "sessions_new.json is missing"),
            ("a dashboard that only the mixin has", remove("dashboards/sessions_overview.json"),
             "there is no sessions_overview.json"),
            ("a test without the rules that it is about",
             edit("tests/rules/users_test.yaml", "sessions.alerts.yaml", "session_exporter.alerts.yaml"),
             "users_test.yaml: SessionUserLimitNear is in none of its rule_files"),
            ("rules that the mixin lacks", add("dashboards/rules/more.yaml", "groups: []\n"),
             "rules/more.yaml is missing"),
        ]
        for what, change, message in cases:
            with self.subTest(what):
                found = violations(change)
                self.assertTrue(any(message in line for line in found), found)

    def test_an_alert_needs_its_tests(self):
        never = "exp_alerts: \\[\\]"
        cases = [
            ("tests of an alert are gone", remove("tests/rules/growth_test.yaml"),
             ["SessionCountGrowth: no test where it is silent, fires and ends",
              "SessionCountGrowth: no test of what it must not fire on",
              "SessionMemoryGrowth: no test where it is silent, fires and ends",
              "SessionMemoryGrowth: no test of what it must not fire on"]),
            ("the end is not tested",
             edit("tests/rules/growth_test.yaml", "      - {eval_time: 280h, alertname: SessionCountGrowth, " + never + "}\n", ""),
             ["SessionCountGrowth: no test where it is silent, fires and ends"]),
            ("an alert that is tested under a name of old",
             edit("tests/rules/growth_test.yaml", "alertname: SessionCountGrowth", "alertname: SessionGrowth"),
             ["tests/rules: no such alert as SessionGrowth",
              "SessionCountGrowth: no test where it is silent, fires and ends"]),
            ("an alert without tests",
             edit(SESSIONS, "      - alert: SessionStale\n",
                  "      - {alert: SessionNew, expr: vector(1), labels: {severity: info}}\n      - alert: SessionStale\n"),
             ["SessionNew: no test where it is silent, fires and ends",
              "SessionNew: no test of what it must not fire on"]),
        ]
        for what, change, messages in cases:
            with self.subTest(what):
                found = [line for line in violations(change) if "test" in line]
                self.assertEqual(sorted(found), sorted(messages))

    def test_queries_are_told_apart(self):
        page = "```promql\na\n  * b\nsum(\n  c\n)\n```\ntext\n```sh\nls\n```\n```promql\nd\n```\n"
        self.assertEqual(list(check_rules.queries(page)), ["a\n  * b", "sum(\n  c\n)", "d"])


if __name__ == "__main__":
    unittest.main()
