"""Start a server, wait until it answers, and stop its whole process tree whatever happens."""

import errno
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

import httpx2
import psutil

from benchmarks.affinity import members_or_none, on_cores
from benchmarks.failures import LabError
from benchmarks.interrupts import to_the_end
from benchmarks.leftovers import MARK, end_marked, leaked_connections
from benchmarks.machine import ROOT
from benchmarks.meters import Meter, MeterFailed, ProcessMeter, RemoteMeter
from benchmarks.records import Contender
from benchmarks.text import last_line

HOST = "127.0.0.1"
_READY_LIMIT_S = 30
_POLL_S = 0.005
_STOP_LIMIT_S = 5
# A server closes its end within milliseconds after its client did.
_CLOSE_LIMIT_S = 1.0


class Server(NamedTuple):
    """A server that answers."""

    url: str
    # None for one that runs elsewhere.
    pid: int | None
    start_up_s: float
    meter: Meter
    # Several are stopped sooner when all are asked before one is awaited.
    ask_to_stop: Callable[[], None] = lambda: None


def environment_of(contender: Contender, base: dict[str, str]) -> dict[str, str]:
    """What makes the contenders equal: requests at once, connections, and silence."""
    threads = str(contender.threads)
    equal = {"THREADS": threads, "POOL_SIZE": threads, "ACCESS_LOG": "false", "LOG_LEVEL": "WARNING"}
    return base | equal | contender.environment


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(host: str, port: int) -> None:
    """Raise LabError when nobody may listen there, before anything has been measured."""
    with socket.socket() as probe:
        # As the master itself will: what an earlier run left to time out is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise LabError(f"{host}:{port} is not free to listen on: {error.strerror}") from None


def command_of(contender: Contender, port: int) -> list[str]:
    """The contender's command with its places filled in."""
    places = {
        "python": sys.executable,
        # Not resolved: in a virtual environment, python is a link that leads out of it.
        "bin": str(Path(sys.executable).parent),
        "host": HOST,
        "port": str(port),
        "workers": str(contender.workers),
        "threads": str(contender.threads),
    }
    try:
        return [part.format_map(places) for part in contender.command]
    except (KeyError, ValueError, IndexError) as error:
        raise LabError(f"the command of {contender.name} has a place that nothing fills: {error}") from None


@contextmanager
def running(
    contender: Contender,
    base: dict[str, str],
    cores: list[int],
    log: Path,
    ready: str,
    tell: Callable[[str, str], None] = lambda _name, _what: None,
) -> Iterator[Server]:
    """A server that answers GET `ready` with 200, stopped with all its children afterwards."""
    with starting(contender, base, cores, log, ready, tell) as begun:
        yield begun.ready()


class Starting:
    """A server that was started and may not answer yet."""

    def __init__(self, await_answer: Callable[[], Server]) -> None:
        self._await_answer = await_answer
        self.answered = False

    def ready(self) -> Server:
        """Wait until it answers; raises LabError when it never does. Any thread may wait."""
        server = self._await_answer()
        self.answered = True
        return server


@contextmanager
def starting(
    contender: Contender,
    base: dict[str, str],
    cores: list[int],
    log: Path,
    ready: str,
    tell: Callable[[str, str], None] = lambda _name, _what: None,
) -> Iterator[Starting]:
    """A server whose start has begun, on these cores, stopped with all its children afterwards.

    One that runs elsewhere is asked whether it is ready, and goes on. `tell` hears of one that does
    not leave as it should. Enter it in the main thread: a server ends with the thread that started it.
    """
    if contender.url:
        with _elsewhere(contender, ready) as server:
            yield Starting(lambda: server)
        return
    port, mark = free_port(), uuid.uuid4().hex
    command, environment = command_of(contender, port), environment_of(contender, base) | {MARK: mark}
    started = time.perf_counter()
    with log.open("wb") as output, on_cores(cores):
        process = _spawn(contender.name, command, environment, output)
    farewell = _Farewell(process, port, lambda what: tell(contender.name, what))

    def answering() -> Server:
        _await_answer(process, port, ready, contender.name, log)
        start_up_s = time.perf_counter() - started
        return Server(f"http://{HOST}:{port}", process.pid, start_up_s, ProcessMeter(process.pid), farewell)

    begun = Starting(answering)
    try:
        yield begun
        if begun.answered:
            farewell()
    finally:
        with to_the_end():
            stragglers, left = stop_tree(process), end_marked(mark)
        if stragglers:
            tell(contender.name, f"it hangs at its stop: {stragglers} processes were killed after {_STOP_LIMIT_S} s")
        if left:
            tell(contender.name, f"it left {left} processes behind, which were killed")


class _Farewell:
    """Asks a server to stop, once, after a look at the connections that it keeps."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, tell: Callable[[str], None]) -> None:
        self._process, self._port, self._tell = process, port, tell
        self._said = False

    def __call__(self) -> None:
        if self._said:
            return
        self._said = True
        if leaked := leaked_connections(self._port, _CLOSE_LIMIT_S):
            self._tell(f"it leaks connections: {leaked} that its clients have closed are still open")
        self._process.terminate()


def _spawn(name: str, command: list[str], environment: dict[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    # Servers of a lab that is killed are told to stop, where there is a program to arrange it.
    guard = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    try:
        if not shutil.which(command[0]):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return subprocess.Popen(
            [*guard, *command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise LabError(f"{name} does not start: {command[0]}: {error.strerror}") from None


@contextmanager
def _elsewhere(contender: Contender, ready: str) -> Iterator[Server]:
    began = time.perf_counter()
    try:
        httpx2.get(f"{contender.url}{ready}", timeout=_READY_LIMIT_S).raise_for_status()
        meter = RemoteMeter(contender.url)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise LabError(f"{contender.name} is not ready at {contender.url}: {error}") from None
    except MeterFailed as error:
        raise LabError(f"{contender.name} at {contender.url}: {error}") from None
    with closing(meter):
        yield Server(contender.url, None, time.perf_counter() - began, meter)


def _await_answer(process: subprocess.Popen[bytes], port: int, ready: str, name: str, log: Path) -> None:
    deadline = time.perf_counter() + _READY_LIMIT_S
    while not _answers(port, ready):
        if process.poll() is not None:
            raise LabError(f"{name} does not start (exit code {process.returncode}): {_reason(log)}")
        if time.perf_counter() > deadline:
            raise LabError(f"{name} is not ready after {_READY_LIMIT_S} s: {_reason(log)}")
        time.sleep(_POLL_S)


def _reason(log: Path) -> str:
    return last_line(log.read_text("utf-8", "replace"))


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _living(pids: Iterable[int]) -> Iterator[psutil.Process]:
    # One that was told to stop may end between any two looks at it.
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            yield psutil.Process(pid)


def stop_tree(process: subprocess.Popen[bytes]) -> int:
    """Ask the process to stop, and end whatever of its tree is left after a while; how many that were."""
    with to_the_end():
        tree = list(_living(members_or_none(process.pid)))
        process.terminate()
        _, alive = psutil.wait_procs(tree, timeout=_STOP_LIMIT_S)
        for straggler in alive:
            with suppress(psutil.NoSuchProcess):
                straggler.kill()
        # A child whose parent ended before it is in no tree any more, but still in the group.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        # Collects the exit code of our own child, which psutil may have seen as gone already.
        process.wait(timeout=_STOP_LIMIT_S)
        return len(alive)
