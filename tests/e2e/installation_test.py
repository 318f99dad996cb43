#!/usr/bin/env python3
"""What is installed beside the program: the man page and the completions know every flag, and their readers take them.

Usage: installation_test.py EXPORTER SIMULATOR SOURCE_FOLDER BUILD_FOLDER CMAKE
"""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import programs

source = build = pathlib.Path()
cmake = ""

COMPLETIONS = ("session_exporter.bash", "_session_exporter", "session_exporter.fish")


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **options
    )
    return done.returncode, done.stdout, done.stderr


def flags():
    """Of --help: a word at the beginning of a line, `-h,--help` included."""
    help_text = programs.run_exporter("--help").stdout
    return sorted(set(re.findall(r"^ +(?:-\w,)?(--[a-z][a-z.-]*)", help_text, re.MULTILINE)))


class ManPage(unittest.TestCase):
    def test_every_flag_is_explained(self):
        page = (source / "docs/session_exporter.1").read_text().replace(r"\-", "-")
        explained = re.findall(r"^\.(?:TP\n\.BI?R?) .*?(--[a-z][a-z.-]*)", page, re.MULTILINE)
        self.assertGreater(len(flags()), 10)
        self.assertEqual([flag for flag in flags() if flag not in explained], [])

    @unittest.skipUnless(shutil.which("groff"), "groff is missing")
    def test_it_is_formatted_without_a_warning(self):
        code, out, err = run("groff", "-man", "-Tutf8", "-ww", "-rLL=100n", source / "docs/session_exporter.1")
        self.assertEqual((code, err), (0, ""))
        out = re.sub(r".\x08", "", out)  # bold is struck over
        for heading in ("NAME", "OPTIONS", "ENDPOINTS", "SIGNALS", "EXIT STATUS"):
            self.assertIn(heading, out)

    @unittest.skipUnless(shutil.which("man"), "man is missing")
    def test_man_shows_it(self):
        code, out, err = run("man", "--warnings", "-l", source / "docs/session_exporter.1")
        if "has been minimized" in out + err:
            self.skipTest("man is a stand-in here")
        self.assertEqual((code, err), (0, ""))


class Completions(unittest.TestCase):
    def test_every_flag_is_completed(self):
        for name in COMPLETIONS:
            text = (source / "completions" / name).read_text()
            if name.endswith(".fish"):
                known = {f"--{flag}" for flag in re.findall(r" -l ([a-z.-]+)", text)}
            else:
                known = set(re.findall(r"--[a-z][a-z.-]*", text))
            with self.subTest(name):
                self.assertEqual([flag for flag in flags() if flag not in known], [])

    def bash(self, *words):
        """The completions of the last word, as bash splits the line."""
        line = " ".join(f"'{word}'" for word in words)
        script = (
            f"source '{source}/completions/session_exporter.bash'; COMP_WORDS=(session_exporter {line}); "
            'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _session_exporter; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        code, out, err = run("bash", "--norc", "-c", script)
        self.assertEqual((code, err), (0, ""))
        return out.split()

    @unittest.skipUnless(shutil.which("bash"), "bash is missing")
    def test_bash(self):
        self.assertEqual(self.bash("--log"), ["--log.level=", "--log.format="])
        self.assertEqual(self.bash("--log.level", "="), ["debug", "info", "warn", "error"])
        self.assertEqual(self.bash("--log.level", "=", "w"), ["warn"])
        self.assertEqual(self.bash("--log.format", "j"), ["json"])
        self.assertEqual(self.bash("--web.max-requests", "="), [])
        with tempfile.NamedTemporaryFile(prefix="session_exporter_e2e.") as file:
            for flag in ("--config.file", "--web.config.file"):
                self.assertEqual(self.bash(flag, "=", file.name[:-2]), [file.name])

    @unittest.skipUnless(shutil.which("fish"), "fish is missing")
    def test_fish(self):
        def complete(line):
            script = f"source '{source}/completions/session_exporter.fish'; complete -C '{line}'"
            with tempfile.TemporaryDirectory() as home:
                code, out, err = run("fish", "--no-config", "-c", script, env={"HOME": home, "PATH": "/usr/bin:/bin"})
            self.assertEqual((code, err), (0, ""))
            return [row.split("\t")[0] for row in out.splitlines()]

        self.assertEqual(complete("session_exporter --web.m"), ["--web.max-requests"])
        self.assertEqual(sorted(complete("session_exporter --log.format=")), ["--log.format=json", "--log.format=logfmt"])

    @unittest.skipUnless(shutil.which("zsh"), "zsh is missing")
    def test_zsh(self):
        # A pseudo terminal, since zsh completes only what somebody types. What it made of the line is told by what
        # is run then.
        script = (
            "zmodload zsh/zpty; zpty shell zsh -f -i; "
            f"zpty -w shell \"fpath=('{source}/completions' \\$fpath); autoload -Uz compinit; compinit -u -D\"; "
            "zpty -w shell 'session_exporter() { print -r -- \"<$1>\" }'; "
            "zpty -w -n shell $'session_exporter --log.format=j\\t\\n'; "
            "zpty -r shell out '*<--*>*'; print -r -- $out; zpty -d shell"
        )
        code, out, err = run("zsh", "-f", "-c", script)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("<--log.format=json>", out)


class Installation(unittest.TestCase):
    def test_everything_is_installed(self):
        with tempfile.TemporaryDirectory(prefix="session_exporter_e2e.") as folder:
            code, out, err = run(cmake, "--install", build, "--prefix", folder)
            self.assertEqual(code, 0, out + err)
            installed = {str(path.relative_to(folder)) for path in pathlib.Path(folder).rglob("*") if path.is_file()}
            self.assertLessEqual(
                {
                    "bin/session_exporter",
                    "share/man/man1/session_exporter.1",
                    "share/bash-completion/completions/session_exporter",
                    "share/zsh/site-functions/_session_exporter",
                    "share/fish/vendor_completions.d/session_exporter.fish",
                    "share/doc/session_exporter/config.example.yaml",
                    "lib/systemd/system/session_exporter.socket",
                },
                installed,
            )
            code, out, _ = run(pathlib.Path(folder, "bin/session_exporter"), "--version")
            self.assertEqual(code, 0, out)
            unit = pathlib.Path(folder, "lib/systemd/system/session_exporter.service").read_text()
            self.assertIn(f"\nExecStart={folder}/bin/session_exporter ", unit)
            # What only the Debian package has: it would overwrite what the administrator has there.
            self.assertEqual([path for path in installed if "etc/" in path or "prometheus-session-exporter" in path], [])


if __name__ == "__main__":
    (source, build, cmake), run_tests = programs.main(["SOURCE_FOLDER", "BUILD_FOLDER", "CMAKE"])
    source, build = pathlib.Path(source).resolve(), pathlib.Path(build).resolve()
    run_tests()
