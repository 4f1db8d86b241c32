"""Servers that can be killed, and what kills them."""

import os
import random
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.servers import free_port, listeners, serving, workers

BACK_WITHIN_S = 30


def kill_a_worker(base_url: str, chance: random.Random) -> None:
    """Kill one of the workers, at least one of which is there again soon after the last was killed."""
    deadline = time.monotonic() + BACK_WITHIN_S
    while not (pids := workers(base_url)):
        assert time.monotonic() < deadline, "no worker came back"
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.kill(chance.choice(pids), signal.SIGKILL)


def kill_all(base_url: str) -> None:
    """Kill a whole server at once, with any worker that it is just starting, which holds no socket yet."""
    os.killpg(os.getpgid(listeners(base_url)[0]), signal.SIGKILL)


class Mortal:
    """A server on one port that may be killed and started again, as either twin."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log, self._port = environment, log, free_port()
        self._running = ExitStack()
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self, twin: str, workers: int = 2) -> None:
        """Return when it is ready."""
        server = serving(twin, self._environment, self._log, workers=workers, port=self._port)
        self._running.enter_context(server)

    def kill(self) -> None:
        """End all of its processes at once."""
        kill_all(self.url)
        self._running.close()

    def stop(self) -> None:
        """Let it end."""
        self._running.close()


@contextmanager
def mortal(environment: Mapping[str, str], log: Path) -> Iterator[Mortal]:
    """A server that is not running yet, and in the end no longer."""
    server = Mortal(environment, log)
    try:
        yield server
    finally:
        server.stop()
