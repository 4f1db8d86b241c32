"""Search for the highest rate that keeps a promise, by probes that chance can turn either way.

Near the knee the same rate is kept in one window and broken in the next. So a probe decides nothing: it moves a
distribution over the rates that could be the knee (probabilistic bisection, Horstein 1963; Waeber et al. 2013), the
next probe is where it is divided most evenly, and the search ends when nearly all of it lies close together. The order
of the probes does not matter, so that the raw data alone give the same answer again.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Rates: TypeAlias = npt.NDArray[np.float64]

MAX_PROBES = 30
# It is found when so much of the belief lies within so narrow a band, in logs.
_CREDIBLE = 0.80
_FOUND_WIDTH = 0.08
# A probe says the opposite of the truth this often however far from the knee: a neighbour was loud.
_LAPSE = 0.05
# The distance from the knee, in logs, at which a window of a few seconds is still kept or broken by chance.
_BLUR = 0.04
# What is known beforehand: about what a closed loop reached, give or take a factor.
_PRIOR_SPREAD = 0.7
_REACH = 3.0
_STEP = 0.01


class Probe(NamedTuple):
    """A rate that was offered, and whether the promise was kept."""

    rate_per_s: float
    kept: bool


class Found(NamedTuple):
    """The rate at which the promise is kept as often as broken, and what holds most of the doubt about it."""

    rate_per_s: float
    low: float
    high: float


class Unsettled(NamedTuple):
    """The probes do not agree, or the answer is out of reach."""

    reason: str


def next_step(expected_per_s: float, probes: Sequence[Probe]) -> float | Found | Unsettled:
    """The rate to offer next, or what was found; `expected_per_s` is where to begin."""
    knees = expected_per_s * np.exp(np.arange(-_REACH, _REACH + _STEP, _STEP))
    shares = np.cumsum(_belief(expected_per_s, knees, probes))
    places = np.searchsorted(shares, [(1 - _CREDIBLE) / 2, 0.5, (1 + _CREDIBLE) / 2])
    low, middle, high = (float(knees[place]) for place in places)
    if places[0] == 0 or places[2] >= len(knees) - 1:
        return Unsettled(f"it lies {'below' if places[0] == 0 else 'above'} {middle:.3g}/s, out of reach")
    if math.log(high / low) <= _FOUND_WIDTH and _confirmed(low, high, probes):
        return Found(middle, low, high)
    if len(probes) >= MAX_PROBES:
        return Unsettled(f"between {low:.3g} and {high:.3g}/s after {MAX_PROBES} probes that do not agree")
    return middle


def _belief(expected_per_s: float, knees: Rates, probes: Sequence[Probe]) -> Rates:
    """How likely each knee is; in logarithms until the end, for many probes make tiny numbers."""
    logs = -np.abs(np.log(knees / expected_per_s)) / _PRIOR_SPREAD
    for probe in probes:
        keeps = 1 / (1 + np.exp(np.clip(np.log(probe.rate_per_s / knees) / _BLUR, -100, 100)))
        keeps = _LAPSE + (1 - 2 * _LAPSE) * keeps
        logs += np.log(keeps if probe.kept else 1 - keeps)
    weights = np.exp(logs - logs.max())
    belief: Rates = weights / weights.sum()
    return belief


def _confirmed(low: float, high: float, probes: Sequence[Probe]) -> bool:
    """Whether both sides were seen twice near the knee, so that it does not rest on one window."""
    near = [one.kept for one in probes if low * (1 - _FOUND_WIDTH) <= one.rate_per_s <= high * (1 + _FOUND_WIDTH)]
    return near.count(True) >= 2 and near.count(False) >= 2
