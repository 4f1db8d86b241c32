"""What changed from a base to a new run, contender by contender and workload by workload: pure functions.

The rounds of two runs share no machine state, so that nothing pairs them: Welch's t on logarithms, which asks for
neither equal spreads nor equal numbers of rounds.
"""

import math
from collections.abc import Sequence
from statistics import fmean, variance
from typing import Literal, TypeAlias

from benchmarks.analyse.pace import SteadyPace
from benchmarks.capacity.outcome import capacities
from benchmarks.ratios import Ratio, holm, ratio_of, rounds_needed, word
from benchmarks.records import Record, Run

Metric: TypeAlias = Literal["cpu", "capacity"]
# A contender under a workload, and by which figure it is judged.
Place: TypeAlias = tuple[Metric, str, str]

_WORDS: dict[Metric, dict[str, str]] = {
    "cpu": {"less": "faster", "more": "slower"},
    "capacity": {"less": "slower", "more": "faster"},
}


class Change(Record):
    """The new run divided by the base, of one contender under one workload."""

    metric: Metric
    contender: str
    workload: str
    base: float
    new: float
    ratio: Ratio
    word: str
    note: str

    @property
    def slowdown(self) -> float:
        """By which factor it got worse; below 1 where it got better."""
        return self.ratio.estimate if self.metric == "cpu" else 1 / self.ratio.estimate

    def is_regression(self, threshold: float) -> bool:
        """Whether it is slower without doubt, and by more than `threshold`."""
        return self.word == "slower" and self.slowdown > 1 + threshold


def changes(base: Run, new: Run) -> list[Change]:
    """Everything that both runs measured in at least two rounds."""
    pace = SteadyPace.seen_in(base.trials)
    before, after = _values(base, pace), _values(new, pace)
    places = [place for place in before if min(len(before[place]), len(after.get(place, []))) > 1]
    ratios = [unpaired_ratio(after[place], before[place]) for place in places]
    adjusted = holm([ratio.p_value for ratio in ratios])
    return [
        _change(place, before[place], after[place], ratio, p_value, len(places))
        for place, ratio, p_value in zip(places, ratios, adjusted, strict=True)
    ]


def _values(run: Run, pace: SteadyPace) -> dict[Place, list[float]]:
    """One value a round; of attempts the last that was valid."""
    by_round = {
        (trial.contender, trial.workload, trial.round): trial.cpu_s_per_1000
        for trial in sorted(pace.told(run.trials), key=lambda trial: trial.attempt)
        if not trial.invalid and trial.part in {"matrix", "layers"} and trial.server_cpu_s
    }
    found: dict[Place, list[float]] = {
        ("cpu", contender.name, workload): []
        for contender in run.plan.contenders
        for workload in run.plan.workloads
        if not contender.control_of
    }
    for (contender, workload, _), value in by_round.items():
        if (values := found.get(("cpu", contender, workload))) is not None:
            values.append(value)
    return found | {("capacity", one.contender, one.workload): one.rates_per_s for one in capacities(run)}


def unpaired_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Ratio:
    """The ratio of geometric means of values that nothing pairs, at least two of each."""
    above, below = ([math.log(value) for value in values] for values in (numerators, denominators))
    squares = [variance(logs) / len(logs) for logs in (above, below)]
    mean, error = fmean(above) - fmean(below), math.sqrt(sum(squares))
    rounds = min(len(above), len(below))
    if not error:
        return ratio_of(mean, 0.0, rounds=rounds, freedom=rounds - 1)
    # Welch and Satterthwaite, rounded down to the whole degrees of freedom that the distribution is written for.
    freedom = sum(squares) ** 2 / sum(
        square**2 / (len(logs) - 1) for square, logs in zip(squares, (above, below), strict=True)
    )
    return ratio_of(mean, error * math.sqrt(rounds), rounds=rounds, freedom=int(freedom))


def _change(place: Place, before: list[float], after: list[float], ratio: Ratio, p_value: float, family: int) -> Change:
    metric, contender, workload = place
    said = word(ratio, p_value, **_WORDS[metric])
    return Change(
        metric=metric,
        contender=contender,
        workload=workload,
        base=_geometric_mean(before),
        new=_geometric_mean(after),
        ratio=ratio,
        word=said,
        note=_note(ratio, family) if said == "inconclusive" else "",
    )


def _note(ratio: Ratio, family: int) -> str:
    needed = rounds_needed(ratio, family)
    return f"about {needed} rounds each would settle it" if needed else "too noisy to settle"


def _geometric_mean(values: Sequence[float]) -> float:
    return math.exp(fmean(map(math.log, values)))
