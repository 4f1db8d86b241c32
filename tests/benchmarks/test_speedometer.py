"""The pace of the cores, and CPU time told at one pace."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.analyse.pace import at_pace, usual_pace_us
from benchmarks.records import Slice, Trial
from benchmarks.speedometer import Pace, Speedometer
from tests.benchmarks.factories import a_trial


def a_slice(pace_us: float, cpu_s: float = 0.1, window_s: float = 0.2) -> Slice:
    return Slice(
        at_s=0, window_s=window_s, requests=100, server_cpu_s=cpu_s, generator_cpu_s=0.01, other_cpu_share=0,
        pace_us=pace_us,
    )  # fmt: skip


def a_trial_at(*paces_us: float, cost: float = 1.0) -> Trial:
    """A server whose work takes longer exactly as the core is slower."""
    slices = [a_slice(pace_us, cpu_s=cost * 0.001 * pace_us) for pace_us in paces_us]
    return a_trial().model_copy(update={"slices": slices})


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
    fast, slow = at_pace(trials, usual_pace_us(trials))
    assert slow.cpu_s_per_1000 == pytest.approx(fast.cpu_s_per_1000)


def test_a_server_that_costs_more_still_does() -> None:
    trials = [a_trial_at(100, 90), a_trial_at(150, 80, cost=1.2)]
    base, dearer = at_pace(trials, usual_pace_us(trials))
    assert dearer.cpu_s_per_1000 / base.cpu_s_per_1000 == pytest.approx(1.2)


@given(st.lists(st.floats(50, 500), min_size=1, max_size=8))
def test_cost_at_a_steady_pace_is_what_was_measured(paces: list[float]) -> None:
    steady = a_trial_at(*[paces[0]] * len(paces))
    [told] = at_pace([steady], usual_pace_us([steady]))
    assert told.cpu_s_per_1000 == pytest.approx(steady.cpu_s_per_1000)


def test_where_nobody_watched_the_pace_cpu_is_what_was_measured() -> None:
    trial = a_trial().model_copy(update={"slices": [a_slice(0)]})
    assert usual_pace_us([trial]) == 0
    [told] = at_pace([trial], 100.0)
    assert told.cpu_s_per_1000 == trial.cpu_s_per_1000
