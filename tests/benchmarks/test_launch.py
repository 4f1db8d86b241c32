"""Servers that start, that do not, and what is left of them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks import launch
from benchmarks.failures import LabError
from benchmarks.launch import command_of, environment_of, on_cores, running, stop_tree
from benchmarks.records import Contender
from tests.benchmarks.processes import MARK, a_mark, await_none, marked

CHILD = 'subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])\n'
SERVER = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
HEAD = "import signal, subprocess, sys, time\n"


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_READY_LIMIT_S", 1)
    monkeypatch.setattr(launch, "_STOP_LIMIT_S", 0.5)


@pytest.fixture
def mark() -> Iterator[str]:
    mark = a_mark()
    yield mark
    assert await_none(mark) == []


def a_contender(*command: str) -> Contender:
    return Contender(name="mine", framework="Flask", server="mine", command=list(command))


def a_script(folder: Path, code: str) -> Contender:
    path = folder / "server.py"
    path.write_text(HEAD + code)
    return a_contender("{python}", str(path), "{port}")


def launch_it(contender: Contender, mark: str, log: Path) -> None:
    cores = sorted(os.sched_getaffinity(0))
    with running(contender, os.environ | {MARK: mark}, cores, log, "/health/ready"):
        pass


def refusal(contender: Contender, mark: str, folder: Path) -> str:
    with pytest.raises(LabError) as caught:
        launch_it(contender, mark, folder / "log")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_command_that_does_not_exist_is_named(tmp_path: Path, mark: str) -> None:
    message = refusal(a_contender("no-such-command", "{port}"), mark, tmp_path)
    assert message == "mine does not start: no-such-command: No such file or directory"


def test_a_server_that_ends_at_once_is_quoted(tmp_path: Path, mark: str) -> None:
    message = refusal(a_script(tmp_path, 'print("first"); sys.exit("no database")'), mark, tmp_path)
    assert message == "mine does not start (exit code 1): no database"


def test_a_server_that_never_answers_is_given_up_and_stopped(tmp_path: Path, mark: str) -> None:
    code = 'print("still loading", flush=True)\ntime.sleep(600)\n'
    assert refusal(a_script(tmp_path, code), mark, tmp_path) == "mine is not ready after 1 s: still loading"


def test_a_server_that_ends_but_leaves_a_child_leaves_none_behind(tmp_path: Path, mark: str) -> None:
    message = refusal(a_script(tmp_path, CHILD + 'sys.exit("gone")'), mark, tmp_path)
    assert message.endswith(": gone")


def test_a_place_that_nothing_fills_is_named() -> None:
    with pytest.raises(LabError, match="the command of mine has a place that nothing fills: 'sockets'"):
        command_of(a_contender("run", "{sockets}"), 1)


def test_a_server_answers_inside_and_is_gone_with_its_child_outside(tmp_path: Path, mark: str) -> None:
    contender, cores = a_script(tmp_path, CHILD + SERVER), sorted(os.sched_getaffinity(0))[:1]
    with running(contender, os.environ | {MARK: mark}, cores, tmp_path / "log", "/health/ready") as server:
        assert len(marked(mark)) == 2
        assert psutil.Process(server.pid).cpu_affinity() == cores
        assert 0 < server.start_up_s < 5
    assert marked(mark) == []


def test_a_server_is_stopped_when_its_measurement_fails(tmp_path: Path, mark: str) -> None:
    contender, cores = a_script(tmp_path, SERVER), sorted(os.sched_getaffinity(0))
    with (
        pytest.raises(ZeroDivisionError),
        running(contender, os.environ | {MARK: mark}, cores, tmp_path / "log", "/health/ready"),
    ):
        raise ZeroDivisionError
    assert marked(mark) == []


def test_a_process_that_ignores_the_request_to_stop_is_ended(mark: str) -> None:
    code = HEAD + 'signal.signal(signal.SIGTERM, signal.SIG_IGN); print("deaf", flush=True); time.sleep(600)'
    with subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {MARK: mark}, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        began = time.monotonic()
        stop_tree(process)
        assert process.returncode == -9
        assert time.monotonic() - began < 3


def test_processes_started_inside_are_bound_and_this_one_is_free_again() -> None:
    before = os.sched_getaffinity(0)
    with on_cores([min(before)]):
        assert os.sched_getaffinity(0) == {min(before)}
    assert os.sched_getaffinity(0) == before


def test_the_environment_makes_contenders_equal_and_silent() -> None:
    contender = a_contender("run").model_copy(update={"threads": 5})
    environment = environment_of(contender, {"ACCESS_LOG": "true", "DATABASE_URL": "sqlite://"})
    assert environment == {
        "DATABASE_URL": "sqlite://", "THREADS": "5", "POOL_SIZE": "5", "ACCESS_LOG": "false", "LOG_LEVEL": "WARNING",
    }  # fmt: skip
