"""Servers that start, that do not, and what is left of them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks import launch
from benchmarks.affinity import bind, on_cores
from benchmarks.failures import LabError
from benchmarks.launch import command_of, environment_of, running, stop_tree
from benchmarks.machine import ROOT
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
def hears_ctrl_c() -> Iterator[None]:
    """Whoever runs tests in the background of a shell makes them deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


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


def test_a_process_that_ends_while_its_tree_is_looked_at_is_no_straggler(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as gone:
        gone.wait()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as process:
        monkeypatch.setattr(launch, "members_or_none", lambda root: [root, gone.pid])
        assert stop_tree(process) == 0
        assert process.poll() is not None


@pytest.mark.usefixtures("hears_ctrl_c")
def test_ctrl_c_while_a_server_is_stopped_is_heard_when_it_has_been(tmp_path: Path, mark: str) -> None:
    """As at the end of each round: a comparison that forgot it would go on to its last one."""
    presses_it = """
import os
def stop(*_):
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(0.1)
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
"""
    contender, cores = a_script(tmp_path, presses_it + SERVER), sorted(os.sched_getaffinity(0))
    environment = os.environ | {MARK: mark}
    with pytest.raises(KeyboardInterrupt), running(contender, environment, cores, tmp_path / "log", "/health/ready"):
        assert len(marked(mark)) == 1
    assert marked(mark) == []


def test_processes_started_inside_are_bound_and_this_one_is_free_again() -> None:
    before = os.sched_getaffinity(0)
    with on_cores([min(before)]):
        assert os.sched_getaffinity(0) == {min(before)}
    assert os.sched_getaffinity(0) == before


def test_a_tree_that_runs_is_bound_with_all_its_threads(mark: str) -> None:
    cores = sorted(os.sched_getaffinity(0))[:1]
    code = (
        HEAD + "import threading\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n" + CHILD
        + 'print("up", flush=True); time.sleep(600)\n'
    )  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {MARK: mark}, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        bind(process.pid, cores)
        tree = [process.pid, *(child.pid for child in psutil.Process(process.pid).children())]
        tasks = [int(task.name) for pid in tree for task in Path(f"/proc/{pid}/task").iterdir()]
        bound = [os.sched_getaffinity(task) for task in tasks]
        stop_tree(process)
    assert len(tasks) == 3
    assert bound == [set(cores)] * 3


def test_the_environment_makes_contenders_equal_and_silent() -> None:
    contender = a_contender("run").model_copy(update={"threads": 5})
    environment = environment_of(contender, {"ACCESS_LOG": "true", "DATABASE_URL": "sqlite://"})
    assert environment == {
        "DATABASE_URL": "sqlite://", "THREADS": "5", "POOL_SIZE": "5", "ACCESS_LOG": "false", "LOG_LEVEL": "WARNING",
    }  # fmt: skip


def incidents_of(contender: Contender, mark: str, folder: Path, during: str = "") -> list[str]:
    """What is told about a server that is started, asked once, and stopped."""
    told: list[str] = []
    cores = sorted(os.sched_getaffinity(0))
    environment = os.environ | {MARK: mark}
    with running(contender, environment, cores, folder / "log", "/", lambda _name, what: told.append(what)) as server:
        if during:
            socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))).close()
    return told


def test_a_server_that_stops_as_it_should_is_no_incident(tmp_path: Path, mark: str) -> None:
    assert incidents_of(a_script(tmp_path, SERVER), mark, tmp_path) == []


def test_a_server_that_hangs_at_its_stop_is_killed_and_told_of(tmp_path: Path, mark: str) -> None:
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER
    [told] = incidents_of(a_script(tmp_path, deaf), mark, tmp_path)
    assert told == "it hangs at its stop: 1 processes were killed after 0.5 s"


def test_a_child_that_has_left_the_tree_and_the_group_is_found_and_told_of(tmp_path: Path, mark: str) -> None:
    daemon = (
        "import os\n"
        "if not os.fork():\n    os.setsid()\n    if os.fork():\n        os._exit(0)\n    time.sleep(600)\n"
        "os.wait()\n"
    )
    [told] = incidents_of(a_script(tmp_path, daemon + SERVER), mark, tmp_path)
    assert told == "it left 1 processes behind, which were killed"


def test_connections_that_a_server_never_closes_are_told_of(tmp_path: Path, mark: str) -> None:
    leaking = """
import socket
listener, kept = socket.create_server(("127.0.0.1", int(sys.argv[1]))), []
while True:
    connection, _ = listener.accept()
    kept.append(connection)
    if connection.recv(4):
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
"""
    [told] = incidents_of(a_script(tmp_path, leaking), mark, tmp_path, during="a client that hangs up")
    assert told.startswith("it leaks connections: ")


def test_servers_end_with_a_lab_that_is_killed(tmp_path: Path, mark: str) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("there is no setpriv here to arrange it")
    contender = a_script(tmp_path, SERVER)
    lab = (
        "import os, sys, time; from pathlib import Path\n"
        "from benchmarks.launch import running; from benchmarks.records import Contender\n"
        f"mine = Contender.model_validate_json({contender.model_dump_json()!r})\n"
        "cores = sorted(os.sched_getaffinity(0))\n"
        f"with running(mine, dict(os.environ), cores, Path({str(tmp_path)!r}, 'log'), '/'):\n"
        "    print('ready', flush=True); time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", lab], cwd=ROOT, env=os.environ | {MARK: mark}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "ready\n"
        assert len(marked(mark)) >= 2
        process.kill()
        process.wait()
    assert await_none(mark) == []
