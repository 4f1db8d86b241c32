"""A server that is told to stop answers whom it has let in, tells streams, refuses newcomers, and ends."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.sync.client import connect

from tests.resilience.conftest import Effort
from tests.resilience.progress import Progress
from tests.resilience.results import Results
from tests.servers import ROOT, TWINS, await_ready, free_port
from tests.servers import workers as worker_pids

SECRET = "a secret of at least thirty-two bytes"
STOP_S = 30


class Running:
    """A server of the test's own, and the ways to stop it."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port = process, port
        self.clients: list[http.client.HTTPConnection] = []

    def terminate(self) -> None:
        """As an operator's `kill`, or systemd."""
        self.process.send_signal(signal.SIGTERM)

    def interrupt(self) -> None:
        """As a terminal does at Ctrl-C: every process of the group is told."""
        os.killpg(self.process.pid, signal.SIGINT)

    def connect(self) -> http.client.HTTPConnection:
        """A client with a connection of its own."""
        self.clients.append(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20))
        return self.clients[-1]


@contextmanager
def running(twin: str, folder: Path, workers: int) -> Iterator[Running]:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/books.sqlite3",
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": SECRET,
        "ARGON2_TIME_COST": "1",
        "ARGON2_MEMORY_KIB": "8",
        "TMPDIR": str(folder),
    }
    command = [sys.executable, "-m", f"{twin}_impl", "--port", str(port), "--workers", str(workers)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        await_ready(f"http://127.0.0.1:{port}", process, folder / "log")
        server = Running(process, port)
        await_workers(server, workers)
        yield server
        for client in server.clients:
            client.close()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def await_workers(server: Running, count: int) -> None:
    """Return when every worker has begun to count its requests, and so to serve."""
    client = server.connect()
    for _ in range(200):
        client.request("GET", "/metrics", headers={"Connection": "close"})
        if client.getresponse().read().count(b"\nprocess_open_fds{") == count:
            return
        time.sleep(0.1)
    raise AssertionError("not all workers serve")


def ask(server: Running, answered: list[int], *, keep: bool) -> list[str]:
    """Ask for a page over and over until the server refuses to be connected to; what went wrong before that."""
    client = server.connect()
    wrong: list[str] = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            client.request("GET", "/books/?limit=100", headers={} if keep else {"Connection": "close"})
            answer = client.getresponse()
            status, body = answer.status, answer.read()
        except ConnectionRefusedError:
            return wrong
        except (OSError, http.client.HTTPException) as error:
            wrong.append(repr(error))
            client.close()
            continue
        if status != 200 or "items" not in json.loads(body):
            wrong.append(f"{status} {body!r}")
        answered.append(status)
    return [*wrong, "never refused"]


@pytest.mark.parametrize("stop", [Running.terminate, Running.interrupt], ids=["sigterm", "ctrl-c"])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("twin", TWINS)
def test_under_load_no_request_is_cut_and_newcomers_are_refused(
    twin: str, workers: int, stop: Callable[[Running], None], tmp_path: Path
) -> None:
    with running(twin, tmp_path, workers) as server, ThreadPoolExecutor(6) as pool:
        clients = [pool.submit(ask, server, [], keep=number % 2 == 0) for number in range(6)]
        time.sleep(1)
        stop(server)
        assert server.process.wait(STOP_S) == 0
        assert [client.result() for client in clients] == [[]] * 6
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("twin", TWINS)
def test_of_many_stops_under_load_none_cuts_a_request(
    twin: str, chance: random.Random, effort: Effort, results: Results, progress: Progress, tmp_path: Path
) -> None:
    answered: list[int] = []
    wrong: list[str] = []
    slowest_s = 0.0
    for number in range(effort["stops"]):
        with running(twin, tmp_path, workers=2) as server, ThreadPoolExecutor(6) as pool:
            clients = [pool.submit(ask, server, answered, keep=one % 2 == 0) for one in range(6)]
            time.sleep(chance.uniform(0.1, 0.6))
            begun = time.monotonic()
            chance.choice([Running.terminate, Running.interrupt])(server)
            assert server.process.wait(STOP_S) == 0
            slowest_s = max(slowest_s, time.monotonic() - begun)
            wrong += [text for client in clients for text in client.result()]
        assert "Traceback" not in (tmp_path / "log").read_text()
        progress.show(f"{number + 1} stops, {len(answered)} answers, {len(wrong)} cut")
    figures = {"stops": effort["stops"], "answered": len(answered), "cut": len(wrong), "slowest_s": round(slowest_s, 1)}
    results.note("graceful stop", twin, figures)
    assert wrong == []


def half_a_registration(server: Running) -> tuple[socket.socket, bytes]:
    """A connection on which half of a body was sent, and the other half."""
    body = json.dumps({"username": "late", "password": "long enough to pass"}).encode()
    head = f"POST /auth/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    connection = socket.create_connection(("127.0.0.1", server.port), 20)
    connection.sendall(head.encode() + b"\r\n\r\n" + body[:5])
    return connection, body[5:]


@pytest.mark.parametrize("stop", [Running.terminate, Running.interrupt], ids=["sigterm", "ctrl-c"])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("twin", TWINS)
def test_who_is_in_is_answered_and_told_that_it_is_the_end(
    twin: str, workers: int, stop: Callable[[Running], None], tmp_path: Path
) -> None:
    with running(twin, tmp_path, workers) as server, connect(f"ws://127.0.0.1:{server.port}/ws/") as talk:
        talk.send("hello")
        assert talk.recv(timeout=10) == "Message text was: hello"
        stream = server.connect()
        stream.request("GET", "/stream/?count=1000&interval=60")
        events = stream.getresponse()
        assert events.readline() == b"data: 0\n"
        slow, rest = half_a_registration(server)
        idle = server.connect()
        idle.request("GET", "/health/live")
        assert idle.getresponse().read()
        time.sleep(0.5)

        begun = time.monotonic()
        stop(server)
        time.sleep(0.7)
        # The connection is still good for one request, which learns that the server goes.
        idle.request("GET", "/health/ready")
        refused = idle.getresponse()
        assert refused.status == 503
        assert json.loads(refused.read())["type"] == "urn:problem:server-stopping"
        assert refused.headers["connection"].lower() == "close"
        assert events.read().endswith(b"event: end\ndata: stopping\n\n")
        with pytest.raises(ConnectionClosed) as closed:
            talk.recv(timeout=10)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == CloseCode.SERVICE_RESTART
        with pytest.raises(ConnectionRefusedError):
            server.connect().connect()

        slow.sendall(rest)
        answer = http.client.HTTPResponse(slow, method="POST")
        answer.begin()
        slow.close()
        assert answer.status == 201
        assert answer.headers["connection"].lower() == "close"
        assert json.loads(answer.read())["username"] == "late"
        assert server.process.wait(STOP_S) == 0
        assert time.monotonic() - begun < STOP_S
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("twin", TWINS)
def test_an_idle_connection_does_not_keep_a_server_from_ending_nor_does_anything_stay(
    twin: str, tmp_path: Path
) -> None:
    with running(twin, tmp_path, workers=2) as server:
        assert list(tmp_path.glob("books-metrics-*"))
        idle = [server.connect() for _ in range(5)]
        for client in idle:
            client.request("GET", "/health/live")
            assert client.getresponse().read()
        server.terminate()
        assert server.process.wait(15) == 0
        assert [client.sock.recv(1) for client in idle] == [b""] * 5
    assert not list(tmp_path.glob("books-metrics-*"))


@pytest.mark.parametrize("stop", [Running.terminate, Running.interrupt], ids=["sigterm", "ctrl-c"])
@pytest.mark.parametrize("twin", TWINS)
def test_a_worker_that_dies_when_its_parent_waits_for_it_does_not_keep_a_server_from_ending(
    twin: str, stop: Callable[[Running], None], tmp_path: Path
) -> None:
    with running(twin, tmp_path, workers=2) as server:
        victim = worker_pids(f"http://127.0.0.1:{server.port}")[0]
        os.kill(victim, signal.SIGSTOP)
        # A parent that asks its workers whether they are well does so every half second.
        time.sleep(1.5)
        stop(server)
        os.kill(victim, signal.SIGKILL)
        assert server.process.wait(15) == 0


@pytest.mark.parametrize("twin", TWINS)
def test_a_folder_of_files_that_cannot_be_written_is_not_ready(twin: str, tmp_path: Path) -> None:
    with running(twin, tmp_path, workers=1) as server:
        (tmp_path / "files").rename(tmp_path / "elsewhere")
        (tmp_path / "files").write_text("not a folder")
        client = server.connect()
        client.request("GET", "/health/ready")
        answer = client.getresponse()
        problem = json.loads(answer.read())
    assert answer.status == 503
    assert problem["type"] == "urn:problem:storage-away"
    assert problem["detail"].startswith("The folder of files cannot be written: ")
