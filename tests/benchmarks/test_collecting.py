"""Courses in plain Locust, in one process and over workers."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generators.trials import serving
from benchmarks.lean.arrivals import arrivals_of
from benchmarks.lean.tally import Tally, summary
from tests.servers import ROOT

LOCUSTFILE = """
from itertools import count

from locust import events, task
from benchmarks.lean import collecting
from benchmarks.lean.user import LeanUser

@events.init_command_line_parser.add_listener
def add_arguments(parser):
    parser.add_argument("--seed", type=int, default=0)
    collecting.add_arguments(parser)

@events.init.add_listener
def collect(environment, **_):
    collecting.Collection(environment)

class Reader(LeanUser):
    @task
    def read(self):
        self.client.request("GET", "/", name="read")

turns = count(1)

class Confused(LeanUser):
    @task
    def read(self):
        if next(turns) == 4:
            self.environment.runner.quit()
        self.client.request("GET", "/", name="read", check=lambda answer: {}["no such member"])
"""
FATES = re.compile(r"^Requests: (\d+) ok, (\d+) failed, (\d+) late, (\d+) dropped$", re.MULTILINE)


def locust(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    file = folder / "reader.py"
    file.write_text(LOCUSTFILE)
    command = [sys.executable, "-m", "locust", "-f", str(file), "--headless", "--only-summary", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def errors_of(process: subprocess.Popen[str]) -> str:
    """What it says on standard error until it ends, which is soon, however busy this machine."""
    try:
        return process.communicate(timeout=60)[1]
    finally:
        process.kill()
        process.communicate()


def fates(said: str) -> list[int]:
    found = FATES.search(said)
    assert found, said
    return [int(count) for count in found.groups()]


def test_a_schedule_is_divided_among_workers() -> None:
    assert arrivals_of(0, "poisson", 64, 1) is None
    part = arrivals_of(200, "poisson", 64, 4)
    assert part is not None
    assert (part.rate_per_s, part.in_flight) == (50, 16)


@pytest.mark.parametrize("host", [(), ("--host", "127.0.0.1:5000")], ids=["none", "no scheme"])
def test_without_an_address_nothing_is_asked(tmp_path: Path, host: tuple[str, ...]) -> None:
    process = locust(tmp_path, "-u", "2", "-t", "20s", *host, "Reader")
    said = errors_of(process)
    assert (process.returncode, sum(fates(said))) == (1, 0)
    assert "is not an address that begins with http://" in said


def test_a_judge_that_fails_itself_leaves_no_request_under_way(tmp_path: Path) -> None:
    with serving() as url:
        process = locust(tmp_path, "--host", url, "-u", "1", "-t", "50s", "Confused")
        said = errors_of(process)
    ok, failed, _, _ = fates(said)
    assert (ok, failed > 2) == (0, True)
    assert "KeyError: 'no such member'" in said


@pytest.mark.parametrize("argument", ["--rate=-1", "--rate=fast", "--in-flight=0"])
def test_a_schedule_that_makes_no_sense_is_refused(tmp_path: Path, argument: str) -> None:
    process = locust(tmp_path, "--host", "http://127.0.0.1:9", "-t", "1s", argument)
    said = errors_of(process)
    assert (process.returncode, f"'{argument.partition('=')[2]}' is not a" in said) == (2, True)


def test_too_few_requests_have_no_percentiles() -> None:
    assert summary(Tally()).endswith("too few requests to say")


def test_workers_apply_the_rate_together_and_the_master_adds_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    join = ("--worker", "--master-port", port)
    load = ("--rate", "100", "--arrivals", "constant", "-u", "4", "-r", "100", "-t", "6s", "--expect-workers", "2")
    with serving() as url:
        master = locust(tmp_path, "--host", url, "--master", "--master-bind-port", port, *load, "Reader")
        workers = [locust(tmp_path, *join, "Reader") for _ in range(2)]
        try:
            _, said = master.communicate(timeout=60)
            for worker in workers:
                worker.communicate(timeout=30)
        finally:
            for process in (master, *workers):
                process.kill()
                process.communicate()
    ok, failed, late, dropped = fates(said)
    assert failed == 0
    # One of the two would have 300, two that do not divide the rate 1,200; a busy machine starts them late.
    assert 305 < ok + late + dropped < 650
    assert ok > 0
    assert "Latency: p50 " in said
