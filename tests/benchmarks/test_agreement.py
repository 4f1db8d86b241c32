"""A second run that reproduces the first, and one that does not."""

import argparse
import math
import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.commands import agreement as command
from benchmarks.diff.agreement import Agreement, agreements, conclusions, share
from benchmarks.failures import UsageError
from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.records import Run
from benchmarks.results import Results
from benchmarks.spreads import for_another_run
from tests.benchmarks.factories import a_plan, a_run, an_environment, steady_cost


def a_noisy_run(seed: int, factor: float = 1.0) -> Run:
    """FastAPI costs `factor` times what it usually does."""
    chance = random.Random(seed)

    def cost(name: str, number: int) -> float:
        usual = steady_cost(name, number) * chance.lognormvariate(0, 0.02)
        return usual * factor if name.startswith("fastapi") else usual

    return a_run(cost=cost)


def a_ratio(estimate: float, spread: float = 0.02, rounds: int = 8) -> Ratio:
    return paired_ratio([estimate * math.exp(spread * (number % 2 - 0.5)) for number in range(rounds)], [1.0] * rounds)


def compared(first: float, second: float) -> Agreement:
    return between(a_ratio(first), a_ratio(second))


def between(first: Ratio, second: Ratio) -> Agreement:
    return Agreement(
        title="a ÷ b", workload="read", first=first, second=second,
    )  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [(6, 6), (8, 8), (6, 30)])
def test_another_run_lies_in_its_interval_95_times_in_100(first: int, second: int) -> None:
    chance = np.random.default_rng(7)
    held = asked = 0
    for _ in range(1500):
        one, other = (paired_ratio(np.exp(chance.normal(0.3, 0.05, rounds)).tolist(), [1.0] * rounds)
                      for rounds in (first, second))  # fmt: skip
        low, high = for_another_run(one, second)
        held += low <= other.estimate <= high
        asked += 1
    assert held / asked == pytest.approx(0.95, abs=0.017)


def test_the_usual_interval_holds_another_estimate_as_often_as_is_said() -> None:
    chance = np.random.default_rng(8)
    found = [
        between(*(paired_ratio(np.exp(chance.normal(0, 0.05, 8)).tolist(), [1.0] * 8) for _ in range(2)))
        for _ in range(1000)
    ]
    assert sum(one.held for one in found) / 2000 == pytest.approx(found[0].expected, abs=0.02)
    assert 0.8 < found[0].expected < 0.9


def test_equal_estimates_are_in_both_intervals_and_distant_ones_in_none() -> None:
    assert (compared(1.2, 1.2).held, compared(1.2, 1.2).foreseen) == (2, 2)
    assert (compared(1.2, 1.5).held, compared(1.2, 1.5).foreseen) == (0, 0)


def test_an_estimate_between_the_two_ends_is_foreseen_and_not_held() -> None:
    one = compared(1.2, 1.2 * (a_ratio(1.2).high / 1.2) ** 1.2)
    assert (one.held, one.foreseen) == (0, 2)


def test_two_runs_of_one_kind_agree_ratio_by_ratio() -> None:
    found = agreements(a_noisy_run(1), a_noisy_run(2))
    kinds = {(one.title, one.workload) for one in found}
    assert len(kinds) == len(found) >= 5
    assert ("Control: FastAPI on uvicorn ÷ itself", "read") in kinds
    assert share(found) >= 0.8


def test_a_run_after_which_fastapi_became_dearer_does_not() -> None:
    found = agreements(a_noisy_run(1), a_noisy_run(2, factor=1.5))
    changed = [one for one in found if "FastAPI" in one.title and "Flask" in one.title]
    assert changed
    assert all(one.foreseen == 0 for one in changed)


def test_the_conclusion_counts_both_kinds_of_interval() -> None:
    assert conclusions([compared(1.2, 1.2), compared(1.2, 1.5)]) == [
        "2 ratios in both runs, so 4 intervals.",
        "The 95 % interval of one run holds the estimate of the other 2 times (50 %); of such intervals 86 % do, "
        "because both estimates err.",
        "The interval for another run holds it 2 times (50 %); 95 % should.",
    ]


def kept(run: Run, folder: Path, name: str) -> Path:
    results = Results.create(folder, name)
    results.save_plan(run.plan, run.environment)
    for start in run.starts:
        results.save_start(start)
    for trial in run.trials:
        results.save_trial(trial)
    return results.folder


def options(first: Path, second: Path) -> argparse.Namespace:
    return argparse.Namespace(first=first, second=second, at_least=0.95)


def test_the_command_shows_every_ratio_and_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = kept(a_run(), tmp_path, "first")
    assert command.run(options(first, first)) == 0
    said = capsys.readouterr().out
    assert said.count("both") >= 2 * 5
    assert "The interval for another run holds it" in said


def test_the_command_fails_when_too_few_are_reproduced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = kept(a_run(), tmp_path, "first"), kept(a_noisy_run(2, factor=1.5), tmp_path, "second")
    assert command.run(options(first, second)) == 1
    assert "fewer than 95 % of the intervals were right" in capsys.readouterr().err


def test_runs_of_two_machines_are_refused(tmp_path: Path) -> None:
    elsewhere = an_environment(machine={"processor": "Another", "cores": "2"})
    first, second = kept(a_run(), tmp_path, "first"), kept(a_run(environment=elsewhere), tmp_path, "second")
    with pytest.raises(UsageError, match="processor"):
        command.run(options(first, second))


def test_runs_without_a_ratio_in_common_are_refused(tmp_path: Path) -> None:
    first, second = kept(a_run(), tmp_path, "first"), kept(a_run(a_plan(rounds=1)), tmp_path, "second")
    with pytest.raises(UsageError, match="no ratio in common"):
        command.run(options(first, second))
