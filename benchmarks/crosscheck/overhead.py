"""What the lab's own watch on the cores costs the servers it watches: visits of wrk with it and without it, by turns.

A second watch, ten times rarer, tells the pace of the core in both.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from benchmarks.analyse.pace import exponent
from benchmarks.crosscheck.findings import steady
from benchmarks.crosscheck.turns import WARM_UP_S, Stage, visit
from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.records import Slice
from benchmarks.speedometer import PAUSE_S, Speedometer

WORKLOAD = "read"
_RARER = 10


class Visits(NamedTuple):
    """A pair of visits of one server: the watch worked in one and rested in the other."""

    contender: str
    watched: Slice
    unwatched: Slice


def visits(at: Stage, count: int, seconds: float) -> Iterator[Visits]:
    """So many pairs for each server, the first of a pair by turns."""
    with (
        tempfile.TemporaryDirectory(prefix="lab-watch-") as folder,
        Speedometer(at.server_cores, Path(folder), _RARER * PAUSE_S) as rare,
    ):
        for name in at.servers:
            visit(at, name, WORKLOAD, WARM_UP_S)
        for number in range(count):
            for name in at.servers:
                order = (False, True) if number % 2 else (True, False)
                seen = {watched: _visit(at, rare, name, seconds, watched=watched) for watched in order}
                yield Visits(name, watched=seen[True], unwatched=seen[False])


def _visit(at: Stage, rare: Speedometer, name: str, seconds: float, *, watched: bool) -> Slice:
    with nullcontext() if watched else at.speedometer.at_rest():
        return visit(at._replace(speedometer=rare), name, WORKLOAD, seconds)


def overhead(seen: Sequence[Visits]) -> Ratio:
    """CPU a request with the watch, divided by that without it, at one pace of the core."""
    watched, unwatched = [one.watched for one in seen], [one.unwatched for one in seen]
    power = exponent([watched, unwatched])
    return paired_ratio(*([steady(one, power) for one in slices] for slices in (watched, unwatched)))
