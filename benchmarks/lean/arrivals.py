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
