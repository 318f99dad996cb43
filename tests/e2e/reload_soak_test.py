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
# A reload may take longer than that under a sanitizer; those who ask meanwhile share the next.
RELOADERS = 8
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


class Reloader(threading.Thread):
    """Puts the other configuration in place and has it loaded."""

    lock = threading.Lock()
    turn = 0

    def __init__(self, exporter, url, number, end):
        super().__init__()
        self.exporter, self.url, self.number, self.end = exporter, url, number, end
        self.reloads, self.refused = 0, []

    def run(self):
        connection = http.client.HTTPConnection(self.exporter.address, timeout=programs.PATIENCE)
        due = time.monotonic() + self.number * RELOAD_EVERY
        while due < self.end:
            time.sleep(max(0.0, due - time.monotonic()))
            self.replace_configuration()
            connection.request("POST", "/-/reload")
            answer = connection.getresponse()
            body = answer.read()
            self.reloads += 1
            if answer.status != 200:
                self.refused.append(body)
            due += RELOADERS * RELOAD_EVERY
        connection.close()

    def replace_configuration(self):
        with self.lock:
            Reloader.turn += 1
            new = self.exporter.config_file.with_suffix(".new")
            new.write_text(yaml(("odd", "even")[Reloader.turn % 2], self.url))
            new.rename(self.exporter.config_file)


class Reload(unittest.TestCase):
    def test_no_scrape_fails_and_none_sees_two_configurations(self):
        simulator = self.enterContext(programs.Simulator("--sessions=5"))
        exporter = self.enterContext(programs.Exporter(yaml("odd", simulator.url()), "--web.max-requests=1000"))
        end = time.monotonic() + SECONDS
        scrapers = [Scraper(exporter.address, end) for _ in range(SCRAPERS)]
        for scraper in scrapers:
            scraper.start()
        reloaders = [Reloader(exporter, simulator.url(), number, end) for number in range(RELOADERS)]
        for reloader in reloaders:
            reloader.start()
        for thread in reloaders + scrapers:
            thread.join()
        reloads = sum(reloader.reloads for reloader in reloaders)
        scrapes = sum(scraper.scrapes for scraper in scrapers)
        loaded = exporter.err().count("configuration reloaded")
        print(f"{reloads} requests to reload, {loaded} reloads and {scrapes} scrapes in {SECONDS:g} s")
        self.assertEqual([what for scraper in scrapers for what in scraper.wrong], [])
        self.assertEqual([what for reloader in reloaders for what in reloader.refused], [])
        self.assertEqual(set().union(*(scraper.seen for scraper in scrapers)), set(TARGETS))
        self.assertGreater(loaded, SECONDS * 2)
        exporter.end()
        self.assertEqual(exporter.process.returncode, 0)
        self.assertNotIn("Sanitizer", exporter.err())


if __name__ == "__main__":
    programs.main()[1]()
