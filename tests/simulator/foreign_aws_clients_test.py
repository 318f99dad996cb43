#!/usr/bin/env python3
"""Runs AWS's own clients, unchanged, against the simulator: the command line interface and boto3.

Takes the path of backend_simulator. Exits 77 (skipped) when neither is installed; Debian has them as awscli and
python3-boto3. What an installed version cannot do (the older ones read no AWS_ENDPOINT_URL_STS) is left out, and said.
"""

import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from foreign_clients_test import SKIPPED, control, running_simulator

KEY = {"AWS_ACCESS_KEY_ID": "AKIDCANARYEXAMPLE0001",
       "AWS_SECRET_ACCESS_KEY": "CANARY-AWS-SECRET/K7MDENG+bPxRfiCYEXAMPLEKEY"}
ROLE = "arn:aws:iam::111122223333:role/Monitoring"
LIST = "DescribeSessions/123456789012/us-east-1"


def environment(**more):
    """Ours without anything of AWS's, so that nobody's real credentials are found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": "/nonexistent",
                   "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
                   # What only the newer ones do of themselves.
                   "AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "3"} | more


def started(session):
    """Version 2 of the command line writes ISO 8601, version 1 the number as it came."""
    date = session["StartDate"]
    if isinstance(date, str):
        return datetime.datetime.fromisoformat(date).replace(tzinfo=None)
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=date)


def requests_of(url, part):
    with urllib.request.urlopen(url + "/simulator/stats", timeout=10) as answer:
        return sum(count for path, count in json.load(answer)["requests"].items() if part in path)


def check_command_line(program, url):
    def run(*arguments, fault="", fails=False, **environ):
        endpoint = url + (f"/fault/{fault}" if fault else "")
        done = subprocess.run([program, *arguments, "--endpoint-url", endpoint, "--output", "json"], timeout=60,
                              env=environment(**(KEY | environ)), capture_output=True, text=True, check=False)
        assert (done.returncode != 0) == fails, (arguments, done.stderr)
        return done.stderr if fails else json.loads(done.stdout)

    def sessions(*arguments, **more):
        return run("ssm", "describe-sessions", *arguments, **more)

    # Pages, and where they begin and end.
    everything = sessions("--state", "Active")["Sessions"]
    assert 30 < len(everything) <= 40, len(everything)
    assert sessions("--state", "Active", "--page-size", "7")["Sessions"] == everything
    part = sessions("--state", "Active", "--page-size", "7", "--max-items", "10")
    assert part["Sessions"] == everything[:10]
    rest = sessions("--state", "Active", "--page-size", "7", "--starting-token", part["NextToken"])
    assert rest["Sessions"] == everything[10:]
    single = sessions("--state", "Active", "--max-results", "200")
    assert single["Sessions"] == everything and "NextToken" not in single
    assert sessions("--state", "Active", "--page-size", "30", fault="empty_pages")["Sessions"] == everything

    history = sessions("--state", "History", "--page-size", "200")["Sessions"]
    assert len(history) > 3 * len(everything)
    assert all(session["EndDate"] > session["StartDate"] for session in history)
    owner = everything[3]["Owner"]
    assert sessions("--state", "Active", "--filters", f"key=Owner,value={owner}")["Sessions"] == [
        session for session in everything if session.get("Owner") == owner]
    terminated = sessions("--state", "History", "--filters", "key=InvokedAfter,value=2026-02-20T00:00:00Z",
                          "key=Status,value=Terminated")["Sessions"]
    assert terminated and terminated == [session for session in history if session["Status"] == "Terminated"
                                         and started(session) >= datetime.datetime(2026, 2, 20)]

    # Refusals are told apart, and those that will not go away are not tried again.
    for code, arguments, more in [
            ("AccessDeniedException", ["--state", "Active"], {"fault": "permission"}),
            ("InvalidSignatureException", ["--state", "Active"], {"AWS_SECRET_ACCESS_KEY": "wrong"}),
            ("UnrecognizedClientException", ["--state", "Active"], {"AWS_ACCESS_KEY_ID": "AKIDUNKNOWN00000"}),
            ("InvalidSignatureException", ["--state", "Active", "--region", "mars-north-1"], {}),
            ("Signature expired", ["--state", "Active"], {"fault": "skew=3600"}),
            ("Signature not yet current", ["--state", "Active"], {"fault": "skew=-3600"}),
            ("ValidationException", ["--state", "Sleeping"], {}),
            ("ValidationException", ["--state", "Active", "--page-size", "201"], {}),
            ("InvalidFilterKey", ["--state", "Active", "--filters", "key=User,value=x"], {}),
            ("InvalidNextToken", ["--state", "Active", "--next-token", "made-up"], {}),
            ("The same next token was received twice", ["--state", "Active"], {"fault": "repeat_token"})]:
        message = sessions(*arguments, fails=True, **more)
        assert code in message and "max retries" not in message, message
    before = requests_of(url, LIST)
    message = sessions("--state", "Active", fault="throttle", fails=True)
    assert "ThrottlingException" in message and "reached max retries: 2" in message, message
    assert requests_of(url, LIST) - before == 3
    control(url, "PUT", "/simulator/faults", {"path": LIST, "fault": "throttle,error_namespaced", "times": 1})
    assert sessions("--state", "Active")["Sessions"] == everything

    # Credentials.
    assert run("sts", "get-caller-identity")["Account"] == "123456789012"
    assumed = run("sts", "assume-role", "--role-arn", ROLE, "--role-session-name", "me", "--external-id", "customer:1",
                  "--duration-seconds", "900")["Credentials"]
    temporary = {"AWS_ACCESS_KEY_ID": assumed["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": assumed["SecretAccessKey"],
                 "AWS_SESSION_TOKEN": assumed["SessionToken"]}
    theirs = sessions("--state", "Active", **temporary)["Sessions"]
    assert all(":111122223333:" in session["Owner"] for session in theirs if "Owner" in session)
    message = sessions("--state", "Active", fails=True, **(temporary | {"AWS_SESSION_TOKEN": "made-up"}))
    assert "UnrecognizedClientException" in message, message
    message = run("sts", "assume-role", "--role-arn", ROLE.replace("1111", "9999"), "--role-session-name", "me",
                  fails=True)
    assert "AccessDenied" in message, message


def check_boto3(url):
    """Runs in a Python that has boto3, whose name it gives back."""
    os.environ.clear()
    os.environ.update(environment())
    import boto3
    import botocore
    from botocore.exceptions import ClientError

    def client(fault="", session=None, region="us-east-1"):
        endpoint = url + (f"/fault/{fault}" if fault else "")
        session = session or boto3.Session(aws_access_key_id=KEY["AWS_ACCESS_KEY_ID"],
                                           aws_secret_access_key=KEY["AWS_SECRET_ACCESS_KEY"])
        return session.client("ssm", endpoint_url=endpoint, region_name=region)

    def listed(ssm, **arguments):
        pages = ssm.get_paginator("describe_sessions").paginate(**arguments)
        return [session for page in pages for session in page["Sessions"]]

    everything = listed(client(), State="Active")
    assert everything == listed(client(), State="Active", PaginationConfig={"PageSize": 3})
    # The simulator's clock, to the millisecond.
    now = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc)
    assert all(session["StartDate"] <= now for session in everything)
    assert any(session["StartDate"].microsecond % 1000 == 0 < session["StartDate"].microsecond for session in everything)
    assert everything == sorted(everything, key=lambda session: session["StartDate"], reverse=True)
    elsewhere = listed(client(region="eu-west-1"), State="Active")
    assert not {s["SessionId"] for s in elsewhere} & {s["SessionId"] for s in everything}

    before = requests_of(url, LIST)
    try:
        client("aws_error=InternalServerError,aws_status=500").describe_sessions(State="Active")
        sys.exit("an error went unnoticed")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InternalServerError"
        assert error.response["ResponseMetadata"]["RetryAttempts"] == 2
    assert requests_of(url, LIST) - before == 3
    control(url, "PUT", "/simulator/faults", {"path": LIST, "fault": "throttle", "times": 2})
    answer = client().describe_sessions(State="Active")
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2 and answer["Sessions"]

    # Credentials from where programs on AWS find them.
    def found(method, **environ):
        os.environ.update(environ)
        session = boto3.Session()
        assert listed(client(session=session), State="Active"), method
        assert session.get_credentials().method == method, session.get_credentials().method
        for name in environ:
            os.environ[name] = environment().get(name, "")
            if not os.environ[name]:
                del os.environ[name]

    found("iam-role", AWS_EC2_METADATA_DISABLED="false", AWS_EC2_METADATA_SERVICE_ENDPOINT=url + "/")
    found("container-role", AWS_CONTAINER_CREDENTIALS_FULL_URI=url + "/v1/credentials",
          AWS_CONTAINER_AUTHORIZATION_TOKEN="CANARY-AWS-CONTAINER-TOKEN")
    found("container-role", AWS_CONTAINER_CREDENTIALS_FULL_URI=url + "/v2/credentials/0f0e1d2c-1111-4222-8333-444455556666")

    name = f"boto3 {boto3.__version__}"
    if tuple(int(part) for part in botocore.__version__.split(".")[:2]) < (1, 31):
        return name + " (too old for AWS_ENDPOINT_URL_STS: profiles with roles and web identities left out)"
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/config", "w", encoding="utf-8") as file:
            file.write(f"[profile there]\nrole_arn = {ROLE}\nsource_profile = base\nexternal_id = customer:1\n"
                       f"[profile base]\naws_access_key_id = {KEY['AWS_ACCESS_KEY_ID']}\n"
                       f"aws_secret_access_key = {KEY['AWS_SECRET_ACCESS_KEY']}\n")
        with open(folder + "/token", "w", encoding="utf-8") as file:
            file.write("CANARY-AWS-WEB-IDENTITY-TOKEN")
        found("assume-role", AWS_CONFIG_FILE=folder + "/config", AWS_PROFILE="there", AWS_ENDPOINT_URL_STS=url)
        found("assume-role-with-web-identity", AWS_WEB_IDENTITY_TOKEN_FILE=folder + "/token", AWS_ROLE_ARN=ROLE,
              AWS_ROLE_SESSION_NAME="pod", AWS_ENDPOINT_URL_STS=url)
    return name


def pythons_with_boto3():
    candidates = dict.fromkeys(filter(None, [os.environ.get("FOREIGN_CLIENTS_PYTHON"), sys.executable,
                                             "/usr/bin/python3"]))
    return [python for python in candidates if os.path.exists(python) and subprocess.run(
        [python, "-c", "import boto3"], capture_output=True, check=False).returncode == 0]


def main():
    if sys.argv[1] == "--boto3":
        print(check_boto3(sys.argv[2]) + ": as expected")
        return 0
    programs = dict.fromkeys(filter(None, [shutil.which("aws", path="/usr/bin"), shutil.which("aws")]))
    pythons = pythons_with_boto3()
    if not programs and not pythons:
        print("skipped: neither the AWS command line nor boto3 is installed (Debian: awscli, python3-boto3)")
        return SKIPPED
    for program in programs:
        with running_simulator(sys.argv[1]) as url:
            check_command_line(program, url)
        print(program + ": as expected", flush=True)
    for python in pythons:
        with running_simulator(sys.argv[1]) as url:
            subprocess.run([python, "-B", __file__, "--boto3", url], check=True, timeout=100)
    return 0


if __name__ == "__main__":
    sys.exit(main())
