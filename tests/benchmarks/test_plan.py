"""What is measured in which order."""

from itertools import groupby, product

import pytest

from benchmarks import contenders
from benchmarks.plan import PROFILES, duration_s, make_plan, order
from benchmarks.records import Plan
from benchmarks.workloads import WORKLOADS

NAMES = ["a", "b", "c", "d", "e"]
LOADS = ["read", "list", "search", "write"]


def the_default_plan(profile: str) -> Plan:
    field = contenders.load(contenders.CONTENDERS_FILE)
    return make_plan(
        "compare", contenders.with_control(field.contender, field.control), list(WORKLOADS), PROFILES[profile], seed=1
    )


@pytest.mark.parametrize("rounds", [1, 2, 5, 8])
def test_every_contender_starts_once_in_each_round_and_meets_every_workload(rounds: int) -> None:
    found = order(NAMES, LOADS, rounds, seed=3)
    assert [sorted(planned.lineup) for planned in found] == [NAMES] * rounds
    for planned in found:
        visits = sorted((visit.contender, visit.workload) for visit in planned.trials)
        assert visits == sorted(product(NAMES, LOADS))


def test_every_second_round_is_the_mirror_of_the_one_before() -> None:
    lineups = [planned.lineup for planned in order(NAMES, LOADS, 10, seed=3)]
    assert lineups[1::2] == [lineup[::-1] for lineup in lineups[::2]]


def test_the_pairs_of_rounds_have_different_orders() -> None:
    lineups = [tuple(planned.lineup) for planned in order(NAMES, LOADS, 20, seed=3)]
    assert len(set(lineups[::2])) > 5


def test_a_workload_visits_all_servers_in_a_row_and_the_next_one_comes_back() -> None:
    for planned in order(NAMES, LOADS, 4, seed=3):
        visits = [list(group) for _, group in groupby(planned.trials, key=lambda visit: visit.workload)]
        names = [[visit.contender for visit in group] for group in visits]
        assert names == [planned.lineup, planned.lineup[::-1]] * 2


def test_the_workloads_have_another_order_in_other_rounds() -> None:
    found = [tuple(visit.workload for visit in planned.trials) for planned in order(NAMES, LOADS, 10, seed=3)]
    assert len(set(found)) > 3


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert order(NAMES, LOADS, 6, seed=11) == order(NAMES, LOADS, 6, seed=11)
    assert order(NAMES, LOADS, 6, seed=11) != order(NAMES, LOADS, 6, seed=12)


def test_the_quick_profile_with_everything_takes_at_most_five_minutes() -> None:
    assert 60 < duration_s(the_default_plan("quick")) <= 300


def test_the_estimate_grows_with_rounds_and_seconds() -> None:
    quick = the_default_plan("quick")
    longer = quick.model_copy(update={"timing": quick.timing.model_copy(update={"measure_s": 3.0})})
    assert duration_s(quick) < duration_s(longer) < duration_s(the_default_plan("standard"))
