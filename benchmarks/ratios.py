"""How sure a ratio is: pure functions on paired log-ratios.

A comparison has few rounds (6 to 30). A bootstrap over so few covers less than it promises, so the interval is
Student's t on the logarithms; tests/benchmarks/test_coverage.py simulates both, under noise of several shapes. Where a
run has many ratios, each has its spread from all of them (benchmarks/spreads.py).
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean, stdev
from typing import Literal, NamedTuple, TypeVar

# At most this far from 1, a difference does not matter to anyone who chooses a framework.
EQUIVALENCE = 0.03
CONFIDENCE = 0.95
MAX_ROUNDS_ADVISED = 200


class Ratio(NamedTuple):
    """A ratio with its interval; `p_value` is the chance of so clear a difference if there is none.

    `log_spread` is the standard deviation of its logarithm from round to round, `freedom` how well that is known.
    """

    estimate: float
    low: float
    high: float
    p_value: float
    log_spread: float
    rounds: int
    freedom: int


def paired_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Ratio:
    """The geometric mean ratio of values measured in pairs, at least two of them."""
    logs = [math.log(a / b) for a, b in zip(numerators, denominators, strict=True)]
    return ratio_of(fmean(logs), stdev(logs), rounds=len(logs), freedom=len(logs) - 1)


def ratio_of(mean: float, spread: float, *, rounds: int, freedom: int) -> Ratio:
    """The ratio whose logarithm has this mean over so many rounds, and this spread from round to round."""
    error = spread / math.sqrt(rounds)
    half = t_quantile((1 + CONFIDENCE) / 2, freedom) * error
    p_value = 2 * (1 - t_cdf(abs(mean) / error, freedom)) if error else float(mean == 0)
    return Ratio(math.exp(mean), math.exp(mean - half), math.exp(mean + half), p_value, spread, rounds, freedom)


def t_cdf(t: float, freedom: int) -> float:
    """P(T <= t) for Student's t with whole degrees of freedom, by its finite series (Abramowitz & Stegun 26.7.3-4)."""
    theta = math.atan2(t, math.sqrt(freedom))
    cosine, sine = math.cos(theta), math.sin(theta)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0 if freedom == 1 else term
    for k in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    inside = 2 / math.pi * (theta + sine * total) if odd else sine * total
    return (1 + inside) / 2


@lru_cache(maxsize=4096)
def t_quantile(probability: float, freedom: int) -> float:
    """The t that `probability` of the distribution lies below, for probabilities above one half."""
    low, high = 0.0, 1e4
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, freedom) < probability else (low, middle)
    return high


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for being a family (Holm 1979): the chance of even one false claim stays below the level."""
    adjusted = [0.0] * len(p_values)
    floor = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        floor = max(floor, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = floor
    return adjusted


def rounds_needed(ratio: Ratio, family: int = 1) -> int | None:
    """How many rounds would settle a ratio if it and its spread stay as they are; None for more than advisable.

    It is settled when the interval fits into the equivalence margin, or when the difference is clear even for the
    strictest of Holm's levels in a family of so many comparisons.
    """
    distance, margin = abs(math.log(ratio.estimate)), math.log1p(EQUIVALENCE)

    def settles(rounds: int) -> bool:
        error, freedom = ratio.log_spread / math.sqrt(rounds), ratio.freedom + rounds - ratio.rounds
        fits = t_quantile((1 + CONFIDENCE) / 2, freedom) * error < margin - distance
        return fits or t_quantile(1 - (1 - CONFIDENCE) / (2 * family), freedom) * error < distance

    # More rounds only narrow an interval.
    candidates = range(ratio.rounds + 1, MAX_ROUNDS_ADVISED + 1)
    index = bisect_left(candidates, True, key=settles)
    return candidates[index] if index < len(candidates) else None


W = TypeVar("W", bound=str)


def word(ratio: Ratio, adjusted_p: float, *, less: W, more: W) -> W | Literal["equivalent", "inconclusive"]:
    """What may be said of a ratio: `less`, `more`, equivalent or inconclusive."""
    if ratio.low > 1 / (1 + EQUIVALENCE) and ratio.high < 1 + EQUIVALENCE:
        return "equivalent"
    if adjusted_p < 1 - CONFIDENCE:
        return less if ratio.estimate < 1 else more
    return "inconclusive"
