"""How fast the cores of the servers are, all the while they are loaded.

On a virtual machine the speed of a core flickers by a third, within hundredths of a second, as neighbours come and go
on the sibling of the core; CPU time cannot tell that from work. So a process on each core of the servers does a fixed
piece of work some thirty times a second and adds up, in a file that both map, the CPU time that it took. A slice's CPU
time divided by that of the work is its cost at a steady speed (decision 26). More often would cost the servers more
than it tells: `python -m benchmarks overhead` measures what it does.

`python -m benchmarks.speedometer FILE CORE` runs until it is ended, or its parent is.
"""

import mmap
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from benchmarks.interrupts import to_the_end
from benchmarks.machine import ROOT

_FORM = struct.Struct("=qq")
_STEPS = 2000
_PAUSE_S = 0.03
# What a run is stored with: each rhythm costs the servers something else.
WATCH = "watch on the cores"
RHYTHM = f"{_STEPS} steps every {_PAUSE_S * 1000:.0f} ms"


class Pace(NamedTuple):
    """Pieces of work done so far, and the nanoseconds of CPU that they took."""

    pieces: int
    cpu_ns: int

    def us_since(self, before: "Pace") -> float:
        """The mean time of a piece since a reading, in microseconds; 0 when there was none."""
        pieces = self.pieces - before.pieces
        return (self.cpu_ns - before.cpu_ns) / pieces / 1000 if pieces else 0.0


class Speedometer:
    """Runs for the length of a `with` block, on each of these cores."""

    def __init__(self, cores: Sequence[int], folder: Path) -> None:
        self._files = [folder / f"pace.{core}" for core in cores]
        self._cores = cores
        self._processes: list[subprocess.Popen[bytes]] = []
        self._maps: list[mmap.mmap] = []

    def __enter__(self) -> Self:
        for file, core in zip(self._files, self._cores, strict=True):
            file.write_bytes(bytes(_FORM.size))
            with file.open("r+b") as opened:
                self._maps.append(mmap.mmap(opened.fileno(), _FORM.size))
            command = [sys.executable, "-m", "benchmarks.speedometer", str(file), str(core)]
            self._processes.append(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with to_the_end():
            for process in self._processes:
                process.kill()
                process.wait()
            for mapped in self._maps:
                mapped.close()

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """No piece of work is done inside, so that what the pieces cost others can be seen."""
        for process in self._processes:
            process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for process in self._processes:
                process.send_signal(signal.SIGCONT)

    def read(self) -> Pace:
        """What all of them have done so far."""
        readings = [_FORM.unpack(mapped[:]) for mapped in self._maps]
        return Pace(sum(pieces for pieces, _ in readings), sum(cpu_ns for _, cpu_ns in readings))


def run(file: Path, core: int) -> None:
    """Work and rest, until the parent is gone."""
    os.sched_setaffinity(0, {core} & os.sched_getaffinity(0) or os.sched_getaffinity(0))
    parent, pieces, cpu_ns = os.getppid(), 0, 0
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), _FORM.size) as mapped:
        while os.getppid() == parent:
            time.sleep(_PAUSE_S)
            began = time.thread_time_ns()
            _work()
            cpu_ns += time.thread_time_ns() - began
            pieces += 1
            mapped[:] = _FORM.pack(pieces, cpu_ns)


def _work() -> None:
    total, table = 0, {}
    for step in range(_STEPS):
        total = (total * 31 + step) & 0xFFFF
        table[total & 255] = step


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
