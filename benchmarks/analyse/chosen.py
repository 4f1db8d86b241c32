"""Which trials count: valid ones, and of several attempts the latest that serves the purpose."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from benchmarks.records import Run, Trial
from benchmarks.validity import unequal_answers


class Place(NamedTuple):
    """Where a trial belongs in a comparison."""

    contender: str
    workload: str


class Chosen:
    """The valid trials of the closed-loop parts, by place, round and attempt."""

    def __init__(self, trials: Iterable[Trial]) -> None:
        self._by_place: dict[Place, dict[int, dict[int, Trial]]] = {}
        for trial in trials:
            rounds = self._by_place.setdefault(Place(trial.contender, trial.workload), {})
            rounds.setdefault(trial.round, {})[trial.attempt] = trial

    def latest(self, place: Place) -> list[Trial]:
        """One trial a round: the latest valid attempt."""
        rounds = self._by_place.get(place, {})
        return [attempts[max(attempts)] for _, attempts in sorted(rounds.items())]

    def paired(self, base: Place, other: Place) -> list[tuple[Trial, Trial]]:
        """By round, from the latest attempt in which both were valid: they were measured by turns."""
        ones, others = self._by_place.get(base, {}), self._by_place.get(other, {})
        pairs = []
        for number in sorted(ones.keys() & others.keys()):
            if common := ones[number].keys() & others[number].keys():
                attempt = max(common)
                pairs.append((ones[number][attempt], others[number][attempt]))
        return pairs


def judged(run: Run) -> list[Trial]:
    """All trials, with what only the whole run can tell against them."""
    unequal: Mapping[tuple[int, str], str] = unequal_answers(run.starts, run.plan.contenders)
    if not unequal:
        return run.trials
    return [
        trial.model_copy(update={"invalid": [*trial.invalid, unequal[place]]})
        if (place := (trial.round, trial.contender)) in unequal
        else trial
        for trial in run.trials
    ]
