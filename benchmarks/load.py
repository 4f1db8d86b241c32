"""Drive the generator: one process for all servers of a round, told what to do slice by slice."""

import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self, TypeAlias

from benchmarks.affinity import on_cores
from benchmarks.failures import LabError
from benchmarks.interrupts import to_the_end
from benchmarks.launch import stop_tree
from benchmarks.machine import ROOT
from benchmarks.orders import LeaveOrder, Order, Seated, Seating, Seen, SliceOrder, WarmUp, WarmUpOrder
from benchmarks.records import Timing
from benchmarks.text import last_line

_Output: TypeAlias = int | IO[bytes]

# Set-up of the users, which is not part of the timing.
_PATIENCE_S = 150


class Distribution(NamedTuple):
    """How many Locust workers apply the load, and where they come from; none at all means the generator itself."""

    workers: int = 0
    # Started here, or waited for from elsewhere.
    local: bool = True
    bind: str = "127.0.0.1:5557"
    patience_s: float = 60.0


ALONE = Distribution()


class Generator:
    """A generator process, and the Locust workers it has on this machine."""

    def __init__(self, cores: list[int], log: Path, distribution: Distribution = ALONE) -> None:
        self._log, self._ready = log, False
        options = ["--workers", str(distribution.workers), "--bind", distribution.bind]
        options += ["--patience", str(distribution.patience_s)]
        workers = distribution.workers if distribution.local else 0
        with log.open("wb") as said, on_cores(cores):
            self._process = _start(options, subprocess.PIPE, subprocess.PIPE, said)
            self._workers = [
                _start(["--join", distribution.bind], subprocess.DEVNULL, said, said) for _ in range(workers)
            ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with to_the_end():
            for process in (self._process, *self._workers):
                stop_tree(process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def await_ready(self) -> None:
        """Wait until the generator has loaded Locust, and its workers have joined; at once when that is known."""
        if not self._ready:
            self._expect("ready", _PATIENCE_S)
            self._ready = True

    def seat(self, seating: Seating) -> Seated:
        """Users get ready for a sitting."""
        return Seated.model_validate(self._ask(seating, _PATIENCE_S))

    def warm_up(self, contender: str, timing: Timing) -> WarmUp:
        """One server is loaded until its rate has settled."""
        order = WarmUpOrder(contender=contender, min_s=timing.warm_up_min_s, max_s=timing.warm_up_max_s)
        return WarmUp.model_validate(self._ask(order, timing.warm_up_max_s + _PATIENCE_S))

    def run(self, contender: str, seconds: float) -> Seen:
        """One server is loaded for a slice."""
        return Seen.model_validate(self._ask(SliceOrder(contender=contender, seconds=seconds), seconds + _PATIENCE_S))

    def leave(self) -> None:
        """The users hang up: servers take their time to stop while a connection is open."""
        self._ask(LeaveOrder(), _PATIENCE_S)

    def _ask(self, order: Order, patience_s: float) -> object:
        assert self._process.stdin is not None  # noqa: S101  # Popen was given a pipe
        # Why a generator ended that no longer listens is in what it said last.
        with suppress(BrokenPipeError):
            self._process.stdin.write(order.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
        return self._expect("done", patience_s)["reply"]

    def _expect(self, event: str, patience_s: float) -> dict[str, object]:
        message = self._next_message(patience_s)
        if message.get("event") == "failed":
            raise LabError(f"the load generator gave up: {message['reason']}")
        if message.get("event") != event:
            raise LabError(f"the load generator said {message!r} instead of {event!r}")
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


def _start(options: list[str], hears: int, says: _Output, complains: _Output) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.generator", *options],
        cwd=ROOT, stdin=hears, stdout=says, stderr=complains, start_new_session=True,
    )  # fmt: skip
