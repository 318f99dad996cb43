"""Starts the built programs for the end-to-end tests, asks them over HTTP, and ends them again.

Every script is called as SCRIPT EXPORTER SIMULATOR [FURTHER...]; main() takes these two before unittest sees the rest.
"""

import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SKIPPED = 77
FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
# Far above what anything here takes; only a fault runs into it.
PATIENCE = 60.0

exporter_program = ""
simulator_program = ""


def wait_until(condition, what, seconds=PATIENCE):
    """Polls until `condition()` is true and returns what it returned; fails when it never is."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s in vain until {what}")
        time.sleep(0.02)


class Program:
    """A program under way, its output in files. Ended, by its pid, when the with block ends."""

    def __init__(self, arguments, environment=None, pass_fds=()):
        self.folder = tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")
        self.out_path = pathlib.Path(self.folder.name, "stdout")
        self.err_path = pathlib.Path(self.folder.name, "stderr")
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(
                [str(a) for a in arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**os.environ, **(environment or {})},
                pass_fds=pass_fds,
                # A shell starts what it puts into the background with SIGINT ignored, and a shell that is started so
                # cannot trap it.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        self.folder.cleanup()

    @property
    def pid(self):
        return self.process.pid

    def out(self):
        return self.out_path.read_text(errors="replace")

    def err(self):
        return self.err_path.read_text(errors="replace")

    def send(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=PATIENCE):
        """The exit code, negative for a signal."""
        return self.process.wait(seconds)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def wait_for_output(self, pattern, read=None):
        """Waits until its standard error, or what `read` returns, matches and returns the match."""
        read = read or self.err

        def match():
            # Read before the program is looked at: what it wrote last is then in it.
            ended = self.process.poll() is not None
            found = re.search(pattern, read())
            if not found and ended:
                raise AssertionError(f"ended with {self.process.returncode} before {pattern!r}:\n{self.err()}")
            return found

        return wait_until(match, f"{pattern!r} was written")


class Simulator(Program):
    """Holds its clock still unless told otherwise, so that every answer is the same."""

    def __init__(self, *flags):
        self.ready = tempfile.NamedTemporaryFile(prefix="session_exporter_e2e.", suffix=".url")
        super().__init__(
            [simulator_program, "--listen-address=127.0.0.1:0", f"--ready-file={self.ready.name}", "--speed=0", *flags]
        )
        ready = pathlib.Path(self.ready.name)
        try:
            self.base = wait_until(lambda: ready.read_text().strip(), "the simulator listened")
        except AssertionError:
            self.__exit__()
            raise

    def url(self, fault=""):
        return f"{self.base}/fault/{fault}" if fault else self.base

    def address(self):
        return self.base.split("//")[1]

    def stats(self):
        return json.loads(get(self.address(), "/simulator/stats").body)


class Exporter(Program):
    """`yaml` goes into a file of its own, `config_file`."""

    def __init__(self, yaml, *flags, environment=None):
        self.config_folder = tempfile.TemporaryDirectory(prefix="session_exporter_e2e.")
        self.config_file = pathlib.Path(self.config_folder.name, "session_exporter.yaml")
        self.config_file.write_text(yaml)
        super().__init__(
            [exporter_program, f"--config.file={self.config_file}", "--web.listen-address=127.0.0.1:0", *flags],
            environment,
        )
        try:
            self.address = self.wait_for_output(r'listening"?,?\s?"?address"?[=:]"?(127\.0\.0\.1:\d+)').group(1)
        except AssertionError:
            self.__exit__()
            raise

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.config_folder.cleanup()

    def get(self, path="/metrics", headers=None):
        return get(self.address, path, headers)

    def scrape(self, headers=None):
        """The text of a page."""
        answer = self.get("/metrics", headers)
        if answer.status != 200:
            raise AssertionError(f"{answer.status}: {answer.body}")
        return answer.body


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode("utf-8")


def get(address, path, headers=None):
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def run_exporter(*flags, environment=None, seconds=PATIENCE):
    """Runs the exporter to its end."""
    return subprocess.run(
        [exporter_program, *map(str, flags)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **(environment or {})},
    )


def target(name, backend, **options):
    keys = {"name": name, "backend": backend, **options}
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}\n"


def kasm_target(name, url, **options):
    return target(
        name, "kasm", **{"url": f"'{url}'", "api_key": "demo-key", "api_key_secret": "demo-secret", **options}
    )


def intersight_target(name, url, **options):
    key = {
        "url": f"'{url}'",
        "api_key_id": "5f0000000000000000000001/5f0000000000000000000002/5f0000000000000000000003",
        "secret_key_file": f"'{FIXTURES / 'intersight/v2_rsa.pem'}'",
    }
    return target(name, "intersight", **{**key, **options})


def aws_environment(url):
    """What the AWS SDKs' variables are to say; nothing of this machine's own counts."""
    nothing = "/nonexistent"
    return {
        "AWS_ACCESS_KEY_ID": "AKIDCANARYEXAMPLE0001",
        "AWS_SECRET_ACCESS_KEY": "CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "AWS_ENDPOINT_URL_STS": url,
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
    }


def aws_ssm_target(name, url, **options):
    return target(name, "aws_ssm", **{"endpoint_url": f"'{url}'", "regions": "[us-east-1]", **options})


def configuration(*targets, before=""):
    return before + "targets:\n" + "".join(targets)


def sample_lines(page):
    return [line for line in page.splitlines() if line and not line.startswith("#")]


def value(page, name, **labels):
    """The value of the only sample of that name with these labels, or None."""
    found = []
    for line in sample_lines(page):
        head, _, number = line.rpartition(" ")
        if head.split("{")[0] == name and all(f'{key}="{text}"' in head for key, text in labels.items()):
            found.append(float(number))
    if len(found) > 1:
        raise AssertionError(f"{len(found)} samples {name} {labels}")
    return found[0] if found else None


def skip(reason):
    """Ends the script as skipped, which CTest tells apart by the exit code."""
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def main(further=()):
    """Runs the tests of the calling script; `further` names the arguments after the two programs."""
    global exporter_program, simulator_program
    expected = ("EXPORTER", "SIMULATOR", *further)
    if len(sys.argv) <= len(expected):
        sys.exit(f"usage: {sys.argv[0]} {' '.join(expected)} [unittest's own]")
    exporter_program, simulator_program = (os.path.abspath(path) for path in sys.argv[1:3])
    arguments = sys.argv[3 : len(expected) + 1]
    # A proxy of the machine must not come between the programs.
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    unittest_arguments = [sys.argv[0], *sys.argv[len(expected) + 1 :]]
    return arguments, lambda: unittest.main(argv=unittest_arguments, verbosity=2)
