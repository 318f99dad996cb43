#!/usr/bin/env python3
"""The exporter under a service manager: what it tells systemd's socket, its watchdog, and the health check.

Usage: service_test.py EXPORTER SIMULATOR
"""

import os
import signal
import socket
import socketserver
import tempfile
import threading
import time
import unittest

import programs

YAML = programs.configuration(programs.kasm_target("kasm", "http://127.0.0.1:1"))


class ServiceManager:
    """Receives what a service tells, in order."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")
        self.path = os.path.join(self.folder.name, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(programs.PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.folder.cleanup()

    def receive(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def receive_other_than_alive(self):
        while (message := self.receive()) == {"WATCHDOG": "1"}:
            pass
        return message


class Systemd(unittest.TestCase):
    def test_it_is_told_of_start_reload_and_stop(self):
        with ServiceManager() as manager:
            with programs.Exporter(YAML, environment={"NOTIFY_SOCKET": manager.path}) as exporter:
                self.assertEqual(manager.receive(), {"READY": "1", "STATUS": f"listening on {exporter.address}"})
                exporter.send(signal.SIGHUP)
                reloading = manager.receive()
                self.assertEqual(reloading.pop("RELOADING"), "1")
                since = time.clock_gettime(time.CLOCK_MONOTONIC) - int(reloading.pop("MONOTONIC_USEC")) / 1e6
                self.assertTrue(0 <= since < programs.PATIENCE, since)
                self.assertEqual(reloading, {})
                self.assertEqual(manager.receive()["READY"], "1")
                exporter.send(signal.SIGTERM)
                self.assertEqual(manager.receive(), {"STOPPING": "1", "STATUS": "stopping"})
                self.assertEqual(exporter.wait(), 0)

    def test_a_reload_that_fails_ends_too(self):
        with ServiceManager() as manager:
            with programs.Exporter(YAML, environment={"NOTIFY_SOCKET": manager.path}) as exporter:
                self.assertIn("READY", manager.receive())
                exporter.config_file.write_text("targets: 3\n")
                exporter.send(signal.SIGHUP)
                self.assertIn("RELOADING", manager.receive())
                self.assertIn("READY", manager.receive())

    def test_the_watchdog_hears_of_it_and_of_nothing_when_it_hangs(self):
        with ServiceManager() as manager:
            environment = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"}
            with programs.Exporter(YAML, environment=environment) as exporter:
                self.assertIn("READY", manager.receive())
                start = time.monotonic()
                for _ in range(10):
                    self.assertEqual(manager.receive(), {"WATCHDOG": "1"})
                # Half of the watchdog's time each; more on a busy machine, never less.
                self.assertGreater(time.monotonic() - start, 1.7)
                exporter.send(signal.SIGSTOP)
                try:
                    time.sleep(0.3)
                    manager.socket.setblocking(False)
                    self.drain(manager)
                    time.sleep(1)
                    self.assertEqual(self.drain(manager), 0)
                finally:
                    exporter.send(signal.SIGCONT)
                manager.socket.settimeout(programs.PATIENCE)
                self.assertEqual(manager.receive(), {"WATCHDOG": "1"})
                exporter.send(signal.SIGHUP)
                self.assertIn("RELOADING", manager.receive_other_than_alive())

    def test_the_watchdog_hears_of_it_while_reloads_come_faster_than_its_interval(self):
        with ServiceManager() as manager:
            environment = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "1000000"}
            with programs.Exporter(YAML, environment=environment) as exporter:
                self.assertIn("READY", manager.receive())
                alive, end = 0, time.monotonic() + 20
                while alive < 3:
                    self.assertLess(time.monotonic(), end, "the watchdog starves")
                    exporter.send(signal.SIGHUP)
                    # At its own pace, which no watchdog's interval comes near.
                    while (message := manager.receive()) != {"WATCHDOG": "1"} and "READY" not in message:
                        pass
                    alive += "WATCHDOG" in message
                    time.sleep(0.05)

    def test_a_reload_that_hangs_stops_neither_the_watchdog_nor_the_end(self):
        with ServiceManager() as manager:
            environment = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"}
            with programs.Exporter(YAML, environment=environment) as exporter:
                self.assertIn("READY", manager.receive())
                self.hang(exporter, manager)
                for _ in range(5):
                    self.assertEqual(manager.receive(), {"WATCHDOG": "1"})
                exporter.send(signal.SIGTERM)
                self.assertIn("STOPPING", manager.receive_other_than_alive())
                self.assertEqual(exporter.wait(20), 0)

    def test_ready_is_told_when_no_reload_is_left(self):
        with ServiceManager() as manager:
            with programs.Exporter(YAML, environment={"NOTIFY_SOCKET": manager.path}) as exporter:
                self.assertIn("READY", manager.receive())
                self.hang(exporter, manager)
                exporter.send(signal.SIGHUP)
                self.assertIn("RELOADING", manager.receive())
                exporter.config_file.write_text(YAML)
                programs.wait_until(lambda: "configuration reloaded" in exporter.err(), "the first reload ended")
                time.sleep(0.3)
                manager.socket.setblocking(False)
                self.assertEqual(self.drain(manager), 0)
                exporter.config_file.write_text(YAML)  # waits until the second has opened it
                manager.socket.settimeout(programs.PATIENCE)
                self.assertIn("READY", manager.receive())

    def hang(self, exporter, manager):
        """Begins a reload that waits for somebody to write the configuration."""
        exporter.config_file.unlink()
        os.mkfifo(exporter.config_file, 0o600)
        exporter.send(signal.SIGHUP)
        self.assertIn("RELOADING", manager.receive_other_than_alive())

    def drain(self, manager):
        count = 0
        while True:
            try:
                manager.receive()
            except BlockingIOError:
                return count
            count += 1

    def test_an_address_that_is_none_is_told(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(YAML)
            file.flush()
            result = programs.run_exporter(
                f"--config.file={file.name}",
                "--web.listen-address=127.0.0.1:0",
                environment={"NOTIFY_SOCKET": "vsock:2:1"},
            )
        self.assertEqual(result.returncode, 1)
        self.assertIn("NOTIFY_SOCKET", result.stderr)


class Silent(socketserver.BaseRequestHandler):
    def handle(self):
        time.sleep(10)


class HealthCheck(unittest.TestCase):
    def check(self, *arguments):
        # A proxy of the environment is not asked.
        environment = {"http_proxy": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}
        return programs.run_exporter("healthcheck", *arguments, environment=environment)

    def test_a_healthy_exporter(self):
        with programs.Exporter(YAML) as exporter:
            result = self.check(f"http://{exporter.address}/-/healthy")
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
            missing = self.check(f"http://{exporter.address}/nothing")
            self.assertEqual(missing.returncode, 1)
            self.assertIn("status 404", missing.stderr)

    def test_nobody_there(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        result = self.check(f"http://127.0.0.1:{port}/-/healthy")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn(f"http://127.0.0.1:{port}/-/healthy: ", result.stderr)

    def test_one_that_hangs_is_not_waited_for(self):
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent) as server:
            server.daemon_threads, server.block_on_close = True, False
            threading.Thread(target=server.serve_forever, daemon=True).start()
            start = time.monotonic()
            result = self.check(f"http://127.0.0.1:{server.server_address[1]}/-/healthy")
            self.assertEqual(result.returncode, 1)
            self.assertLess(time.monotonic() - start, 8)
            server.shutdown()

    def test_wrong_usage(self):
        for arguments in (["a", "b"], ["--no-such-flag"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.check(*arguments).returncode, 2)


if __name__ == "__main__":
    programs.main()[1]()
