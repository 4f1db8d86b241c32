"""When requests are due, whatever becomes of those before them."""

import random
from collections.abc import Iterator

from benchmarks.records import Arrivals


def due_times(arrivals: Arrivals, chance: random.Random) -> Iterator[float]:
    """Seconds from the start of the schedule, without end: evenly spaced, or a Poisson process of the same rate."""
    interval_s = 1 / arrivals.rate_per_s
    due_s = 0.0
    while True:
        due_s += chance.expovariate(arrivals.rate_per_s) if arrivals.kind == "poisson" else interval_s
        yield due_s


def arrivals_of(rate_per_s: float, kind: str, in_flight: int, shares: int) -> Arrivals | None:
    """One worker's part of the schedule; None for a closed loop."""
    if not rate_per_s:
        return None
    part = {"kind": kind, "rate_per_s": rate_per_s / shares, "in_flight": max(1, in_flight // shares)}
    return Arrivals.model_validate(part)
