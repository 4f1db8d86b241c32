"""The stand-in for a language model, as a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from tests.contract.client import client_of
from tests.servers import ROOT, START_S, free_port


class StandIn:
    """A running stand-in."""

    def __init__(self, url: str) -> None:
        self.url = url

    def stats(self) -> dict[str, Any]:
        """What became of its answers, and the last question."""
        with client_of(self.url) as http:
            found: dict[str, Any] = http.get("/stats").json()
        return found


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """A stand-in on a free port, which answers as it is asked to."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.chat_upstream", "--port", str(port), "--rate", "0", "--tokens", "5"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        stand_in = StandIn(f"http://127.0.0.1:{port}")
        _await(stand_in, process)
        yield stand_in
    finally:
        process.terminate()
        process.wait()


def _await(stand_in: StandIn, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while True:
        assert process.poll() is None
        try:
            stand_in.stats()
        except httpx2.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
