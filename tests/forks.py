"""Processes that begin with everything loaded that no test changes.

Loading the frameworks takes longer than most tests of a server. They are loaded once, into a process of which each
server is a fork, which runs the twin's own command from then on. The project's modules are no part of that: each server
loads its own, as it does when it is started by hand. How servers start and stop is tested on those that are.
"""

import multiprocessing
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.secrecy import hearing
from tests.servers import ROOT, STOP_S, await_ready, free_port

# prometheus_client chooses when it is loaded where it counts, by what the server's command has prepared.
_FRESH = {"shared", "flask_impl", "fastapi_impl", "benchmarks", "prometheus_client"}
_FORKS = multiprocessing.get_context("forkserver")
_loaded = [
    *("alembic.command", "anyio", "argon2", "email_validator", "fastapi.sse", "flask", "flask_sock"),
    *("gunicorn.app.base", "gunicorn.arbiter", "gunicorn.workers.gthread", "httpx2", "itsdangerous", "jwt", "pwdlib"),
    *("PIL.Image", "PIL.ImageDraw", "PIL.PngImagePlugin", "PIL.JpegImagePlugin", "PIL.WebPImagePlugin"),
    *("psycopg", "pwdlib.hashers.argon2", "pydantic_settings", "python_multipart", "pythonjsonlogger"),
    *("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.ext.asyncio"),
    *("uvicorn", "uvicorn.protocols.http.httptools_impl", "uvicorn.protocols.websockets.websockets_sansio_impl"),
    *("uvicorn.supervisors", "uvloop", "websockets.sync.client"),
]


def also_load(*modules: str) -> None:
    """Have every fork begin with these modules too; only before the first."""
    _loaded.extend(modules)
    _FORKS.set_forkserver_preload(_loaded)


also_load()


class Fork:
    """A process that runs one function, in a session of its own, and prints into a file."""

    def __init__(self, output: Path, target: Callable[..., None], *arguments: Any) -> None:
        self._process = _FORKS.Process(target=_run, args=(output, dict(os.environ), target, arguments))
        self._process.start()
        assert self._process.pid
        self._pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.exitcode

    def ask_to_end(self) -> None:
        """Let it end by itself."""
        self._signal(os.kill, signal.SIGTERM)

    def end_within(self, seconds: float) -> None:
        """Wait so long for its end, and then make one of all that it has started."""
        deadline = time.monotonic() + seconds
        # Asked of the system: a signal for all may have ended the process that would know, and left this one running.
        while self._signal(os.kill, 0) and time.monotonic() < deadline:
            time.sleep(0.01)
        self._signal(os.killpg, signal.SIGKILL)

    def _signal(self, send: Callable[[int, int], None], number: int) -> bool:
        """Whether there was somebody to send it to."""
        try:
            send(self._pid, number)
        except ProcessLookupError:
            return False
        return True


@contextmanager
def serving(
    twin: str, environment: Mapping[str, str], log: Path, prepare: Callable[[], None] | None = None
) -> Iterator[str]:
    """A twin with one worker, as `tests.servers.serving` runs it; `prepare` comes before its modules are loaded."""
    port = free_port()
    process = Fork(log, _serve, twin, dict(environment), port, prepare)
    try:
        url = f"http://127.0.0.1:{port}"
        await_ready(url, process, log)
        yield url
    finally:
        process.ask_to_end()
        process.end_within(STOP_S)
        hearing.keep(log, environment)


def _serve(twin: str, environment: dict[str, str], port: int, prepare: Callable[[], None] | None) -> None:
    os.environ.update(environment)
    for name in [name for name in sys.modules if name.partition(".")[0] in _FRESH]:
        del sys.modules[name]
    if prepare:
        prepare()
    sys.argv = [f"{twin}_impl", "--port", str(port), "--workers", "1"]
    runpy.run_module(f"{twin}_impl", run_name="__main__", alter_sys=True)


def _run(output: Path, environment: dict[str, str], target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    os.setsid()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    target(*arguments)


def _end_with_the_tests() -> None:
    """A process of tests that is killed ends nobody; its forks would stay for ever."""
    tests = multiprocessing.parent_process()
    assert tests
    tests.join()
    os.kill(os.getpid(), signal.SIGTERM)
