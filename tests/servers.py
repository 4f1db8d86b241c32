"""Starts the production servers as users do, by their commands, and always stops them."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.secrecy import hearing

ROOT = Path(__file__).resolve().parent.parent
TWINS = ("flask", "fastapi")
START_S = 60
STOP_S = 20
# Lifetimes whose end a test can wait for.
SHORT_LIFETIMES = {"ACCESS_TOKEN_SECONDS": "2", "SESSION_SECONDS": "2"}


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    twin: str,
    environment: Mapping[str, str],
    log: Path,
    *,
    workers: int = 2,
    port: int | None = None,
    folder: Path = ROOT,
) -> Iterator[str]:
    """`python -m {twin}_impl` in `folder`, with `environment` on a free port; yields its URL once it is ready."""
    port = port or free_port()
    command = [sys.executable, "-m", f"{twin}_impl", "--port", str(port), "--workers", str(workers)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=output, stderr=output, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        await_ready(url, process, log)
        yield url
    finally:
        _stop(process)
        hearing.keep(log, environment)


class Running(Protocol):
    """A process as `subprocess` and others know it."""

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""


def await_ready(url: str, process: Running, log: Path) -> None:
    """Return when the server answers; raises RuntimeError with its log when it never does."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server at {url} did not start:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=5):  # noqa: S310  # always http
                return
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"the server at {url} is not ready: {error.read().decode()}") from None
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server at {url} did not answer within {START_S} s:\n{log.read_text()}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask for a graceful stop, then end the whole process group."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()


def listeners(url: str) -> list[int]:
    """The processes that hold the listening socket of `url`."""
    port = f"{int(url.rpartition(':')[2]):04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port}") and row[3] == "0A"}
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = {os.readlink(descriptor) for descriptor in (process / "fd").iterdir()}
        except OSError:  # it ended meanwhile
            continue
        if links & inodes:
            found.append(int(process.name))
    assert found
    return found


def workers(url: str) -> list[int]:
    """The processes that serve `url`: of those that hold its socket, the ones that another of them has started."""
    holders = listeners(url)
    return [pid for pid in holders if _parent(pid) in holders]


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    except OSError:  # it ended meanwhile
        return None
