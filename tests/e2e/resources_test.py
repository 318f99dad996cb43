#!/usr/bin/env python3
"""Many scrapes cost no memory, no descriptors and no threads that stay.

Usage: resources_test.py EXPORTER SIMULATOR SANITIZERS

Under a sanitizer (SANITIZERS is not "none") memory is not measured: freed blocks are kept on purpose.
"""

import unittest

import programs

sanitizers = ""

WARM_UP = 60
SCRAPES = 200
# Of the allocator: arenas of threads that had not been busy before. A leak of one page of the exposition a scrape
# would be above 10 MB.
MEMORY_BOUND = 4 << 20
# Connections to the backends that are open now and were not then.
DESCRIPTOR_BOUND = 4


class Resources(unittest.TestCase):
    def test_nothing_grows(self):
        simulator = self.enterContext(programs.Simulator("--sessions=200"))
        targets = [programs.kasm_target("healthy", simulator.url())]
        for fault in ("status=500", "html", "cut", "reset=half", "deep", "wrong_types=all", "gzip"):
            targets.append(programs.kasm_target(fault.replace("=", "-"), simulator.url(fault)))
        targets.append(programs.kasm_target("hanging", simulator.url("hang"), timeout="20ms"))
        targets.append(programs.kasm_target("refused", "http://127.0.0.1:1"))
        targets.append(programs.kasm_target("nameless", "http://kasm.invalid"))
        with programs.Exporter(programs.configuration(*targets)) as exporter:

            def measure():
                page = exporter.scrape()
                self.assertEqual(programs.value(page, "session_up", target="healthy"), 1)
                names = ("process_resident_memory_bytes", "process_open_fds", "process_threads")
                return [programs.value(page, name) for name in names]

            for _ in range(WARM_UP):
                exporter.scrape({"Accept-Encoding": "identity"})
            memory, descriptors, threads = measure()
            for _ in range(SCRAPES):
                exporter.scrape()
            memory_after, descriptors_after, threads_after = measure()
        print(
            f"{SCRAPES} scrapes: memory {memory:.0f} -> {memory_after:.0f} bytes, "
            f"descriptors {descriptors:.0f} -> {descriptors_after:.0f}, threads {threads:.0f} -> {threads_after:.0f}"
        )
        if sanitizers == "none":
            self.assertLessEqual(memory_after - memory, MEMORY_BOUND)
        self.assertLessEqual(descriptors_after - descriptors, DESCRIPTOR_BOUND)
        self.assertLessEqual(threads_after - threads, 4)


if __name__ == "__main__":
    (sanitizers,), run = programs.main(["SANITIZERS"])
    run()
