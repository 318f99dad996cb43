#!/usr/bin/env python3
"""Runs a client that other people wrote for the real API against the simulator.

What the simulator says is only worth something if programs made for the vendor's server understand it. Takes the path of
backend_simulator. Exits 77 (skipped) when the client is not installed; `pip install kasm` in a virtual environment, and its
Python in $FOREIGN_CLIENTS_PYTHON, has it run.
"""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

SKIPPED = 77


@contextlib.contextmanager
def running_simulator(program, *flags):
    with tempfile.TemporaryDirectory() as folder:
        ready = os.path.join(folder, "url")
        process = subprocess.Popen(
            [program, "--ready-file", ready, "--seed", "5", "--start-time", "2026-03-01T12:00:00",
             "--speed", "0", *flags], stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 20
            while not os.path.exists(ready):
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("the simulator did not start")
                time.sleep(0.01)
            with open(ready, encoding="utf-8") as file:
                yield file.read().strip()
        finally:
            process.terminate()
            if process.wait(timeout=5) != 0:
                sys.exit("the simulator did not stop cleanly")


def control(url, method, path, body):
    request = urllib.request.Request(url + path, json.dumps(body).encode(), method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def check_pykasm(url):
    from kasm.connections import connections
    from kasm.exceptions import RequestError
    from kasm.images import Image
    from kasm.sessions import Session
    from kasm.users import User

    connections.create_connection("default", url=url, key="demo-key", secret="demo-secret")

    # This client takes a user of every session for granted, and staged ones have none.
    control(url, "PUT", "/simulator/faults", {"path": "get_kasms", "fault": "assigned_only"})
    sessions = Session.all()
    assert len(sessions) > 30, len(sessions)
    statuses = {str(session.status) for session in sessions}
    assert {"running", "starting", "paused", "stopped", "deleting"} <= statuses, statuses
    running = [s for s in sessions if s.status == "running"]
    assert all(s.start_date and s.expiration_date and s.keepalive_date for s in running)
    assert all(isinstance(s.memory, int) and isinstance(s.cores, float) for s in sessions)
    assert any(s.status == "starting" and s.start_date is None for s in sessions)
    assert all("@example.com" in s.user.username for s in sessions)
    assert len(User.all()) == 15
    assert {i.friendly_name for i in Image.all()} > {"Chrome", "Windows Desktop"}

    session = Session.request(User.all()[0], Image.all()[0])
    assert session.status == "starting"
    control(url, "POST", "/simulator/clock", {"advance": 30})
    session = session.update_status()
    assert session.status == "running" and "/#/connect/kasm/" in session.url(), session
    assert session.keepalive().status == "running"
    session.destroy()
    control(url, "POST", "/simulator/clock", {"advance": 30})
    assert session.session_id not in {s.session_id for s in Session.all()}

    connections.create_connection("wrong", url=url, key="demo-key", secret="wrong")
    try:
        Session.all(using="wrong")
    except RequestError as error:
        assert error.response.status_code == 401
        assert error.response.json() == {"error_message": "Unauthorized"}
    else:
        sys.exit("a wrong secret was accepted")


def main():
    if importlib.util.find_spec("kasm") is None:
        python = os.environ.get("FOREIGN_CLIENTS_PYTHON")
        if python:
            os.environ.pop("FOREIGN_CLIENTS_PYTHON")
            os.execv(python, [python, *sys.argv])
        print("skipped: the Python package 'kasm' is not installed (pip install kasm)")
        return SKIPPED
    with running_simulator(sys.argv[1]) as url:
        check_pykasm(url)
    print("kasm (PyPI): list, users, images, request, status, keepalive, destroy, refusal: as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
