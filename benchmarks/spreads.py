"""How much each ratio of a run varies from round to round, told with the help of all: pure functions.

Eight rounds tell a spread badly, and whose is told too small promises too much. The ratios of a run are noisy for the
same reasons, so each spread is drawn toward that of all, the more the less they differ beyond chance (Smyth 2004,
"Linear models and empirical Bayes methods", section 6.2).
"""

import math
from collections.abc import Sequence
from statistics import fmean, variance

from benchmarks.ratios import CONFIDENCE, Ratio, ratio_of, t_quantile

# Fewer do not tell how much spreads differ.
MIN_RATIOS = 5
# As good as infinitely many degrees of freedom.
MOST_FREEDOM = 200


def moderated(ratios: Sequence[Ratio]) -> list[Ratio]:
    """Each with its spread drawn toward that of all; few ratios, and such without any noise, stay as they are."""
    if len(ratios) < MIN_RATIOS or not all(ratio.log_spread for ratio in ratios):
        return list(ratios)
    common, weight = _prior(ratios)
    return [_drawn(ratio, common, weight) for ratio in ratios]


def for_another_run(ratio: Ratio, rounds: int) -> tuple[float, float]:
    """Where the estimate of another run of so many rounds lies, 95 times in 100 (prediction interval of a mean)."""
    error = ratio.log_spread * math.sqrt(1 / ratio.rounds + 1 / rounds)
    half = t_quantile((1 + CONFIDENCE) / 2, ratio.freedom) * error
    return ratio.estimate * math.exp(-half), ratio.estimate * math.exp(half)


def _prior(ratios: Sequence[Ratio]) -> tuple[float, float]:
    """The variance that all have in common, and how many degrees of freedom it is worth."""
    halves = [ratio.freedom / 2 for ratio in ratios]
    logs = [2 * math.log(ratio.log_spread) for ratio in ratios]
    centred = [log - digamma(half) + math.log(half) for log, half in zip(logs, halves, strict=True)]
    # How much they differ beyond what so few degrees of freedom explain.
    beyond = variance(centred) - fmean(map(trigamma, halves))
    weight = min(MOST_FREEDOM, 2 * _inverse_trigamma(beyond)) if beyond > 0 else MOST_FREEDOM
    return math.exp(fmean(centred) + digamma(weight / 2) - math.log(weight / 2)), weight


def _drawn(ratio: Ratio, common: float, weight: float) -> Ratio:
    freedom = ratio.freedom + weight
    spread = math.sqrt((weight * common + ratio.freedom * ratio.log_spread**2) / freedom)
    # Downward, which errs to the wide side.
    return ratio_of(math.log(ratio.estimate), spread, rounds=ratio.rounds, freedom=int(freedom))


def digamma(x: float) -> float:
    """The first derivative of log Γ for x > 0 (Abramowitz & Stegun 6.3.5 and 6.3.18)."""
    below = 0.0
    while x < 6:
        below, x = below + 1 / x, x + 1
    square = 1 / (x * x)
    return math.log(x) - 1 / (2 * x) - square * (1 / 12 - square * (1 / 120 - square / 252)) - below


def trigamma(x: float) -> float:
    """The second derivative of log Γ for x > 0 (Abramowitz & Stegun 6.4.6 and 6.4.12)."""
    below = 0.0
    while x < 6:
        below, x = below + 1 / (x * x), x + 1
    square = 1 / (x * x)
    return 1 / x + square / 2 + square / x * (1 / 6 - square * (1 / 30 - square / 42)) + below


def _inverse_trigamma(y: float) -> float:
    low, high = 1e-6, 1e6
    while high > low * (1 + 1e-9):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if trigamma(middle) > y else (low, middle)
    return high
