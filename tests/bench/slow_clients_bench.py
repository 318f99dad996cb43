#!/usr/bin/env python3
"""Scrapes among clients that mean no good: 1000 that send their request a byte a second, 1000 that read the answer so,
500 that say nothing, first over plain HTTP and then over TLS; and 200 scrapes at once, which share one collection.

Usage: slow_clients_bench.py EXPORTER SIMULATOR [SHARE [SECONDS]]

SHARE of those clients for SECONDS (1 and 15). Exits with 1 when a goal is missed; those of time and memory count only
with all of them. All is on loopback; what the
exporter closes is opened again ten seconds later.
"""

import http.client
import multiprocessing
import pathlib
import random
import resource
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import programs  # noqa: E402

SESSIONS = 1000
CROWD = {"header": 1000, "read": 1000, "idle": 500}
SCRAPES_A_SECOND = 20
# The clients come from as many addresses, so that no cap of one address keeps them away.
ADDRESSES = 12
REOPENED_AFTER = 10.0  # seconds


class SlowClient:
    """One connection of the crowd, opened anew some time after it is closed."""

    def __init__(self, kind, number, server, context, within):
        self.kind, self.server, self.context = kind, server, context
        self.source = f"127.0.0.{2 + number % ADDRESSES}"
        self.socket = None
        self.came = False
        self.next_step = time.monotonic() + random.random() * within

    def step(self, now):
        self.next_step = now + 1
        try:
            if self.socket is None:
                self.open()
            elif self.kind == "header":
                self.socket.send(b"x")
            elif self.kind == "read":
                self.socket.recv(1)
            elif self.context is None and self.socket.recv(1) == b"":
                self.close()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            pass
        except OSError:
            self.close()

    def open(self):
        self.came = True
        made = socket.socket()
        if self.kind == "read":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        made.bind((self.source, 0))
        made.settimeout(5)
        try:
            made.connect(self.server)
            self.socket = self.context.wrap_socket(made) if self.context else made
            if self.kind == "header":
                self.socket.sendall(b"GET /metrics HTTP/1.1\r\nHost: exporter\r\nX-Slow: ")
            elif self.kind == "read":
                self.socket.sendall(b"GET /metrics HTTP/1.1\r\nHost: exporter\r\n\r\n")
            self.socket.setblocking(False)
        except OSError:
            made.close()
            self.close()

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket = None
        self.next_step = time.monotonic() + REOPENED_AFTER


def run_crowd(counts, server, tls, within, opened, ended):
    """In a process of its own, so that it does not hold up the one that measures."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    context = None
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    clients = [SlowClient(kind, number, server, context, within) for number, kind in enumerate(kinds)]
    while not ended.is_set():
        now = time.monotonic()
        for client in clients:
            if client.next_step <= now:
                client.step(now)
        if not opened.is_set() and all(client.came for client in clients):
            opened.set()
        time.sleep(0.005)
    for client in clients:
        client.close()


class Scraper:
    """Scrapes as Prometheus does, on a connection that it keeps or on a new one each time."""

    def __init__(self, address, tls, keeps):
        self.address, self.keeps = address, keeps
        self.context = ssl._create_unverified_context() if tls else None
        self.connection = None
        self.times, self.failures = [], []

    def scrape(self):
        start = time.monotonic()
        try:
            status, size = self.ask()
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(repr(error))
            self.connection = None
            return
        self.times.append(time.monotonic() - start)
        if status != 200 or size < 1000:
            self.failures.append(f"{status}, {size} bytes")

    def ask(self):
        reused = self.connection is not None
        try:
            return self.exchange()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # As Go's client does where a kept connection has ended before an answer.
            self.connection = None
            if not reused:
                raise
            return self.exchange()

    def exchange(self):
        if self.connection is None:
            kind = http.client.HTTPSConnection if self.context else http.client.HTTPConnection
            further = {"context": self.context} if self.context else {}
            self.connection = kind(self.address, timeout=10, **further)
        self.connection.request(
            "GET", "/metrics", headers={"Accept-Encoding": "gzip", "X-Prometheus-Scrape-Timeout-Seconds": "10"}
        )
        answer = self.connection.getresponse()
        size = len(answer.read())
        if not self.keeps:
            self.connection.close()
            self.connection = None
        return answer.status, size


def measure(address, tls, seconds):
    scrapers = [Scraper(address, tls, keeps) for keeps in (True, False)]
    end = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < end:
        begun = time.monotonic()
        scrapers[turn % 2].scrape()
        turn += 1
        time.sleep(max(0.0, begun + 1 / SCRAPES_A_SECOND - time.monotonic()))
    return [time for one in scrapers for time in one.times], [what for one in scrapers for what in one.failures]


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def resident_bytes(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


class PeakMemory(threading.Thread):
    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.ended = pid, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.05):
            self.peak = max(self.peak, resident_bytes(self.pid))


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=exporter", "-keyout", f"{folder}/server.key", "-out", f"{folder}/server.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    file = pathlib.Path(folder, "web.yml")
    file.write_text("tls_server_config: {cert_file: server.pem, key_file: server.key}\n")
    return file


def withstand(simulator, share, seconds, tls):
    """Prints a line; whether the goals are met."""
    counts = {kind: int(number * share) for kind, number in CROWD.items()}
    yaml = programs.configuration(programs.kasm_target("kasm", simulator.url()))
    with tempfile.TemporaryDirectory() as folder:
        flags = [f"--web.config.file={certificate(folder)}"] if tls else []
        with programs.Exporter(yaml, *flags) as exporter:
            quiet, failures = measure(exporter.address, tls, max(2.0, seconds / 4))
            before = resident_bytes(exporter.pid)
            host, port = exporter.address.split(":")
            opened, ended = multiprocessing.Event(), multiprocessing.Event()
            # So that they are not all closed, and come back, at the same time.
            within = min(REOPENED_AFTER, seconds)
            crowd = multiprocessing.Process(
                target=run_crowd, args=(counts, (host, int(port)), tls, within, opened, ended), daemon=True
            )
            memory = PeakMemory(exporter.pid)
            memory.start()
            crowd.start()
            if not opened.wait(120):
                raise RuntimeError("the crowd did not come")
            times, failed = measure(exporter.address, tls, seconds)
            ended.set()
            memory.ended.set()
            memory.join()
            crowd.join()
    failures += failed
    goal = 100 if tls else 50
    more = (memory.peak - before) / 2**20
    p99 = percentile(times, 0.99)
    print(
        f"{'TLS' if tls else 'plain'}: {counts['header']} slow headers, {counts['read']} slow readers, "
        f"{counts['idle']} idle: {len(times)} scrapes, median {statistics.median(times) * 1000:.1f} ms, "
        f"p99 {p99:.1f} ms (goal {goal}; without them {percentile(quiet, 0.99):.1f}), "
        f"{len(failures)} failed (goal 0), {more:.1f} MiB more memory (goal 64)"
    )
    for failure in sorted(set(failures))[:5]:
        print(f"  {failure}")
    return not failures and (share < 1 or (p99 <= goal and more <= 64))


def share_one_collection(simulator, scrapes=200):
    yaml = programs.configuration(*(programs.kasm_target(f"kasm-{i}", simulator.url()) for i in range(3)))
    answers = []
    with programs.Exporter(yaml, "--web.max-requests=1000") as exporter:
        calls = sum(simulator.stats()["requests"].values())
        threads = [threading.Thread(target=lambda: answers.append(exporter.get().status)) for _ in range(scrapes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        calls = sum(simulator.stats()["requests"].values()) - calls
    print(f"{answers.count(200)} of {scrapes} scrapes at once answered, {calls} calls to 3 backends (goal: 3)")
    return answers.count(200) == scrapes and calls == 3


def main():
    if not 3 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    programs.exporter_program, programs.simulator_program = sys.argv[1:3]
    share, seconds = (float(text) for text in (sys.argv[3:] + ["1", "15"][len(sys.argv) - 3 :]))
    wanted = int(2500 * share) + 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    met = []
    with programs.Simulator(f"--sessions={SESSIONS}") as simulator:
        met += [withstand(simulator, share, seconds, tls) for tls in (False, True)]
    # Slow enough for all of them to come while the first one's call is under way.
    with programs.Simulator("--latency=1") as simulator:
        met.append(share_one_collection(simulator))
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
