#!/usr/bin/env python3
"""Two configurations in turn, loaded every 10 ms, under 500 scrapes a second: none fails, none sees both.

Usage: reload_soak_test.py EXPORTER SIMULATOR

It takes 3 s; `RELOAD_SOAK_SECONDS=60 ctest --preset tsan -R reload_soak -V` is the long form.
"""

import http.client
import os
import threading
import time
import unittest

import programs

SECONDS = float(os.environ.get("RELOAD_SOAK_SECONDS", "3"))
RELOAD_EVERY = 0.01
SCRAPES_A_SECOND = 500
SCRAPERS = 8
# Which targets belong together; `both` stays as it is and so keeps its state.
TARGETS = {"odd": {"both", "odd-1", "odd-2"}, "even": {"both", "even-1", "even-2", "even-3"}}


def yaml(turn, url):
    options = {"per_session": "{enabled: false}"}
    targets = [programs.kasm_target(name, url, **options) for name in sorted(TARGETS[turn])]
    return programs.configuration(*targets, before="scrape: {min_interval: 1s}\n")


def of_page(page):
    """The targets on it, and whether all of them are up."""
    lines = [line for line in programs.sample_lines(page) if line.startswith("session_up{")]
    names = {line.split('target="')[1].split('"')[0] for line in lines}
    return names, all(line.endswith(" 1") for line in lines)


class Scraper(threading.Thread):
    def __init__(self, address, end):
        super().__init__()
        self.address, self.end = address, end
        self.scrapes, self.wrong, self.seen = 0, [], set()

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=programs.PATIENCE)
        due = time.monotonic()
        while time.monotonic() < self.end:
            try:
                connection.request("GET", "/metrics")
                answer = connection.getresponse()
                self.look_at(answer.status, answer.read().decode())
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(repr(error))
                connection.close()
            due += SCRAPERS / SCRAPES_A_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
        connection.close()

    def look_at(self, status, page):
        self.scrapes += 1
        names, up = of_page(page)
        turns = [turn for turn, targets in TARGETS.items() if targets == names]
        if status != 200 or not up or not turns:
            self.wrong.append(f"{status}, up: {up}, {sorted(names)}")
        self.seen.update(turns)


class Reload(unittest.TestCase):
    def test_no_scrape_fails_and_none_sees_two_configurations(self):
        simulator = self.enterContext(programs.Simulator("--sessions=5"))
        exporter = self.enterContext(programs.Exporter(yaml("odd", simulator.url()), "--web.max-requests=1000"))
        end = time.monotonic() + SECONDS
        scrapers = [Scraper(exporter.address, end) for _ in range(SCRAPERS)]
        for scraper in scrapers:
            scraper.start()
        connection = http.client.HTTPConnection(exporter.address, timeout=programs.PATIENCE)
        reloads, refused, due = 0, [], time.monotonic()
        while time.monotonic() < end:
            new = exporter.config_file.with_suffix(".new")
            new.write_text(yaml(("even", "odd")[reloads % 2], simulator.url()))
            new.rename(exporter.config_file)
            connection.request("POST", "/-/reload")
            answer = connection.getresponse()
            body = answer.read()
            reloads += 1
            if answer.status != 200:
                refused.append(body)
            due += RELOAD_EVERY
            time.sleep(max(0.0, due - time.monotonic()))
        for scraper in scrapers:
            scraper.join()
        connection.close()
        scrapes = sum(scraper.scrapes for scraper in scrapers)
        print(f"{reloads} reloads and {scrapes} scrapes in {SECONDS:g} s")
        self.assertEqual([what for scraper in scrapers for what in scraper.wrong], [])
        self.assertEqual(refused, [])
        self.assertEqual(set().union(*(scraper.seen for scraper in scrapers)), set(TARGETS))
        self.assertGreater(reloads, SECONDS * 5)
        exporter.end()
        self.assertEqual(exporter.process.returncode, 0)
        self.assertNotIn("Sanitizer", exporter.err())


if __name__ == "__main__":
    programs.main()[1]()
