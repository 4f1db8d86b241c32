"""CPU time told at one pace, though the cores were now faster, now slower.

How much the cost of a request follows the pace of the cores depends on the work: a server that parses and allocates
feels a neighbour in the caches more than the fixed piece of work does, a password hash less. So the exponent between
the two is estimated for each workload, from slices of the same trial, in which nothing but the cores changed
(analysis of covariance, pooled over trials).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple, Self

from benchmarks.analyse.shape import PaceSeen
from benchmarks.records import Slice, Trial

# With fewer changes from slice to slice, or smaller ones, nothing can be learnt of the exponent, and it is 1.
_MIN_FREEDOM = 20
_MIN_SPREAD = 0.02
_HIGHEST_EXPONENT = 3.0
_EXTREMES = (0.05, 0.95)


class SteadyPace(NamedTuple):
    """The mean pace of the cores in a run, and how strongly the cost of each workload follows it."""

    usual_us: float
    exponents: Mapping[str, float]

    @classmethod
    def seen_in(cls, trials: Sequence[Trial]) -> Self:
        """What the trials show; a pace of 0 when nobody watched it."""
        slices = [one for trial in trials for one in trial.slices if one.pace_us]
        window_s = sum(one.window_s for one in slices)
        usual_us = sum(one.pace_us * one.window_s for one in slices) / window_s if window_s else 0.0
        workloads = {trial.workload: None for trial in trials}
        exponents = {
            name: exponent(one.slices for one in trials if one.workload == name and not one.invalid)
            for name in workloads
        }
        return cls(usual_us, exponents)

    def told(self, trials: Iterable[Trial]) -> list[Trial]:
        """The trials with their CPU time as it would be at this pace; the average cost stays about what it was."""
        return [
            trial.model_copy(
                update={"usual_pace_us": self.usual_us, "pace_exponent": self.exponents.get(trial.workload, 1.0)}
            )
            for trial in trials
        ]

    def shown(self, trials: Iterable[Trial]) -> PaceSeen | None:
        """How much the pace changed, for a reader; None when nobody watched it."""
        paces = sorted(one.pace_us for trial in trials for one in trial.slices if one.pace_us)
        if not paces:
            return None
        low_us, high_us = (paces[round(share * (len(paces) - 1))] for share in _EXTREMES)
        return PaceSeen(usual_us=self.usual_us, low_us=low_us, high_us=high_us, exponents=dict(self.exponents))


def exponent(groups: Iterable[Sequence[Slice]]) -> float:
    """The slope of log cost on log pace, from slices that differ from the others of their group in nothing else."""
    freedom, squares, products = 0, 0.0, 0.0
    for slices in groups:
        told = [one for one in slices if _tells(one)]
        if len(told) < 2:
            continue
        paces = _centred([math.log(one.pace_us) for one in told])
        costs = _centred([math.log(one.server_cpu_s / one.requests) for one in told])
        freedom += len(told) - 1
        squares += sum(pace**2 for pace in paces)
        products += sum(pace * cost for pace, cost in zip(paces, costs, strict=True))
    if freedom < _MIN_FREEDOM or squares < freedom * _MIN_SPREAD**2:
        return 1.0
    return min(max(products / squares, 0.0), _HIGHEST_EXPONENT)


def _tells(one: Slice) -> bool:
    return bool(one.pace_us and one.requests and one.server_cpu_s > 0)


def _centred(values: Sequence[float]) -> list[float]:
    middle = fmean(values)
    return [value - middle for value in values]
