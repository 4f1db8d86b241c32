"""What the lab's own watch on the cores costs the servers it watches: it works and rests by turns while wrk asks.

The speed of a core changes within tenths of a second (decision 26), so a turn is shorter than that. How many requests
a turn has had is how often wrk has written: it sends each in one piece. CPU is told as it was measured, not at one
pace: whatever would tell the pace is itself faster while the watch works.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from benchmarks.affinity import on_cores
from benchmarks.crosscheck.turns import SCRIPT, WARM_UP_S, Stage, visit
from benchmarks.failures import LabError
from benchmarks.generators.trials import WRK, of_wrk, wrk_command
from benchmarks.process_tree import ProcessGone, cpu_ns, members
from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.text import last_line

WORKLOAD = "read"
# A piece of the watch's work that is due while it rests is done when it goes on, so that rather too many are counted.
TURN_S = 0.1
# There and back again, so that a drift cancels out.
_PATTERN = (True, False, False, True)
# The last turn ends before wrk does.
_MARGIN_S = 0.2
_PATIENCE_S = 30
_POLL_S = 0.005
_MIN_REQUESTS = 10


class Spent(NamedTuple):
    """What all turns of one kind have cost a server, and the requests that it was asked in them."""

    cpu_s: float
    requests: int

    @property
    def a_request_s(self) -> float:
        """CPU seconds a request."""
        return self.cpu_s / self.requests


class Visit(NamedTuple):
    """What one visit of wrk cost a server while the watch worked and while it rested."""

    contender: str
    watched: Spent
    unwatched: Spent


def visits(at: Stage, count: int, seconds: float) -> Iterator[Visit]:
    """So many visits of each server, by turns; raises LabError when requests fail."""
    for name in at.servers:
        visit(at, name, WORKLOAD, WARM_UP_S)
    for _ in range(count):
        for name in at.servers:
            yield _visit(at, name, seconds)


def overhead(seen: Sequence[Visit]) -> Ratio:
    """CPU a request with the watch, divided by that without it; each visit is one observation."""
    return paired_ratio([one.watched.a_request_s for one in seen], [one.unwatched.a_request_s for one in seen])


def _visit(at: Stage, name: str, seconds: float) -> Visit:
    root = at.servers[name].pid
    if root is None:
        raise LabError(f"{name} runs elsewhere, where the watch does not reach")
    server = members(root)
    totals = {watched: Spent(0.0, 0) for watched in (True, False)}
    with _asking(at, name, seconds) as wrk:
        end, pattern = _await_requests(wrk.pid) + seconds - _MARGIN_S, cycle(_PATTERN)
        while time.perf_counter() < end:
            watched = next(pattern)
            with nullcontext() if watched else at.speedometer.at_rest():
                before = _reading(server, wrk.pid)
                time.sleep(TURN_S)
                after = _reading(server, wrk.pid)
            total = totals[watched]
            totals[watched] = Spent(
                total.cpu_s + after.cpu_s - before.cpu_s, total.requests + after.requests - before.requests
            )
    if not all(total.requests for total in totals.values()):
        raise LabError(f"{WRK} got no answer from {name} in all turns of a kind")
    return Visit(name, watched=totals[True], unwatched=totals[False])


@contextmanager
def _asking(at: Stage, name: str, seconds: float) -> Iterator[subprocess.Popen[str]]:
    script = [str(SCRIPT), os.fspath(at.paths[WORKLOAD])]
    command = wrk_command(at.servers[name].url, seconds, script, at.connections)
    with on_cores(at.generator_cores):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
        output, errors = process.communicate(timeout=seconds + _PATIENCE_S)
        if process.returncode:
            raise LabError(f"{WRK}: {last_line(errors)}")
        of_wrk(output, cpu_s=0)
    finally:
        process.kill()
        process.communicate()


def _await_requests(asking: int) -> float:
    """When the first of them are under way; raises LabError when none ever is."""
    began = time.perf_counter()
    while written(asking) < _MIN_REQUESTS:
        if time.perf_counter() > began + _PATIENCE_S:
            raise LabError(f"{WRK} asks nothing")
        time.sleep(_POLL_S)
    return time.perf_counter()


def _reading(server: Sequence[int], asking: int) -> Spent:
    try:
        return Spent(sum(map(cpu_ns, server)) / 1e9, written(asking))
    except ProcessGone as error:
        raise LabError(f"the server: {error}") from None


def written(pid: int) -> int:
    """How often a process has written, by the kernel's count (proc_pid_io(5)); raises LabError when none is told."""
    try:
        lines = Path(f"/proc/{pid}/io").read_text("ascii").splitlines()
    except OSError as error:
        raise LabError(f"what process {pid} writes is not told: {error.strerror}") from None
    return next(int(line.split()[1]) for line in lines if line.startswith("syscw:"))
