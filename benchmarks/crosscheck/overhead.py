"""What the lab's own watch on the cores costs the servers it watches: visits of wrk with it and without it, by turns.

CPU is told as it was measured, not at one pace: whatever would tell the pace is itself faster while the watch works.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from benchmarks.crosscheck.turns import WARM_UP_S, Stage, visit
from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.records import Slice

WORKLOAD = "read"


class Visits(NamedTuple):
    """A pair of visits of one server: the watch worked in one and rested in the other."""

    contender: str
    watched: Slice
    unwatched: Slice


def visits(at: Stage, count: int, seconds: float) -> Iterator[Visits]:
    """So many pairs for each server, the first of a pair by turns."""
    for name in at.servers:
        visit(at, name, WORKLOAD, WARM_UP_S)
    for number in range(count):
        for name in at.servers:
            order = (False, True) if number % 2 else (True, False)
            seen = {watched: _visit(at, name, seconds, watched=watched) for watched in order}
            yield Visits(name, watched=seen[True], unwatched=seen[False])


def _visit(at: Stage, name: str, seconds: float, *, watched: bool) -> Slice:
    with nullcontext() if watched else at.speedometer.at_rest():
        return visit(at, name, WORKLOAD, seconds)


def overhead(seen: Sequence[Visits]) -> Ratio:
    """CPU a request with the watch, divided by that without it."""
    watched, unwatched = [one.watched for one in seen], [one.unwatched for one in seen]
    return paired_ratio(*([one.server_cpu_s / one.requests for one in slices] for slices in (watched, unwatched)))
