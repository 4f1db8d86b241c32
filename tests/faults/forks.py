"""Processes that begin with everything loaded that does not change from one fault to the next.

Loading the frameworks and pytest takes longer than most trials. They are loaded once, into a process of which each
server and each run of pytest is a fork. The project's own modules are no part of that: a fault is in their source.
"""

import multiprocessing
import os
import runpy
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults.fault import VARIABLE
from tests.faults.inject import inject
from tests.servers import ROOT, STOP_S, await_ready, free_port

_LOADED = (
    *("alembic.command", "anyio", "argon2", "email_validator", "fastapi.sse", "flask", "flask_sock"),
    *("gunicorn.app.base", "gunicorn.arbiter", "gunicorn.workers.gthread", "httpx2", "itsdangerous", "jwt", "pwdlib"),
    *("PIL.Image", "PIL.ImageDraw", "PIL.PngImagePlugin", "PIL.JpegImagePlugin", "PIL.WebPImagePlugin"),
    *("pwdlib.hashers.argon2", "pydantic_settings", "pytest", "python_multipart", "pythonjsonlogger"),
    *("sqlalchemy.dialects.sqlite", "sqlalchemy.ext.asyncio", "rich.table", "tests.faults.table"),
    *("uvicorn", "uvicorn.protocols.http.httptools_impl", "uvicorn.protocols.websockets.websockets_sansio_impl"),
    *("uvicorn.supervisors", "uvloop", "websockets.sync.client"),
)
# prometheus_client chooses when it is loaded where it counts, by what the server's command has prepared.
_FRESH = {"shared", "flask_impl", "fastapi_impl", "benchmarks", "prometheus_client"}
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([*_LOADED])


class Fork:
    """A process that runs one function."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        self._process = _FORKS.Process(target=target, args=arguments)
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
def serving(twin: str, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """A twin's own command, as `tests.servers.serving` runs it, with the fault that `environment` names."""
    port = free_port()
    process = Fork(_serve, twin, dict(environment), log, port)
    try:
        url = f"http://127.0.0.1:{port}"
        await_ready(url, process, log)
        yield url
    finally:
        process.ask_to_end()
        process.end_within(STOP_S)


def _serve(twin: str, environment: dict[str, str], log: Path, port: int) -> None:
    _alone(log)
    os.environ.update(environment)
    for name in [name for name in sys.modules if name.partition(".")[0] in _FRESH]:
        del sys.modules[name]
    if VARIABLE in environment:
        inject(environment[VARIABLE])
    sys.argv = [f"{twin}_impl", "--port", str(port)]
    runpy.run_module(f"{twin}_impl", run_name="__main__", alter_sys=True)


def run_pytest(arguments: Sequence[str], patience_s: float) -> None:
    """Run pytest with these arguments; what it finds is in the report that they ask for."""
    Fork(_pytest, [*arguments]).end_within(patience_s)


def _pytest(arguments: list[str]) -> None:
    _alone(Path(os.devnull))
    # Plugins would take longer to load than most rules take.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import pytest

    pytest.main(arguments)


def _alone(output: Path) -> None:
    """A session of its own, so that it and its workers end together; what it prints goes into a file."""
    os.setsid()
    os.chdir(ROOT)
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
