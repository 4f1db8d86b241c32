"""How fast something grows, and how sure that is."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

T_95 = 2.31  # Student, for 8 degrees of freedom
BLOCKS = 10


class Trend(NamedTuple):
    """A slope, and half of its 95 % interval."""

    slope: float
    within: float


def trend(times: Sequence[float], values: Sequence[float]) -> Trend:
    """The straight line through means of `BLOCKS` stretches of time: single samples depend on those before them."""
    size = len(times) // BLOCKS
    starts = range(0, size * BLOCKS, size)
    mean_times = [statistics.fmean(times[start : start + size]) for start in starts]
    mean_values = [statistics.fmean(values[start : start + size]) for start in starts]
    slope, intercept = statistics.linear_regression(mean_times, mean_values)
    rests = [value - intercept - slope * time for time, value in zip(mean_times, mean_values, strict=True)]
    spread = sum((time - statistics.fmean(mean_times)) ** 2 for time in mean_times)
    error = (sum(rest**2 for rest in rests) / (BLOCKS - 2) / spread) ** 0.5
    return Trend(slope, T_95 * error)
