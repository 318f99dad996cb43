#!/usr/bin/env python3
"""What one scrape costs the exporter, by the number of sessions: the figures of docs/scaling.md.

Usage: scrape_bench.py EXPORTER SIMULATOR [SESSIONS[xTARGETS]...]

Each row is a fresh exporter with one target of the simulator (100000x10: ten, of 100,000 sessions each), asked for
/metrics with gzip. `wall` is until the answer's
last byte, with the simulator's time for making the list; `CPU` is the exporter's own. Medians of five scrapes after one
that opens connections and gets tokens; `peak` is the highest resident memory of all six.
"""

import contextlib
import http.client
import os
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

import programs  # noqa: E402

SCRAPES = 5
DEFAULT = (0, 1000, 10000, 100000)
# What a target may read is raised for these; the defaults stop at 50,000 sessions and 64 MiB an answer.
LIMITS = {"max_sessions": 2000000, "max_response_bytes": 1 << 30, "max_pages": 100000, "timeout": "120s"}


MAKERS = {
    "kasm": programs.kasm_target,
    "intersight": programs.intersight_target,
    "aws_ssm": programs.aws_ssm_target,
}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mebibytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


def total(page, family):
    return sum(float(line.rpartition(" ")[2]) for line in programs.sample_lines(page) if line.startswith(family + "{"))


def measure(targets, simulator):
    text = programs.configuration(*targets, before="scrape: {timeout: 120s}\n")
    with programs.Exporter(text, environment=programs.aws_environment(simulator.url())) as exporter:

        def scrape():
            connection = http.client.HTTPConnection(exporter.address, timeout=300)
            with contextlib.closing(connection):
                connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                if answer.status != 200:
                    raise AssertionError(answer.status)
                return len(answer.read())

        scrape()
        walls = []
        before = cpu_seconds(exporter.pid)
        for _ in range(SCRAPES):
            start = time.monotonic()
            size = scrape()
            walls.append(time.monotonic() - start)
        cpu = (cpu_seconds(exporter.pid) - before) / SCRAPES
        peak = peak_mebibytes(exporter.pid)
        page = exporter.scrape()
        if total(page, "session_up") != len(targets):
            raise AssertionError(f"a target is down:\n{exporter.err()}")
        sessions, calls = total(page, "session_sessions"), total(page, "session_collection_requests")
        series = len(programs.sample_lines(page))
        return sessions, calls, statistics.median(walls), cpu, peak, series, size


def row(measured):
    sessions, calls, wall, cpu, peak, series, size = measured
    return (
        f"{sessions:9.0f} {calls:6.0f} {wall * 1000:5.0f} ms {cpu * 1000:5.0f} ms {peak:5.0f} MiB {series:7d} "
        f"{size / 1024:5.0f} KiB"
    )


def main():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} EXPORTER SIMULATOR [SESSIONS...]")
    programs.exporter_program, programs.simulator_program = (os.path.abspath(path) for path in sys.argv[1:3])
    print("backend    targets  series of  sessions  calls     wall      CPU      peak  series      gzip")
    for argument in sys.argv[3:] or DEFAULT:
        number, _, targets = str(argument).partition("x")
        number, targets = int(number), int(targets or 1)
        for backend, make in MAKERS.items():
            flags = [f"--sessions={max(number, 1)}", f"--people={max(number // 3, 1)}"]
            with programs.Simulator("--seed=5", *flags) as simulator:
                for shown in sorted({1000, number}) if number > 1000 and targets == 1 else (1000,):
                    options = {**LIMITS, "per_session": f"{{limit: {shown}}}"}
                    made = [make(f"t{i}", simulator.url(), **options) for i in range(targets)]
                    print(f"{backend:10} {targets:7} {shown:10} {row(measure(made, simulator))}", flush=True)


if __name__ == "__main__":
    main()
