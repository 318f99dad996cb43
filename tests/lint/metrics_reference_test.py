#!/usr/bin/env python3
"""metrics_reference.py on a small catalogue: it writes what is in it, and its check finds a page that is behind."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/metrics_reference.py"
CATALOGUE = '''
    {Metric::kUp, "session_up", kGauge, "target,backend",
     "1 when it succeeded, "
     "else 0."},
    {Metric::kStart, "session_start_timestamp_seconds", kGauge, "target,session", "When it started (Kasm: start_date)."},
    {Metric::kTargets, "session_exporter_targets", kGauge, "", "Configured targets."},
'''
PAGE = """# Metrics

By hand.

<!-- Written by scripts/metrics_reference.py from src/exposition/catalogue.cc; change it there. -->
former
<!-- End of what is written. -->

After it.
"""


class MetricsReferenceTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="session_exporter_lint.")))
        self.write("src/exposition/catalogue.cc", CATALOGUE)
        self.write("docs/metrics.md", PAGE)

    def write(self, name, text):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def run_script(self, *arguments):
        return subprocess.run([sys.executable, "-B", SCRIPT, *arguments, self.root], capture_output=True, text=True)

    def test_a_row_for_each_metric_in_its_group(self):
        self.assertEqual(self.run_script().returncode, 0)
        page = (self.root / "docs/metrics.md").read_text()
        self.assertIn("By hand.", page)
        self.assertIn("After it.", page)
        self.assertNotIn("former", page)
        for row in (
            "| `session_up` | gauge | `target`, `backend` | all | 1 when it succeeded, else 0. |",
            "| `session_start_timestamp_seconds` | gauge | `target`, `session` | Kasm | When it started (Kasm: start_date). |",
            "| `session_exporter_targets` | gauge |  | Configured targets. |",
        ):
            self.assertIn(row, page)
        self.assertLess(page.index("## Targets"), page.index("`session_up`"))
        self.assertLess(page.index("## Single sessions"), page.index("`session_start_timestamp_seconds`"))
        self.assertEqual(self.run_script("--check").returncode, 0)

    def test_a_page_that_is_behind_is_found_and_left_alone(self):
        self.run_script()
        page = (self.root / "docs/metrics.md").read_text()
        self.write("src/exposition/catalogue.cc", CATALOGUE.replace("Configured targets.", "Targets."))
        result = self.run_script("--check")
        self.assertEqual(result.returncode, 1)
        self.assertIn("docs/metrics.md: is not what the catalogue says", result.stderr)
        self.assertEqual((self.root / "docs/metrics.md").read_text(), page)

    def test_an_entry_that_cannot_be_read_is_an_error(self):
        self.write("src/exposition/catalogue.cc", CATALOGUE + "{Metric::kNew, kName, kGauge, kLabels, kHelp},")
        result = self.run_script()
        self.assertEqual(result.returncode, 1)
        self.assertIn("has 4 metrics, of which 3 could be read", result.stderr)


if __name__ == "__main__":
    unittest.main()
