#!/usr/bin/env python3
"""Runs clients that other people wrote for the real APIs against the simulator.

What the simulator says is only worth something if programs made for the vendors' servers understand it. Takes the path of
backend_simulator. Clients that are not installed are left out; without any, exits 77 (skipped). `pip install kasm intersight
intersight-auth` in a virtual environment, and its Python in $FOREIGN_CLIENTS_PYTHON, has them run.
"""

import contextlib
import datetime
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

SKIPPED = 77
KEYS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "intersight")
ACCOUNT_AND_USER = "5f0000000000000000000001/5f0000000000000000000002/"
V2_KEY = (ACCOUNT_AND_USER + "5f0000000000000000000003", os.path.join(KEYS, "v2_rsa.pem"))
# Python clients need the right label, or put it right themselves.
V3_KEY = (ACCOUNT_AND_USER + "5f0000000000000000000004", os.path.join(KEYS, "v3_ec_pkcs8.pem"))
V3_KEY_AS_DOWNLOADED = (V3_KEY[0], os.path.join(KEYS, "v3_ec_mislabelled.pem"))


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


def intersight_api(url, key, algorithm, signed_headers):
    import intersight
    from intersight import signing
    from intersight.api.iam_api import IamApi

    configuration = intersight.Configuration(
        host=url,
        signing_info=signing.HttpSigningConfiguration(
            key_id=key[0], private_key_path=key[1], signing_scheme=signing.SCHEME_HS2019, signing_algorithm=algorithm,
            hash_algorithm=signing.HASH_SHA256, signed_headers=signed_headers,
            signature_max_validity=datetime.timedelta(minutes=5)))
    return IamApi(intersight.ApiClient(configuration))


def check_intersight_sdk(url):
    from intersight import signing
    from intersight.exceptions import ApiException

    few = [signing.HEADER_REQUEST_TARGET, signing.HEADER_HOST, signing.HEADER_DATE, signing.HEADER_DIGEST]
    many = [*few, signing.HEADER_CREATED, signing.HEADER_EXPIRES]
    rsa = signing.ALGORITHM_RSASSA_PKCS1v15
    ecdsa = signing.ALGORITHM_ECDSA_MODE_FIPS_186_3
    for key, algorithm, headers in [(V2_KEY, rsa, few), (V2_KEY, rsa, many), (V3_KEY, ecdsa, many),
                                    (V3_KEY_AS_DOWNLOADED, ecdsa, few)]:
        api = intersight_api(url + "/fault/chunked", key, algorithm, headers)
        assert api.get_iam_session_list(count=True).count > 30
    api = intersight_api(url, V2_KEY, rsa, many)

    everything = api.get_iam_session_list(inlinecount="allpages", top=1000, orderby="CreateTime")
    sessions = everything.results
    assert everything.count == len(sessions) > 30, everything.count
    assert {session.status for session in sessions} == {"Active", "Ended", "Terminated"}
    assert {session.login_type for session in sessions} == {"weblogin", "tokenexchange"}
    created = [session.create_time for session in sessions]
    assert created == sorted(created) and all(isinstance(time, datetime.datetime) for time in created)
    assert all(session.user is None or session.user.object_type == "iam.User" for session in sessions)

    paged = []
    while page := api.get_iam_session_list(top=7, skip=len(paged), orderby="CreateTime").results:
        paged += page
    assert [session.moid for session in paged] == [session.moid for session in sessions]

    active = api.get_iam_session_list(filter="Status eq 'Active' and CreateTime lt now() sub PT1H", select="Status,Role")
    assert 0 < len(active.results) < len(sessions)
    assert all(session.status == "Active" for session in active.results)
    assert "session_id" not in active.results[0]

    first = api.get_iam_session_by_moid(sessions[0].moid)
    assert first.create_time == sessions[0].create_time
    limits = api.get_iam_session_limits_list().results
    assert [(limit.idle_time_out, limit.maximum_limit) for limit in limits if limit.account] == [(1800, 128)]
    assert [account.name for account in api.get_iam_account_list(select="Name").results] == ["example"]

    api.delete_iam_session(first.moid)
    control(url, "POST", "/simulator/clock", {"advance": 30})
    for status, call in [(404, lambda: api.get_iam_session_by_moid(first.moid)),
                         (400, lambda: api.get_iam_session_list(top=1001)),
                         (401, lambda: intersight_api(url, (V3_KEY[0], V2_KEY[1]), rsa, few).get_iam_account_list())]:
        try:
            call()
        except ApiException as error:
            assert error.status == status, (status, error)
        else:
            sys.exit(f"expected status {status}")


def check_intersight_auth(url):
    import requests
    from intersight_auth import IntersightAuth

    for key in (V2_KEY, V3_KEY, V3_KEY_AS_DOWNLOADED):
        auth = IntersightAuth(api_key_id=key[0], secret_key_filename=key[1])
        answer = requests.get(url + "/api/v1/iam/Sessions?$inlinecount=allpages&$filter=Status eq 'Active'", auth=auth,
                              timeout=10)
        assert answer.status_code == 200, answer.text
        assert answer.json()["Count"] == len(answer.json()["Results"]) > 20
    # A body, so that the digest is of more than nothing.
    answer = requests.post(url + "/api/v1/iam/Sessions", json={"Name": "x"}, auth=auth, timeout=10)
    assert answer.status_code == 403 and answer.json()["code"] == "InvalidMethod", answer.text


CLIENTS = {
    "kasm": (check_pykasm, "list, users, images, request, status, keepalive, destroy, refusal"),
    "intersight": (check_intersight_sdk, "keys of v2 and v3, list, paging, count, filter, select, get, delete, limits, errors"),
    "intersight_auth": (check_intersight_auth, "keys of v2 and v3, list, filter, a body"),
}


def main():
    installed = [package for package in CLIENTS if importlib.util.find_spec(package)]
    python = os.environ.pop("FOREIGN_CLIENTS_PYTHON", None)
    if python and len(installed) < len(CLIENTS):
        os.execv(python, [python, *sys.argv])
    for package, (check, what) in CLIENTS.items():
        if package not in installed:
            print(f"skipped: the Python package '{package}' is not installed (pip install {package.replace('_', '-')})")
            continue
        with running_simulator(sys.argv[1]) as url:
            check(url)
        print(f"{package} (PyPI): {what}: as expected")
    return 0 if installed else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
