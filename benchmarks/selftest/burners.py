"""Processes that do nothing but use up cores: the loud neighbour, made to order."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.affinity import on_cores
from benchmarks.interrupts import to_the_end

# Ends by itself, so that no machine burns for ever after a lab that was killed.
_BURN = "import sys, time\nend = time.monotonic() + float(sys.argv[1])\nwhile time.monotonic() < end: pass"


@contextmanager
def burning(cores: list[int], each: int, limit_s: float) -> Iterator[list[int]]:
    """On each of `cores`, so many of them, until the end of the block or of their time; yields their ids."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for core in cores:
            with on_cores([core]):
                processes += [_burner(limit_s) for _ in range(each)]
        yield [process.pid for process in processes]
    finally:
        with to_the_end():
            for process in processes:
                process.kill()
            for process in processes:
                process.wait()


def _burner(limit_s: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", _BURN, str(limit_s)], start_new_session=True)
