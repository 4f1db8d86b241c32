"""Drive the generator: one process beside each server start, told what to do trial by trial."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.failures import LabError
from benchmarks.launch import on_cores, stop_tree
from benchmarks.machine import ROOT
from benchmarks.records import Load, Timing
from benchmarks.text import last_line

# Set-up of the users, which is not part of the timing.
_PATIENCE_S = 90


class TrialFailed(Exception):
    """The generator could not load the server at all; the server or the machine may still be fine."""


class Generator:
    """A generator process for one server."""

    def __init__(self, url: str, cores: list[int], log: Path) -> None:
        self._log = log
        with log.open("wb") as errors, on_cores(cores):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.generator", url],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stop_tree(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def await_ready(self) -> None:
        """Wait until the generator has loaded Locust."""
        self._expect("ready", _PATIENCE_S)

    def load(self, workload: str, timing: Timing, begin: Callable[[], None], end: Callable[[], None]) -> Load:
        """Run one trial; `begin` and `end` are called when its measuring window opens and closes."""
        patience_s = timing.warm_up_max_s + timing.measure_s + _PATIENCE_S
        self._send({"workload": workload, "timing": timing.model_dump()})
        self._expect("begin", patience_s)
        begin()
        self._expect("end", patience_s)
        end()
        return Load.model_validate(self._expect("load", patience_s)["load"])

    def _send(self, order: dict[str, object]) -> None:
        assert self._process.stdin is not None  # noqa: S101  # Popen was given a pipe
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def _expect(self, event: str, patience_s: float) -> dict[str, object]:
        message = self._next_message(patience_s)
        if message.get("event") == "failed":
            raise TrialFailed(str(message["reason"]))
        if message.get("event") != event:
            raise LabError(f"the generator said {message!r} instead of {event!r}")
        return message

    def _next_message(self, patience_s: float) -> dict[str, object]:
        assert self._process.stdout is not None  # noqa: S101  # Popen was given a pipe
        # A generator that hangs is ended, which closes its pipe and lets the read below return.
        alarm = threading.Timer(patience_s, self._process.kill)
        alarm.start()
        try:
            line = self._process.stdout.readline()
        finally:
            # Also after Ctrl-C: a pending alarm would keep the lab from ending.
            alarm.cancel()
        if not line:
            raise LabError(f"the load generator ended: {last_line(self._log.read_text('utf-8', 'replace'))}")
        message: dict[str, object] = json.loads(line)
        return message
