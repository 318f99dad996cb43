#!/usr/bin/env python3
"""The status page in a real browser, at desk and phone width, light and dark; skipped where there is no Chromium.

Usage: browser_test.py EXPORTER SIMULATOR    With SCREENSHOTS=FOLDER in the environment it leaves pictures there.
"""

import itertools
import os
import pathlib
import unittest

import browser
import programs

DESK, PHONE = 1280, 390
LONG_NAME = "a-very-long-name-of-a-target-in-eu-central-1/with-a-role-that-nobody-would-call-so/eu-central-1" + "x" * 30

# What is wider than the window, wider than the place it has, or reaches out of what is around it; and links whose
# words are broken.
OVERFLOWING = """
[...document.querySelectorAll('body *')]
  .filter(e => !e.closest('thead') && getComputedStyle(e).display !== 'inline')
  .filter(e => e.clientWidth > 0)
  .filter(e => e.getBoundingClientRect().right > Math.min(innerWidth,
      e.parentElement.getBoundingClientRect().right) + 0.5 || e.scrollWidth > e.clientWidth + 1)
  .concat([...document.links].filter(a => a.getClientRects().length > 1 || a.clientHeight > 60))
  .map(e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 60))
"""

# The contrast of each text with what is behind it (WCAG 2, 1.4.3).
FAINT = """
(() => {
  const luminance = c => {
    const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (c !== 'rgba(0, 0, 0, 0)') return c;
    }
    return 'rgb(255, 255, 255)';
  };
  const faint = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [luminance(getComputedStyle(e).color), luminance(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2) + ': ' + e.textContent);
  }
  return faint;
})()
"""


class StatusPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        simulator = cls.enterClassContext(programs.Simulator("--seed=5"))
        targets = [
            programs.kasm_target("well", simulator.url()),
            programs.kasm_target("well-too", simulator.url()),
            programs.intersight_target("ill", simulator.url("status=429")),
            programs.kasm_target("hanging", simulator.url("hang"), timeout="1s"),
            programs.kasm_target("wordy", simulator.url("error_message=" + "no%20" * 90 + "x" * 200)),
            programs.kasm_target("evil", simulator.url("error_message=%3Cimg%20src=x%20onerror=alert(1)%3E")),
            programs.kasm_target(f"'{LONG_NAME}'", simulator.url()),
        ]
        cls.exporter = cls.enterClassContext(programs.Exporter(programs.configuration(*targets)))
        # Of well-too nobody has asked yet.
        for name in ("well", "ill", "hanging", "wordy", "evil", LONG_NAME):
            cls.exporter.get(f"/probe?target={name}")
        cls.browser = cls.enterClassContext(browser.Browser())

    def open(self, width, dark=False, path="/"):
        return browser.Tab(self.browser, f"http://{self.exporter.address}{path}", width, dark)

    def views(self):
        for width, dark in itertools.product((DESK, 1160, 800, PHONE, 320), (False, True)):
            yield f"{width}_{'dark' if dark else 'light'}", self.open(width, dark)

    def test_nothing_is_blocked_and_nothing_comes_from_elsewhere(self):
        tab = self.open(DESK)
        self.assertEqual(tab.heard("Audits.issueAdded", "Log.entryAdded", "Network.loadingFailed"), [])
        asked = {e["params"]["request"]["url"] for e in tab.heard("Network.requestWillBeSent")}
        own = {f"http://{self.exporter.address}/", f"http://{self.exporter.address}/status.css"}
        self.assertLessEqual(own, asked)
        self.assertEqual([url for url in asked - own if not url.startswith("data:")], [])
        self.assertEqual(tab.evaluate("document.styleSheets.length"), 1)

    def test_nothing_overflows(self):
        for name, tab in self.views():
            with self.subTest(name):
                self.assertEqual(tab.evaluate(OVERFLOWING), [])
                self.assertTrue(tab.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    def test_every_text_stands_out_from_what_is_behind_it(self):
        backgrounds = set()
        for name, tab in self.views():
            with self.subTest(name):
                self.assertEqual(tab.evaluate(FAINT), [])
            backgrounds.add(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(len(backgrounds), 2, "light and dark look alike")

    def test_a_backends_words_stay_words(self):
        tab = self.open(DESK)
        self.assertEqual(tab.evaluate("document.images.length"), 0)
        self.assertIn("<img src=x onerror=alert(1)>", tab.evaluate("document.body.innerText"))

    def test_the_page_is_read_without_its_columns_on_a_phone(self):
        for width, columns in ((DESK, "table-row"), (PHONE, "block")):
            tab = self.open(width)
            self.assertEqual(tab.evaluate("getComputedStyle(document.querySelector('tbody tr')).display"), columns)

    def test_every_link_leads_somewhere(self):
        tab = self.open(DESK)
        links = tab.evaluate("[...document.links].map(a => a.href)")
        self.assertGreater(len(links), 15)
        for link in links:
            path = link.removeprefix(f"http://{self.exporter.address}")
            self.assertEqual(self.exporter.get(path).status, 200, link)

    def test_the_other_pages_are_shown_and_not_downloaded(self):
        for path in ("/metrics", "/config", "/probe?target=well&debug=true", "/sd"):
            with self.subTest(path=path):
                self.assertTrue(self.open(DESK, path=path).evaluate("document.body.innerText"))

    @unittest.skipUnless(os.environ.get("SCREENSHOTS"), "nobody looks")
    def test_pictures(self):
        folder = pathlib.Path(os.environ["SCREENSHOTS"])
        for name, tab in self.views():
            tab.screenshot(folder / f"status_{name}.png")


if __name__ == "__main__":
    _, run = programs.main()
    if not browser.program():
        programs.skip("no Chromium")
    run()
