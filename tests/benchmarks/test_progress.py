"""How much of a plan is done."""

from benchmarks.progress import Clock
from tests.benchmarks.factories import a_plan, a_trial, an_open_trial


def test_a_trial_that_is_held_again_for_its_neighbours_sake_is_done_once() -> None:
    clock = Clock(a_plan())
    for attempt in (1, 2, 3):
        clock.line(a_trial(attempt=attempt))
    assert clock.done == 1


def test_an_invalid_trial_is_not_done() -> None:
    clock = Clock(a_plan())
    clock.line(a_trial(invalid=["host: loud"]))
    assert clock.done == 0


def test_each_round_part_and_rate_counts_by_itself() -> None:
    clock = Clock(a_plan())
    for trial in (a_trial(), a_trial(number=1), an_open_trial(), an_open_trial(rate_per_s=900)):
        clock.line(trial)
    assert clock.done == 4
