#!/usr/bin/env python3
"""The command line as an operator meets it: flags, exit codes, messages, signals, logs.

Usage: cli_test.py EXPORTER SIMULATOR EXAMPLE_CONFIGURATION
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import programs

STOPS_WITHIN = 5.0
example_configuration = ""


class Flags(unittest.TestCase):
    def test_help_names_every_flag(self):
        result = programs.run_exporter("--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for flag in (
            "--config.file",
            "--config.check",
            "--web.listen-address",
            "--web.telemetry-path",
            "--web.config.file",
            "--web.max-requests",
            "--web.systemd-socket",
            "--timeout-offset",
            "--once",
            "--log.level",
            "--log.format",
            "--version",
            "--help",
        ):
            self.assertIn(flag, result.stdout)

    def test_version_is_one_line(self):
        result = programs.run_exporter("--version")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"^session_exporter \d+\.\d+\.\d+ \(revision \S+, .+\)\n$")

    def test_wrong_usage_is_2_and_says_what(self):
        for flags, words in (
            (["--no-such-flag"], "--no-such-flag"),
            (["--log.level=loud"], "--log.level"),
            (["--log.format=xml"], "--log.format"),
            (["--timeout-offset=soon"], "--timeout-offset"),
            (["--web.max-requests=0"], "--web.max-requests"),
            (["--web.max-requests=many"], "--web.max-requests"),
            (["--web.telemetry-path=metrics"], "--web.telemetry-path"),
            (["--web.telemetry-path=/me trics"], "--web.telemetry-path"),
            (["--web.telemetry-path=/"], "another page"),
            (["--web.telemetry-path=/probe"], "another page"),
            (["--web.telemetry-path=/-/ready"], "another page"),
            (["--web.listen-address=foo"], 'listen address "foo": no port'),
            (["--web.listen-address=:99999", "--config.check"], "--web.listen-address"),
            (["--web.listen-address=:0", "--web.listen-address=127.0.0.1:http"], "127.0.0.1:http"),
            (["stray"], "stray"),
            (["--web.systemd-socket", "--web.listen-address=:0"], "--web.listen-address"),
        ):
            with self.subTest(flags=flags):
                result = programs.run_exporter(*flags)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertIn(words, result.stderr)

    def test_a_missing_configuration_is_2_and_names_the_file(self):
        for flags in ([], ["--config.check"], ["--once"]):
            with self.subTest(flags=flags):
                result = programs.run_exporter("--config.file=/nonexistent/session.yaml", *flags)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertIn("/nonexistent/session.yaml", result.stderr)
                self.assertEqual(result.stderr.count("\n"), 1)

    def test_a_port_in_use_is_1_and_a_plain_message(self):
        with socket.create_server(("127.0.0.1", 0)) as taken, tempfile.NamedTemporaryFile("w") as file:
            file.write(programs.configuration(programs.kasm_target("kasm", "http://127.0.0.1:1")))
            file.flush()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            result = programs.run_exporter(f"--config.file={file.name}", f"--web.listen-address={address}")
        self.assertEqual(result.returncode, 1)
        self.assertIn(address, result.stderr)
        self.assertIn("Address already in use", result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)


    def test_every_address_is_served_and_one_in_use_is_enough_to_stop(self):
        yaml = programs.configuration(programs.kasm_target("kasm", "http://127.0.0.1:1"))
        with programs.Exporter(yaml, "--web.listen-address=127.0.0.1:0") as exporter:
            programs.wait_until(lambda: exporter.err().count("msg=listening") == 2, "it listened twice")
            addresses = re.findall(r"msg=listening address=(\S+)", exporter.err())
            for address in addresses:
                self.assertEqual(programs.get(address, "/-/healthy").status, 200)
            result = programs.run_exporter(
                f"--config.file={exporter.config_file}",
                "--web.listen-address=127.0.0.1:0",
                f"--web.listen-address={addresses[1]}",
            )
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{addresses[1]}: Address already in use", result.stderr)


class Check(unittest.TestCase):
    def check(self, text, environment=None):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "c.yaml")
            path.write_text(text)
            result = programs.run_exporter("--config.check", f"--config.file={path}", environment=environment)
            return result, [line.replace(f"{path}:", "", 1) for line in result.stderr.splitlines()]

    def test_a_good_file_is_0(self):
        result, lines = self.check(programs.configuration(programs.kasm_target("kasm", "http://127.0.0.1:1")))
        self.assertEqual((result.returncode, lines), (0, []))
        self.assertIn("valid", result.stdout)

    def test_all_errors_come_at_once_with_their_places(self):
        result, lines = self.check(
            "scrape:\n"
            "  timeout: soon\n"
            "  tiemout: 5s\n"
            "targets:\n"
            "  - name: kasm\n"
            "    backend: kasm\n"
            "    url: ftp://kasm.example.com\n"
            "    api_key: ${E2E_UNSET}\n"
            "    api_key_secret_file: /nonexistent/secret\n"
            "  - name: kasm\n"
            "    backend: kazm\n"
        )
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        for place in (
            "2:12: scrape.timeout: ",
            "3:3: scrape.tiemout: ",
            "7:10: targets[0].url: ",
            "8:14: targets[0].api_key: ",
            "9:26: targets[0].api_key_secret_file: ",
            "11:14: targets[1].backend: ",
        ):
            self.assertEqual(sum(line.startswith(place) for line in lines), 1, f"{place} in {lines}")
        text = result.stderr
        self.assertIn("E2E_UNSET", text)
        self.assertIn("kasm", [line for line in lines if line.startswith("11:14")][0])

    def test_what_is_no_configuration_is_2(self):
        for text in ("- 1\n", "{", "\t- x", "targets: []\n---\ntargets: []\n", "a: 1\na: 2\n"):
            with self.subTest(text=text):
                result, lines = self.check(text)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertRegex(lines[0], r"^\d+:\d+: ")

    def test_an_empty_file_is_2(self):
        # There is no line in it to point at.
        result, lines = self.check("")
        self.assertEqual((result.returncode, result.stdout, len(lines)), (2, "", 1))
        self.assertIn("is empty", lines[0])

    def test_no_secret_is_in_an_error(self):
        result, _ = self.check(
            programs.configuration(
                "  - {name: kasm, backend: kasm, url: 'http://me:CANARY-1@127.0.0.1', api_key: [CANARY-2],\n"
                "     api_key_secret: {x: CANARY-3}, http: {headers: {A: [CANARY-4]}, proxy_url: 'x://u:CANARY-5@h'}}\n"
            )
        )
        self.assertEqual(result.returncode, 2)
        self.assertNotIn("CANARY", result.stdout + result.stderr)

    def test_the_example_is_valid(self):
        names = re.findall(r"\$\{(\w+)\}", pathlib.Path(example_configuration).read_text())
        keys = {name: "example" for name in names if name != "NAME"}
        result = programs.run_exporter(
            "--config.check", f"--config.file={example_configuration}", environment=keys
        )
        self.assertEqual((result.returncode, result.stderr), (0, ""))


class Once(unittest.TestCase):
    def run_once(self, *targets, seconds=programs.PATIENCE):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(programs.configuration(*targets, before="scrape: {timeout: 1s}\n"))
            file.flush()
            return programs.run_exporter("--once", f"--config.file={file.name}", seconds=seconds)

    def test_0_when_every_target_is_up(self):
        simulator = self.enterContext(programs.Simulator())
        result = self.run_once(
            programs.kasm_target("a", simulator.url(), timeout="1s"), programs.kasm_target("b", simulator.url())
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(programs.value(result.stdout, "session_up", target="a"), 1)
        self.assertEqual(programs.value(result.stdout, "session_up", target="b"), 1)

    def test_1_with_the_page_when_one_is_not(self):
        simulator = self.enterContext(programs.Simulator())
        result = self.run_once(
            programs.kasm_target("a", simulator.url()), programs.kasm_target("b", simulator.url("hang"))
        )
        self.assertEqual(result.returncode, 1)
        self.assertEqual(programs.value(result.stdout, "session_up", target="a"), 1)
        self.assertEqual(programs.value(result.stdout, "session_up", target="b"), 0)
        self.assertIn("target=b", result.stderr)

    def test_a_signal_ends_it_while_a_backend_hangs(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            simulator = self.enterContext(programs.Simulator())
            with self.subTest(signal=number), tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                target = programs.kasm_target("a", simulator.url("hang"), timeout="60s")
                file.write(programs.configuration(target, before="scrape: {timeout: 60s}\n"))
                file.flush()
                arguments = [programs.exporter_program, "--once", f"--config.file={file.name}"]
                with programs.Program(arguments) as exporter:
                    programs.wait_until(lambda: simulator.stats()["requests_in_flight"] == 1, "the target was asked")
                    exporter.send(number)
                    # 1 where the default action is not to be had: in a container, under the thread sanitizer.
                    self.assertIn(exporter.wait(10), (-number, 1))
                    self.assertEqual(exporter.out(), "")

    def test_output_that_cannot_be_written_is_1(self):
        simulator = self.enterContext(programs.Simulator())
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file, open("/dev/full", "w") as full:
            file.write(programs.configuration(programs.kasm_target("a", simulator.url())))
            file.flush()
            result = subprocess.run(
                [programs.exporter_program, "--once", f"--config.file={file.name}"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=programs.PATIENCE,
            )
        self.assertEqual(result.returncode, 1, "a textfile that is cut must not look well")


class Signals(unittest.TestCase):
    def stop(self, exporter, number):
        start = time.monotonic()
        exporter.send(number)
        code = exporter.wait()
        return code, time.monotonic() - start

    def test_an_idle_exporter_stops_at_once(self):
        yaml = programs.configuration(programs.kasm_target("kasm", "http://127.0.0.1:1"))
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number), programs.Exporter(yaml) as exporter:
                code, seconds = self.stop(exporter, number)
                self.assertEqual(code, 0, exporter.err())
                self.assertLess(seconds, STOPS_WITHIN)

    def test_a_hanging_backend_does_not_hold_it_up(self):
        simulator = self.enterContext(programs.Simulator())
        yaml = programs.configuration(
            programs.kasm_target("kasm", simulator.url("hang"), timeout="60s"), before="scrape: {timeout: 60s}\n"
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number), programs.Exporter(yaml) as exporter:
                before = simulator.stats()["requests_total"]
                host, port = exporter.address.split(":")
                client = self.enterContext(socket.create_connection((host, int(port))))
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                programs.wait_until(
                    lambda: simulator.stats()["requests_total"] > before, "the backend was asked"
                )
                code, seconds = self.stop(exporter, number)
                self.assertEqual(code, 0, exporter.err())
                self.assertLess(seconds, STOPS_WITHIN)

    def test_idle_connections_do_not_hold_it_up(self):
        yaml = programs.configuration(programs.kasm_target("kasm", "http://127.0.0.1:1"))
        with programs.Exporter(yaml) as exporter:
            host, port = exporter.address.split(":")
            for _ in range(20):
                client = self.enterContext(socket.create_connection((host, int(port))))
                client.sendall(b"GET /metr")
            code, seconds = self.stop(exporter, signal.SIGTERM)
            self.assertEqual(code, 0, exporter.err())
            self.assertLess(seconds, STOPS_WITHIN)

    def test_sighup_reloads_and_survives_a_bad_file(self):
        simulator = self.enterContext(programs.Simulator())
        with programs.Exporter(programs.configuration(programs.kasm_target("old", simulator.url()))) as exporter:
            exporter.config_file.write_text(programs.configuration(programs.kasm_target("new", simulator.url())))
            exporter.send(signal.SIGHUP)
            exporter.wait_for_output("level=info .*configuration reloaded.* targets=1 unchanged=0")
            page = exporter.scrape()
            self.assertEqual(programs.value(page, "session_up", target="new"), 1)
            self.assertIsNone(programs.value(page, "session_up", target="old"))

            exporter.config_file.write_text("targets: [{name: 1}]\nx: 1\n")
            exporter.send(signal.SIGHUP)
            exporter.wait_for_output(f"level=error .*{exporter.config_file}:2:1: x: ")
            programs.wait_until(
                lambda: programs.value(exporter.scrape(), "session_exporter_config_last_reload_successful") == 0,
                "the failure was shown",
            )
            self.assertEqual(programs.value(exporter.scrape(), "session_up", target="new"), 1)


class Logs(unittest.TestCase):
    def test_json_lines_parse_whatever_the_backend_says(self):
        simulator = self.enterContext(programs.Simulator())
        faults = ("error_message=%22%5C%0a%07%ff%20level=x", "html", "echo", "control", "invalid_utf8")
        yaml = programs.configuration(
            *(programs.kasm_target(f"t{number}", simulator.url(fault)) for number, fault in enumerate(faults))
        )
        with programs.Exporter(yaml, "--log.format=json", "--log.level=debug") as exporter:
            exporter.scrape()
            self.stop_quietly(exporter)
            lines = [json.loads(line) for line in exporter.err().splitlines()]
        self.assertEqual(exporter.process.returncode, 0)
        self.assertEqual(sum(line["msg"] == "target is down" for line in lines), 3)
        for line in lines:
            self.assertLessEqual({"ts", "level", "msg"}, line.keys())

    def test_a_quiet_level_is_quiet(self):
        simulator = self.enterContext(programs.Simulator())
        yaml = programs.configuration(programs.kasm_target("kasm", simulator.url()))
        with programs.Exporter(yaml) as exporter:
            for _ in range(5):
                exporter.scrape()
            self.stop_quietly(exporter)
            # Started, up, stopping: nothing per scrape.
            self.assertLessEqual(len(exporter.err().splitlines()), 4)

    def stop_quietly(self, exporter):
        exporter.send(signal.SIGTERM)
        exporter.wait()


if __name__ == "__main__":
    (example,), run = programs.main(["EXAMPLE_CONFIGURATION"])
    example_configuration = os.path.abspath(example)
    run()
