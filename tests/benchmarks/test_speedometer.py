"""The pace of the cores, and CPU time told at one pace."""

import os
import random
import time
from pathlib import Path
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.analyse.pace import SteadyPace
from benchmarks.records import Slice, Trial
from benchmarks.speedometer import Pace, Speedometer
from tests.benchmarks.factories import a_trial


def a_slice(pace_us: float, cpu_s: float = 0.1, window_s: float = 0.2) -> Slice:
    return Slice(
        at_s=0, window_s=window_s, requests=100, server_cpu_s=cpu_s, generator_cpu_s=0.01, other_cpu_share=0,
        pace_us=pace_us,
    )  # fmt: skip


def a_trial_at(*paces_us: float, cost: float = 1.0, power: float = 1.0, workload: str = "read") -> Trial:
    """A server whose work takes longer as the core is slower, exactly as a power says."""
    slices = [a_slice(pace_us, cpu_s=cost * 0.1 * (pace_us / 100) ** power) for pace_us in paces_us]
    return a_trial(workload=workload).model_copy(update={"slices": slices})


def a_run_at(power: float, *, workload: str = "read", trials: int = 6, noise: float = 0.0) -> list[Trial]:
    chance = random.Random(3)
    made = [
        a_trial_at(*(chance.uniform(80, 130) for _ in range(8)), power=power, workload=workload) for _ in range(trials)
    ]
    return [
        trial.model_copy(update={"slices": [_noisy(one, chance.lognormvariate(0, noise)) for one in trial.slices]})
        for trial in made
    ]


def _noisy(one: Slice, factor: float) -> Slice:
    return one.model_copy(update={"server_cpu_s": one.server_cpu_s * factor})


def test_the_pace_is_counted_while_it_runs_and_costs_little(tmp_path: Path) -> None:
    with Speedometer(sorted(os.sched_getaffinity(0))[:1], tmp_path) as speedometer:
        deadline = time.monotonic() + 20
        while not (begun := speedometer.read()).pieces and time.monotonic() < deadline:
            time.sleep(0.02)
        began = time.monotonic()
        time.sleep(0.5)
        now, lasted_s = speedometer.read(), time.monotonic() - began
    assert now.us_since(begun) > 1
    assert (now.cpu_ns - begun.cpu_ns) / 1e9 < 0.05 * lasted_s


def test_no_piece_of_work_is_no_pace() -> None:
    assert Pace(3, 500).us_since(Pace(3, 500)) == 0
    assert Pace(5, 250_000).us_since(Pace(3, 50_000)) == 100


def test_two_servers_of_one_cost_are_equal_though_the_core_was_slower_for_one() -> None:
    trials = [a_trial_at(100, 100), a_trial_at(100, 170)]
    fast, slow = SteadyPace.seen_in(trials).told(trials)
    assert slow.cpu_s_per_1000 == pytest.approx(fast.cpu_s_per_1000)


def test_a_server_that_costs_more_still_does() -> None:
    trials = [a_trial_at(100, 90), a_trial_at(150, 80, cost=1.2)]
    base, dearer = SteadyPace.seen_in(trials).told(trials)
    assert dearer.cpu_s_per_1000 / base.cpu_s_per_1000 == pytest.approx(1.2)


@given(st.lists(st.floats(50, 500), min_size=1, max_size=8))
def test_cost_at_a_steady_pace_is_what_was_measured(paces: list[float]) -> None:
    steady = a_trial_at(*[paces[0]] * len(paces))
    [told] = SteadyPace.seen_in([steady]).told([steady])
    assert told.cpu_s_per_1000 == pytest.approx(steady.cpu_s_per_1000)


def test_where_nobody_watched_the_pace_cpu_is_what_was_measured() -> None:
    trial = a_trial().model_copy(update={"slices": [a_slice(0)]})
    assert SteadyPace.seen_in([trial]).usual_us == 0
    [told] = SteadyPace(100.0, {}).told([trial])
    assert told.cpu_s_per_1000 == trial.cpu_s_per_1000


@pytest.mark.parametrize("power", [0.5, 1.0, 1.6])
def test_how_strongly_a_workload_follows_the_pace_is_found(power: float) -> None:
    trials = a_run_at(power, noise=0.02)
    pace = SteadyPace.seen_in(trials)
    assert pace.exponents["read"] == pytest.approx(power, abs=0.08)
    costs = [trial.cpu_s_per_1000 for trial in pace.told(trials)]
    raw = [trial.cpu_s_per_1000 for trial in trials]
    assert stdev(costs) / fmean(costs) < 0.02
    assert fmean(costs) == pytest.approx(fmean(raw), rel=0.05)


def test_each_workload_has_its_own_exponent() -> None:
    trials = [*a_run_at(0.5, workload="login"), *a_run_at(1.6)]
    assert SteadyPace.seen_in(trials).exponents == pytest.approx({"login": 0.5, "read": 1.6})


@pytest.mark.parametrize(
    "trials",
    [
        pytest.param(a_run_at(1.6, trials=2), id="too few slices"),
        pytest.param([a_trial_at(*[100.0] * 8, power=1.6) for _ in range(6)], id="a steady core"),
        pytest.param(
            [trial.model_copy(update={"invalid": ["host: loud"]}) for trial in a_run_at(1.6)], id="no valid trial"
        ),
    ],
)
def test_what_cannot_be_learnt_is_one(trials: list[Trial]) -> None:
    assert SteadyPace.seen_in(trials).exponents == {"read": 1.0}


def test_an_exponent_that_makes_no_sense_is_bounded() -> None:
    assert SteadyPace.seen_in(a_run_at(-1)).exponents == {"read": 0.0}
    assert SteadyPace.seen_in(a_run_at(9)).exponents == {"read": 3.0}


def test_a_reader_is_told_how_much_the_pace_changed() -> None:
    trials = [a_trial_at(90, 100, 100, 110)]
    shown = SteadyPace.seen_in(trials).shown(trials)
    assert shown
    assert (shown.low_us, shown.usual_us, shown.high_us) == (90, 100, 110)
    assert SteadyPace(0.0, {}).shown([a_trial()]) is None
