"""Two runs held against each other."""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.capacity.search import Probe, next_step
from benchmarks.commands import diff as command
from benchmarks.diff.changes import changes, unpaired_ratio
from benchmarks.diff.comparable import obstacles, remarks
from benchmarks.failures import UsageError
from benchmarks.records import Run, Trial
from benchmarks.results import Results
from benchmarks.speedometer import RHYTHM
from tests.benchmarks.trials import QUIET, a_server, load_of, run_of, trial_of

ROUNDS = 6


def noisy(cost: float, number: int) -> float:
    """Half a percent up and down."""
    return cost * (1 + 0.005 * math.sin(5 * number))


def a_measured_run(
    costs: dict[str, float], *, plan: dict[str, object] | None = None, environment: dict[str, object] | None = None
) -> Run:
    trials = [
        trial_of(name, number, cost=noisy(cost, number + len(name)))
        for name, cost in costs.items()
        for number in range(ROUNDS)
    ]
    return run_of(trials, plan=plan, environment=environment)


BASE = a_measured_run({"flask": 0.4, "fastapi": 0.6})


def words(new: Run, base: Run = BASE) -> dict[str, str]:
    return {change.contender: change.word for change in changes(base, new)}


def test_what_became_slower_and_what_stayed_is_said_of_each() -> None:
    assert words(a_measured_run({"flask": 0.48, "fastapi": 0.6})) == {"flask": "slower", "fastapi": "equivalent"}
    assert words(a_measured_run({"flask": 0.4, "fastapi": 0.5})) == {"flask": "equivalent", "fastapi": "faster"}


def test_a_change_carries_both_figures_and_their_ratio() -> None:
    change = changes(BASE, a_measured_run({"flask": 0.48, "fastapi": 0.6}))[0]
    assert (change.base, change.new) == pytest.approx((0.4, 0.48), rel=0.01)
    assert change.ratio.low < 1.2 < change.ratio.high
    assert change.is_regression(0.05)
    assert not change.is_regression(0.25)


def test_two_rounds_that_differ_widely_settle_nothing() -> None:
    base = run_of([trial_of("flask", number, cost=cost) for number, cost in enumerate((0.3, 0.5, 0.4))])
    new = run_of([trial_of("flask", number, cost=cost) for number, cost in enumerate((0.35, 0.6, 0.5))])
    [change] = changes(base, new)
    assert change.word == "inconclusive"
    assert "rounds each would settle it" in change.note or change.note == "too noisy to settle"


def test_only_valid_trials_count_and_of_attempts_the_last() -> None:
    good = [trial_of("flask", number, cost=noisy(0.4, number)) for number in range(4)]
    repeated = [trial_of("flask", number, cost=9.0, invalid=["a neighbour"]) for number in range(4)]
    corrected = [trial.model_copy(update={"attempt": 2}) for trial in good]
    [change] = changes(run_of(good), run_of([*corrected, *repeated]))
    assert change.ratio.estimate == pytest.approx(1)


def test_a_control_is_not_compared_with_itself() -> None:
    contenders = [a_server("flask"), a_server("flask-again", control_of="flask")]
    trials = [trial_of(one.name, number, cost=noisy(0.4, number)) for one in contenders for number in range(3)]
    run = run_of(trials, contenders)
    assert words(run, run) == {"flask": "equivalent"}


def searched_for(knee: float, number: int) -> list[Trial]:
    """The probes of a search at a server that answers nothing above its knee."""
    probes: list[Probe] = []
    while isinstance(step := next_step(150, probes), float):
        probes.append(Probe(step, step < knee))
    return [
        trial_of(
            "flask",
            number,
            part="capacity",
            rate_per_s=probe.rate_per_s,
            attempt=attempt,
            load=load_of([700] * 100) if probe.kept else load_of([], dropped=100),
        )
        for attempt, probe in enumerate(probes, 1)
    ]


def test_capacities_are_compared_when_both_runs_searched_for_them() -> None:
    def searched(knee: float) -> Run:
        trials = [trial for number in range(4) for trial in searched_for(knee * (1 + number / 1000), number)]
        return run_of(trials, plan={"promise": "errors < 1 %"})

    [change] = changes(searched(200), searched(100))
    assert (change.metric, change.word) == ("capacity", "slower")
    assert change.slowdown == pytest.approx(2, rel=0.03)


def test_swapping_the_runs_inverts_the_ratio() -> None:
    a, b = [1.0, 1.1, 0.9, 1.05], [2.0, 2.3, 2.1]
    there, back = unpaired_ratio(a, b), unpaired_ratio(b, a)
    assert there.estimate == pytest.approx(1 / back.estimate)
    assert there.low == pytest.approx(1 / back.high)
    assert there.p_value == pytest.approx(back.p_value)


def test_runs_without_any_noise_have_a_ratio_without_width() -> None:
    assert unpaired_ratio([2, 2], [1, 1, 1])[:4] == pytest.approx((2, 2, 2, 0))
    assert unpaired_ratio([2, 2], [2, 2])[:4] == pytest.approx((1, 1, 1, 1))


@pytest.mark.parametrize(("rounds", "spreads"), [((6, 6), (0.02, 0.02)), ((6, 10), (0.06, 0.01))])
def test_the_interval_holds_the_truth_about_19_times_in_20(
    rounds: tuple[int, int], spreads: tuple[float, float]
) -> None:
    chance = np.random.default_rng(1)
    held = 0
    for _ in range(400):
        above, below = (chance.lognormal(0, spread, count) for spread, count in zip(spreads, rounds, strict=True))
        ratio = unpaired_ratio(list(1.3 * above), list(below))
        held += ratio.low <= 1.3 <= ratio.high
    assert 366 <= held <= 395  # 95 % of 400, give or take what chance exceeds once in 1,000.


def test_another_machine_or_load_is_not_comparable() -> None:
    other = a_measured_run(
        {"django": 0.4},
        plan={"workloads": ["list"], "catalogue_rows": 5, "kind": "layers"},
        environment={"machine": BASE.environment.machine | {"processor": "Another", "cores": "8"}, "server_cores": [1]},
    )
    assert obstacles(BASE, other) == [
        "the machine's processor: Test processor and Another",
        "the machine's cores: 2 and 8",
        "server and generator on the same cores: False and True",
        "the command: compare and layers",
        "books in the catalogue: 10000 and 5",
        "no contender in common: flask, fastapi and django",
        "no workload in common: read and list",
    ]
    assert obstacles(BASE, BASE) == []


def test_a_run_with_another_watch_on_the_cores_is_not_comparable() -> None:
    before, now = (
        a_measured_run({"flask": 0.4}, environment={"settings": {"database": "SQLite", "watch on the cores": rhythm}})
        for rhythm in ("40 steps every 2 ms", RHYTHM)
    )
    assert obstacles(now, now) == []
    assert obstacles(before, now) == [f"the watch on the cores: 40 steps every 2 ms and {RHYTHM}"]
    assert obstacles(BASE, now) == [f"the watch on the cores: None and {RHYTHM}"]
    assert not [remark for remark in remarks(before, now) if "watch" in remark]


def test_what_a_reader_should_know_is_remarked() -> None:
    slow = QUIET.model_copy(update={"spin_before_us": 150, "spin_after_us": 150})
    trials = [trial_of("flask", number, host=slow) for number in range(2)]
    new = run_of(
        trials,
        [a_server("flask", threads=16)],
        environment={"versions": {"python": "3.12.0", "flask": "3.1.3"}, "settings": {"access log": "on"}},
    )
    assert remarks(BASE, new) == [
        "python: 3.11.0 and 3.12.0",
        "access log: None and on",
        "both were measured at revision 0123456789ab",
        "fastapi is only in the base",
        "flask is started in another way",
        "a fixed piece of work took 100 µs and 150 µs: the machine itself has changed its pace",
    ]


def stored(folder: Path, monkeypatch: pytest.MonkeyPatch, **runs: Run) -> list[str]:
    """Names of folders that hold these runs."""
    by_name = {str(folder / name): run for name, run in runs.items()}
    monkeypatch.setattr(Results, "load", lambda results: by_name[str(results.folder)])
    return list(by_name)


def diff(*arguments: str) -> int:
    """The exit code of the command."""
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    return command.run(parser.parse_args(["diff", *arguments]))


def test_a_regression_is_exit_code_1_and_the_document_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = stored(tmp_path, monkeypatch, base=BASE, new=a_measured_run({"flask": 0.48, "fastapi": 0.6}))
    assert diff(*folders, "--json") == command.REGRESSION == 1
    document = json.loads(capsys.readouterr().out)
    assert [change["word"] for change in document["changes"]] == ["slower", "equivalent"]
    assert document["regressions"][0].startswith("flask, read: CPU, µs × 1.2")
    assert diff(*folders, "--fail-on", "30%") == 0
    assert "nothing is slower by more than 30 %" in capsys.readouterr().out


def test_runs_that_are_not_comparable_are_exit_code_2_unless_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = a_measured_run({"flask": 0.4}, environment={"machine": {"processor": "Another", "cores": "2"}})
    folders = stored(tmp_path, monkeypatch, base=BASE, new=other)
    with pytest.raises(UsageError, match=r"not comparable .*: the machine's processor: Test processor and Another$"):
        diff(*folders)
    assert UsageError.exit_code == 2
    assert diff(*folders, "--force") == 0
    assert "note: the machine's processor: Test processor and Another" in capsys.readouterr().err
