#!/usr/bin/env python3
"""TLS, passwords, rate limit and systemd's sockets, with curl as the client and certificates by openssl.

Usage: web_config_test.py EXPORTER SIMULATOR
"""

import base64
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

import programs

# Of the passwords `secret` (cost 4) and `fakepassword` (cost 10).
CHEAP = "$2y$04$NyUn4cHhLcFyC5nKUPJOAegFbXEx4aoA5oTvQBsnBWn/j1fIG5/gu"
USUAL = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"
YAML = programs.configuration(programs.kasm_target("kasm", "http://127.0.0.1:1"))
TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Folder:
    """A web-config file with the certificates beside it, all signed by ca.pem."""

    def __init__(self, yaml=""):
        self.temporary = tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")
        self.path = pathlib.Path(self.temporary.name)
        self.file = self.path / "web.yml"
        self.file.write_text(yaml)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=authority", "-keyout", self / "ca.key", "-out", self / "ca.pem")  # fmt: skip

    def __truediv__(self, name):
        return self.path / name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def issue(self, name, sans="DNS:localhost,IP:127.0.0.1", common_name="first"):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={common_name}",
                "-keyout", self / f"{name}.key", "-out", self / f"{name}.csr")  # fmt: skip
        (self / "sans").write_text(f"subjectAltName={sans}\n")
        openssl("x509", "-req", "-days", "2", "-in", self / f"{name}.csr", "-CA", self / "ca.pem", "-CAkey",
                self / "ca.key", "-CAcreateserial", "-extfile", self / "sans", "-out", self / f"{name}.pem")  # fmt: skip

    def exporter(self, *flags):
        return programs.Exporter(YAML, f"--web.config.file={self.file}", *flags)


def curl(url, *flags):
    """(status, body, curl's exit code)"""
    result = subprocess.run(
        ["curl", "-sS", "-m", "20", "-w", "\n%{http_code}", *map(str, flags), url],
        capture_output=True, text=True, timeout=programs.PATIENCE,
    )  # fmt: skip
    body, _, status = result.stdout.rpartition("\n")
    return int(status), body, result.returncode


def common_name(address):
    """Of the certificate that a new connection gets to see."""
    pem = ssl.get_server_certificate((address.split(":")[0], int(address.split(":")[1])))
    shown = subprocess.run(["openssl", "x509", "-noout", "-subject"], input=pem, capture_output=True, text=True)
    return shown.stdout.strip().rpartition("CN = ")[2]


class WebConfig(unittest.TestCase):
    def test_curl_comes_in_over_tls_with_a_password(self):
        yaml = TLS + f"basic_auth_users: {{alice: {CHEAP}}}\nauth_excluded_paths: [/-/healthy]\n"
        yaml += "http_server_config: {headers: {X-Frame-Options: deny}}\n"
        with Folder(yaml) as folder:
            folder.issue("server")
            with folder.exporter() as exporter:
                base = f"https://{exporter.address}"
                trust = ["--cacert", folder / "ca.pem"]
                status, body, _ = curl(f"{base}/metrics", *trust, "-u", "alice:secret")
                self.assertEqual(status, 200)
                self.assertIn("session_up", body)
                for flags in ([], ["-u", "alice:wrong"], ["-u", "bob:secret"], ["-H", "Authorization: Bearer x"]):
                    for path in ("/metrics", "/", "/-/ready", "/unknown"):
                        self.assertEqual(curl(f"{base}{path}", *trust, *flags)[0], 401, (path, flags))
                self.assertEqual(curl(f"{base}/-/healthy", *trust)[:2], (200, "healthy\n"))
                headers = curl(f"{base}/metrics", *trust, "-i")[1].splitlines()
                self.assertIn("WWW-Authenticate: Basic", headers)
                self.assertIn("X-Frame-Options: deny", headers)
                # Not trusted, too old, not TLS at all; HTTP/2 is asked for and 1.1 taken.
                self.assertEqual(curl(f"{base}/-/healthy")[2], 60)
                self.assertEqual(curl(f"{base}/-/healthy", *trust, "--tls-max", "1.1")[2], 35)
                self.assertEqual(curl(f"http://{exporter.address}/-/healthy")[0], 400)
                self.assertTrue(curl(f"{base}/-/healthy", *trust, "--http2", "-i")[1].startswith("HTTP/1.1 200"))
                self.assertNotIn("secret", exporter.err())

    def test_a_client_certificate_with_an_allowed_name_is_needed(self):
        yaml = TLS.replace("}", ", client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert, "
                                "client_allowed_sans: [prometheus.example]}")  # fmt: skip
        with Folder(yaml) as folder:
            folder.issue("server")
            folder.issue("right", "DNS:prometheus.example")
            folder.issue("wrong", "DNS:grafana.example")
            with folder.exporter() as exporter:
                url = f"https://{exporter.address}/-/healthy"
                for name, expected in (("right", 200), ("wrong", 0), (None, 0)):
                    own = ["--cert", folder / f"{name}.pem", "--key", folder / f"{name}.key"] if name else []
                    self.assertEqual(curl(url, "--cacert", folder / "ca.pem", *own)[0], expected, name)

    def test_a_swapped_certificate_takes_effect_within_a_second_and_no_scrape_fails(self):
        with Folder(TLS) as folder:
            folder.issue("server")
            folder.issue("next", common_name="second")
            with folder.exporter() as exporter:
                self.assertEqual(common_name(exporter.address), "first")
                context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
                failures, scrapes, stop = [], [], threading.Event()

                def scrape():
                    while not stop.is_set():
                        try:
                            connection = http.client.HTTPSConnection(exporter.address, timeout=20, context=context)
                            connection.request("GET", "/-/healthy")
                            scrapes.append(connection.getresponse().status)
                            connection.close()
                        except OSError as error:
                            failures.append(error)

                threads = [threading.Thread(target=scrape) for _ in range(3)]
                for thread in threads:
                    thread.start()
                try:
                    # The certificate first, as the renewing tools do it; in between the pair does not match.
                    shutil.copy(folder / "next.pem", folder / "server.pem")
                    shutil.copy(folder / "next.key", folder / "server.key")
                    start = time.monotonic()
                    programs.wait_until(lambda: common_name(exporter.address) == "second", "the swap took effect")
                    took = time.monotonic() - start
                finally:
                    stop.set()
                    for thread in threads:
                        thread.join()
                self.assertEqual((failures, set(scrapes)), ([], {200}))
                # 0.8 s at most on an idle machine.
                self.assertLess(took, 5)
                self.assertIn("web configuration reloaded", exporter.err())

    def test_a_wrong_pair_on_disk_is_warned_of_once_and_sighup_tells_it_again(self):
        with Folder(TLS) as folder:
            folder.issue("server")
            folder.issue("other", common_name="second")
            with folder.exporter() as exporter:
                shutil.copy(folder / "other.pem", folder / "server.pem")
                exporter.wait_for_output("the key is not that of the certificate")
                time.sleep(1.5)  # several looks
                self.assertEqual(exporter.err().count("the key is not that of the certificate"), 1)
                self.assertEqual(common_name(exporter.address), "first")
                exporter.send(signal.SIGHUP)
                programs.wait_until(
                    lambda: exporter.err().count("the key is not that of the certificate") == 2, "SIGHUP told it"
                )
                self.assertEqual(common_name(exporter.address), "first")

    def test_a_reload_takes_both_files_or_none(self):
        with Folder("rate_limit: {interval: 0}\n") as folder, folder.exporter() as exporter:
            reload = f"http://{exporter.address}/-/reload"
            folder.file.write_text("rate_limit: {interval: soon}\n")
            exporter.config_file.write_text(YAML.replace("kasm", "other", 1))
            status, body, _ = curl(reload, "-X", "POST")
            self.assertEqual(status, 500)
            self.assertIn("web.yml:1:24: rate_limit.interval: ", body)
            self.assertNotIn('target="other"', exporter.scrape())
            self.assertEqual(programs.value(exporter.scrape(), "session_exporter_config_last_reload_successful"), 0)
            folder.file.write_text("rate_limit: {interval: 1s, burst: 1000}\n")
            self.assertEqual(curl(reload, "-X", "POST")[0], 200)
            self.assertIn('target="other"', exporter.scrape())

    def test_guessing_does_not_delay_those_who_are_known(self):
        with Folder(f"basic_auth_users: {{alice: {USUAL}}}\n") as folder, folder.exporter() as exporter:
            right = {"Authorization": "Basic " + base64.b64encode(b"alice:fakepassword").decode()}
            self.assertEqual(exporter.get("/-/healthy", right).status, 200)
            stop, seen = threading.Event(), set()

            def guess(number):
                count = 0
                while not stop.is_set():
                    count += 1
                    text = base64.b64encode(f"alice:{number}.{count}".encode()).decode()
                    seen.add(exporter.get("/-/healthy", {"Authorization": f"Basic {text}"}).status)

            threads = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            times = []
            try:
                for _ in range(100):
                    start = time.monotonic()
                    self.assertEqual(exporter.get("/-/healthy", right).status, 200)
                    times.append(time.monotonic() - start)
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
            self.assertEqual(seen, {401, 503})
            # 10 ms on an idle machine; each guess would add 50 ms to whoever waits for it.
            self.assertLess(sorted(times)[98], 1)

    def test_the_rate_limit_answers_429(self):
        with Folder("rate_limit: {interval: 1h, burst: 2}\n") as folder, folder.exporter() as exporter:
            self.assertEqual([exporter.get("/-/healthy").status for _ in range(4)], [200, 200, 429, 429])

    def test_errors_of_the_file_are_all_told_and_nothing_starts(self):
        yaml = "tls_server_config: {cert_file: gone}\nbasic_auth_users: {alice: CANARY-77}\nsurprise: 1\n"
        with Folder(yaml) as folder, tempfile.NamedTemporaryFile("w") as file:
            file.write(YAML + "surprise: 2\n")
            file.flush()
            for flags in ([], ["--config.check"]):
                result = programs.run_exporter(
                    f"--config.file={file.name}", f"--web.config.file={folder.file}", *flags
                )
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                for words in (f"{file.name}:3:1: surprise", f"{folder.file}:1:32: tls_server_config.cert_file",
                              "tls_server_config.key: missing", "basic_auth_users.alice: expected a bcrypt hash",
                              f"{folder.file}:3:1: surprise: unknown key"):  # fmt: skip
                    self.assertIn(words, result.stderr)
                self.assertNotIn("CANARY", result.stderr)

    def test_sockets_of_systemd_are_served(self):
        with tempfile.TemporaryDirectory(prefix="session_exporter_e2e.") as folder:
            path = os.path.join(folder, "exporter.sock")
            config = pathlib.Path(folder, "c.yaml")
            config.write_text(YAML)
            with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as local:
                local.bind(path)
                local.listen()
                # The shell becomes the exporter, so that $$ is its process.
                start = f'LISTEN_PID=$$ LISTEN_FDS=2 exec "$@" 3<&{tcp.fileno()} 4<&{local.fileno()}'
                command = ["sh", "-c", start, "sh", programs.exporter_program, "--web.systemd-socket"]
                command.append(f"--config.file={config}")
                with programs.Program(command, pass_fds=(tcp.fileno(), local.fileno())) as exporter:
                    exporter.wait_for_output(f"listening.*unix:{path}")
                    address = f"127.0.0.1:{tcp.getsockname()[1]}"
                    self.assertEqual(curl(f"http://{address}/-/healthy")[:2], (200, "healthy\n"))
                    self.assertEqual(
                        curl("http://exporter/-/healthy", "--unix-socket", path)[:2], (200, "healthy\n")
                    )
                    exporter.send(signal.SIGTERM)
                    self.assertEqual(exporter.wait(), 0)
            result = programs.run_exporter("--web.systemd-socket", f"--config.file={config}")
            self.assertEqual(result.returncode, 1)
            self.assertIn("systemd passed no sockets", result.stderr)

    def test_clients_that_waited_for_the_start_are_served(self):
        """What socket activation is for: whoever came during a restart gets an answer, not a 503."""
        request = b"GET /sd HTTP/1.1\r\nHost: exporter\r\nConnection: close\r\n\r\n"
        with tempfile.TemporaryDirectory(prefix="session_exporter_e2e.") as folder:
            config = pathlib.Path(folder, "c.yaml")
            config.write_text(YAML)
            for _ in range(5):
                with contextlib.ExitStack() as stack:
                    listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
                    clients = []
                    for _ in range(20):
                        client = stack.enter_context(socket.create_connection(listening.getsockname()))
                        client.settimeout(programs.PATIENCE)
                        client.sendall(request)
                        clients.append(client)
                    start = f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&{listening.fileno()}'
                    command = ["sh", "-c", start, "sh", programs.exporter_program, "--web.systemd-socket"]
                    command.append(f"--config.file={config}")
                    stack.enter_context(programs.Program(command, pass_fds=(listening.fileno(),)))
                    answers = {client.recv(12) for client in clients}
                self.assertEqual(answers, {b"HTTP/1.1 200"})


if __name__ == "__main__":
    _, run = programs.main()
    for tool in ("curl", "openssl"):
        if shutil.which(tool) is None:
            programs.skip(f"{tool} is missing")
    run()
