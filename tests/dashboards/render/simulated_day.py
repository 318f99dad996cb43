"""A day of the exporter's own samples: it asks simulated backends while its clock and theirs are moved along.

The exporter runs as it is, under libfaketime (Debian package libfaketime), and answers one scrape at every step. What
it says is written down with the time of the step, for `promtool tsdb create-blocks-from openmetrics`.
"""

import contextlib
import datetime
import glob
import json
import os
import pathlib
import re
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent.parent / "e2e")]
import programs  # noqa: E402  (found through the line above)
from people import Office  # noqa: E402

# A Tuesday afternoon, when people are at work. The evening before is in the picture too.
END = datetime.datetime(2026, 3, 10, 15, 0, tzinfo=datetime.timezone.utc)
LENGTH = datetime.timedelta(hours=24)
STEP = datetime.timedelta(minutes=3)
# As Prometheus would add them.
LABELS = 'instance="exporter-1:10470",job="sessions"'
OPEN_METRICS = "application/openmetrics-text;version=1.0.0"
OUTAGE = range(10 * 60, 11 * 60)  # minutes of the day

CONFIGURATION = """
scrape: {{timeout: 2s}}
targets:
{kasm_prod}{kasm_lab}{intersight}
  - name: aws-prod
    backend: aws_ssm
    endpoint_url: '{aws}'
    regions: [us-east-1, eu-west-1]
    account_id: '123456789012'
    history: {{enabled: true, window: 24h}}
    group_by: [document, role, access_type]
  - name: aws-lab
    backend: aws_ssm
    endpoint_url: '{aws}'
    regions: [eu-west-1]
    assume_roles: [{{role_arn: 'arn:aws:iam::444455556666:role/SessionReader'}}]
    history: {{enabled: true, window: 24h}}
    group_by: [document, role, access_type]
"""


def libfaketime():
    found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    return found[0] if found else None


def simulator_json(simulator, method, path, body=None):
    connection = programs.http.client.HTTPConnection(simulator.address(), timeout=30)
    connection.request(method, path, json.dumps(body) if body is not None else None)
    return json.loads(connection.getresponse().read())


class Weather:
    """What goes wrong in the course of the day: load, an outage, refusals."""

    def __init__(self, simulators):
        self.simulators = simulators
        self.now = {}

    def _set(self, name, path, fault):
        """Puts a fault in place of the one that the simulator has under that path; none takes it away."""
        if self.now.get((name, path)) == fault:
            return
        self.now[name, path] = fault
        simulator_json(self.simulators[name], "DELETE", "/simulator/faults")
        for (owner, where), what in self.now.items():
            if owner == name and what:
                simulator_json(self.simulators[name], "PUT", "/simulator/faults", {"path": where, "fault": what})

    def act(self, moment):
        hour, minute = moment.hour, moment.hour * 60 + moment.minute
        busy = 8 <= hour < 18
        slow = "delay=0.9" if hour == 13 else "delay=0.12" if busy else "delay=0.04"
        self._set("kasm_prod", "get_kasms", slow)
        self._set("intersight", "Sessions", "delay=0.2" if busy else "delay=0.08")
        lab = "skew=41,wrong_types" if 12 * 60 <= minute < 12 * 60 + 10 else "skew=41"
        self._set("kasm_lab", "get_kasms", "status=503" if minute in OUTAGE else lab)
        throttled = "throttle" if minute in (9 * 60, 9 * 60 + 30) else "delay=0.06"
        self._set("aws", "DescribeSessions/123456789012", throttled)
        last = moment >= END - datetime.timedelta(minutes=25)
        self._set("aws", "DescribeSessions/444455556666", "permission" if last else "delay=0.1")


def start_backends(stack, begin):
    start = f"--start-time={begin:%Y-%m-%dT%H:%M:%S}"
    # Few enough that nothing is stuck or failed but in the lab, which has some of every kind.
    flags = {
        "kasm_prod": "--seed=3 --sessions=10 --people=20",
        "kasm_lab": "--seed=8 --sessions=22 --people=9",
        "intersight": "--seed=5 --sessions=10 --people=12 --intersight.clock-window=0",
        # Credentials last: the exporter counts their age by its steady clock, which the day does not move.
        "aws": "--seed=6 --sessions=8 --people=14 --aws.simulated-clock=true --aws.sessions-per-pair=5 "
        "--aws.history-factor=300 --aws.credentials-lifetime=172800",
    }
    return {name: stack.enter_context(programs.Simulator(start, *more.split())) for name, more in flags.items()}


def start_exporter(stack, simulators, clock_file):
    yaml = CONFIGURATION.format(
        kasm_prod=programs.kasm_target("kasm-prod", simulators["kasm_prod"].url(), stale_after="1h"),
        kasm_lab=programs.kasm_target("kasm-lab", simulators["kasm_lab"].url(), stale_after="4h"),
        intersight=programs.intersight_target("intersight", simulators["intersight"].url()),
        aws=simulators["aws"].url(),
    )
    environment = {
        **programs.aws_environment(simulators["aws"].url()),
        "LD_PRELOAD": libfaketime(),
        "FAKETIME_TIMESTAMP_FILE": clock_file,
        "FAKETIME_NO_CACHE": "1",
        # Deadlines and durations go by the real clock.
        "DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }
    return stack.enter_context(programs.Exporter(yaml, environment=environment))


def stamped(page, moment):
    """The samples of a page as Prometheus would store them."""
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()
        yield f"{name}{{{LABELS}{',' + labels if labels else ''}}} {value} {moment.timestamp():.0f}\n"


def play(path):
    """Writes the day to a file."""
    with contextlib.ExitStack() as stack:
        begin = END - LENGTH
        clock_file = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()), "now")
        clock_file.write_text(f"{begin:%Y-%m-%d %H:%M:%S}\n")
        simulators = start_backends(stack, begin)
        offices = [
            Office(simulators["kasm_prod"], 1, people=24, forgetful=2),
            Office(simulators["kasm_lab"], 2, people=8, forgetful=1),
            Office(simulators["intersight"], 3, people=14, forgetful=3),
            Office(simulators["aws"], 4, people=3, forgetful=1),
        ]
        weather = Weather(simulators)
        exporter = start_exporter(stack, simulators, str(clock_file))
        out = stack.enter_context(open(path, "w", encoding="utf-8"))
        moment = begin
        while moment <= END:
            temporary = clock_file.with_suffix(".new")
            temporary.write_text(f"{moment:%Y-%m-%d %H:%M:%S}\n")
            os.replace(temporary, clock_file)
            weather.act(moment)
            for office in offices:
                office.act(moment)
            out.writelines(stamped(exporter.scrape({"Accept": OPEN_METRICS}), moment))
            moment += STEP
            for simulator in simulators.values():
                simulator_json(simulator, "POST", "/simulator/clock", {"advance": STEP.total_seconds()})
        out.write("# EOF\n")
