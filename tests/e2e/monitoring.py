"""Prometheus under a configuration that we ship, with nothing replaced in it but addresses, paths and waiting times."""

import http.server
import json
import pathlib
import shutil
import socket
import socketserver
import tempfile
import threading

import programs
import prometheus_test


def replaced(text, replacements):
    """`text` with each key replaced by its value; a key that is not there shows that file and test went apart."""
    for old, new in replacements.items():
        if old not in text:
            raise AssertionError(f"{old!r} is not in the file")
        text = text.replace(old, new)
    return text


class Prometheus(prometheus_test.Prometheus):
    def __init__(self, config):
        # Not that of the base, which makes a configuration of its own.
        self.storage = tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")
        config_file = pathlib.Path(self.storage.name, "prometheus.yml")
        config_file.write_text(config)
        programs.Program.__init__(
            self,
            [
                shutil.which("prometheus"),
                f"--config.file={config_file}",
                f"--storage.tsdb.path={self.storage.name}/data",
                "--web.listen-address=127.0.0.1:0",
            ],
        )
        try:
            self.address = self.wait_for_output(r'msg="Listening on" address=(127\.0\.0\.1:\d+)').group(1)
        except AssertionError:
            self.__exit__()
            raise

    def by_instance(self, expression):
        return {labels["instance"]: int(value) for labels, value in self.query(expression)}

    def failed_scrapes(self):
        """How many scrapes of each instance failed since it started."""
        return self.by_instance("count_over_time(up[10m]) - sum_over_time(up[10m])")

    def scrapes(self):
        return self.by_instance("count_over_time(up[10m])")

    def alerts(self):
        """What is pending or firing."""
        answer = programs.get(self.address, "/api/v1/alerts")
        return json.loads(answer.body)["data"]["alerts"] if answer.status == 200 else []


class LoopbackServer:
    """A server of socketserver's on a free port, for the length of a with block."""

    def __init__(self, kind, handler):
        self.server = kind(("127.0.0.1", 0), handler)
        self.address = "127.0.0.1:%d" % self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class RoundRobin(LoopbackServer):
    """One address before several, connection by connection; one that refuses is passed over, as a Service does without
    the pods that are gone."""

    def __init__(self, addresses):
        self.turn = 0
        self.addresses = addresses
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                outer.forward(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        super().__init__(Server, Handler)

    def connect(self):
        for _ in self.addresses:
            host, port = self.addresses[self.turn % len(self.addresses)].rsplit(":", 1)
            self.turn += 1
            try:
                return socket.create_connection((host, int(port)), timeout=programs.PATIENCE)
            except ConnectionRefusedError:
                continue
        return None

    def forward(self, client):
        backend = self.connect()
        if backend is None:
            return
        back = threading.Thread(target=self.copy, args=(backend, client), daemon=True)
        back.start()
        self.copy(client, backend)
        back.join()
        backend.close()

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass  # one side is gone, which the other is told below
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Webhook(LoopbackServer):
    """Receives what Alertmanager notifies."""

    def __init__(self):
        self.messages = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.messages.append((self.path, json.loads(body)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(http.server.ThreadingHTTPServer, Handler)
