"""What the probes of a run come to: a capacity a round, and an interval over the rounds.

The search forgets no probe and does not ask in which order they came, so that it is only run again here.
"""

from itertools import groupby
from typing import NamedTuple

from benchmarks.capacity.promise import Promise, broken_by, parse
from benchmarks.capacity.search import Found, Probe, Unsettled, next_step
from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.records import Record, Run, Trial


class Capacity(Record):
    """The highest rates at which one contender kept the promise, round by round, and what holds their mean."""

    contender: str
    workload: str
    rates_per_s: list[float]
    # None with fewer than two rounds; the estimate is the geometric mean.
    interval: Ratio | None
    # Why a round has no rate.
    unsettled: list[str]


class _Place(NamedTuple):
    contender: str
    workload: str
    round: int


def capacities(run: Run) -> list[Capacity]:
    """Every contender under every workload that was searched, in the order of their names."""
    if not run.plan.promise:
        return []
    promise = parse(run.plan.promise)
    probed = sorted((trial for trial in run.trials if trial.part == "capacity" and trial.arrivals), key=_place)
    found = [(place, settled(promise, list(trials))) for place, trials in groupby(probed, key=_place)]
    return [
        _over_rounds(contender, workload, [step for _, step in steps])
        for (contender, workload), steps in groupby(found, key=lambda one: one[0][:2])
    ]


def _place(trial: Trial) -> _Place:
    return _Place(trial.contender, trial.workload, trial.round)


def settled(promise: Promise, trials: list[Trial]) -> Found | Unsettled:
    """Where the search of one round ended."""
    in_order = sorted(trials, key=lambda trial: trial.attempt)
    probes = [probe for trial in in_order if (probe := probe_of(promise, trial))]
    if not probes:
        return Unsettled(f"no probe was valid ({trials[0].invalid[0]})")
    step = next_step(probes[0].rate_per_s, probes)
    return Unsettled(f"interrupted after {len(probes)} probes") if isinstance(step, float) else step


def probe_of(promise: Promise, trial: Trial) -> Probe | None:
    """What a trial says about the rate that it offered; None for one that is invalid, or offered none."""
    if trial.invalid or not trial.arrivals:
        return None
    return Probe(trial.arrivals.rate_per_s, not broken_by(promise, trial.load))


def _over_rounds(contender: str, workload: str, steps: list[Found | Unsettled]) -> Capacity:
    rates = [step.rate_per_s for step in steps if isinstance(step, Found)]
    return Capacity(
        contender=contender,
        workload=workload,
        rates_per_s=rates,
        # The mean rate as a ratio to one request a second: the same method, and the same coverage.
        interval=paired_ratio(rates, [1.0] * len(rates)) if len(rates) > 1 else None,
        unsettled=[step.reason for step in steps if isinstance(step, Unsettled)],
    )
