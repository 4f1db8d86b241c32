"""What is measured in which order."""

from collections import Counter

import pytest

from benchmarks import contenders
from benchmarks.chats import TWINS
from benchmarks.plan import PROFILES, RUNGS, duration_s, make_plan, order, turns, with_ladder
from benchmarks.records import Contender, Plan, RoundPlan, Sitting
from benchmarks.workloads import WORKLOADS

NAMES = ["a", "b", "c", "d", "e"]
LOADS = ["read", "list", "search", "write"]
QUICK = PROFILES["quick"]


def contender(name: str, workloads: list[str] | None = None) -> Contender:
    return Contender(name=name, framework="Flask", server="gunicorn", command=["x"], workloads=workloads or [])


def planned(rounds: int, seed: int = 3) -> list[RoundPlan]:
    return order([contender(name) for name in NAMES], LOADS, QUICK._replace(rounds=rounds), seed)


def the_default_plan(profile: str) -> Plan:
    field = contenders.load(contenders.CONTENDERS_FILE)
    chosen = [one for one in field.contender if one.default]
    usual = [name for name, workload in WORKLOADS.items() if workload.quick or profile != "quick"]
    lineup = contenders.with_control(chosen, field.control)
    return make_plan("compare", lineup, usual, PROFILES[profile], seed=1)


@pytest.mark.parametrize("rounds", [1, 2, 5, 8])
def test_every_contender_starts_once_in_each_round_and_meets_every_workload(rounds: int) -> None:
    for one in planned(rounds):
        assert sorted(one.lineup) == NAMES
        assert sorted(sitting.workload for sitting in one.sittings) == sorted(LOADS)
        assert all(sorted(sitting.contenders) == NAMES for sitting in one.sittings)


def test_every_second_round_is_the_mirror_of_the_one_before() -> None:
    lineups = [one.lineup for one in planned(10)]
    assert lineups[1::2] == [lineup[::-1] for lineup in lineups[::2]]


def test_the_pairs_of_rounds_have_different_orders() -> None:
    lineups = [tuple(one.lineup) for one in planned(20)]
    assert len(set(lineups[::2])) > 5


def test_every_second_sitting_of_a_round_begins_at_the_other_end() -> None:
    for one in planned(4):
        assert [sitting.contenders for sitting in one.sittings] == [one.lineup, one.lineup[::-1]] * 2


def test_the_workloads_have_another_order_in_other_rounds() -> None:
    assert len({tuple(sitting.workload for sitting in one.sittings) for one in planned(10)}) > 3


def test_a_contender_is_only_given_workloads_that_it_can_answer() -> None:
    able = [contender("a"), contender("b", ["read"])]
    (one,) = order(able, LOADS, QUICK._replace(rounds=1), seed=3)
    assert {sitting.workload for sitting in one.sittings if "b" in sitting.contenders} == {"read"}
    assert {sitting.workload for sitting in one.sittings if "a" in sitting.contenders} == set(LOADS)


def test_slices_go_there_and_back_again() -> None:
    sitting = Sitting(workload="read", contenders=["a", "b", "c"], slice_s=0.2, slices=3)
    assert turns(sitting) == ["a", "b", "c", "c", "b", "a", "a", "b", "c"]


def test_what_cannot_be_cut_is_measured_once_before_and_once_after_the_others() -> None:
    whole = next(name for name, workload in WORKLOADS.items() if workload.whole)
    (one,) = order([contender("a"), contender("b")], [whole], QUICK._replace(rounds=1), seed=3)
    (sitting,) = one.sittings
    assert (sitting.slices, sitting.slice_s) == (2, QUICK.whole_s / 2)


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert planned(6, seed=11) == planned(6, seed=11)
    assert planned(6, seed=11) != planned(6, seed=12)


def test_the_ladder_visits_every_rung_alike_after_the_first_round() -> None:
    rounds = 2 * len(RUNGS) + 1
    plan = the_default_plan("quick").model_copy(update={"rounds": planned(rounds)})
    laddered = with_ladder(plan, ["a", "b"], 1000, QUICK)
    ladders = [[sitting for sitting in one.sittings if sitting.part == "ladder"] for one in laddered.rounds]
    rates = Counter(sitting.arrivals.rate_per_s for ladder in ladders for sitting in ladder if sitting.arrivals)
    assert ladders[0] == []
    assert rates == {1000 * rung: 2 for rung in RUNGS}
    assert all(sorted(sitting.contenders) == ["a", "b"] for ladder in ladders for sitting in ladder)


def test_the_ladder_leaves_what_was_planned_before_as_it_is() -> None:
    plan = the_default_plan("quick")
    laddered = with_ladder(plan, ["flask-gunicorn"], 1000, QUICK)
    for before, after in zip(plan.rounds, laddered.rounds, strict=True):
        assert after.sittings[: len(before.sittings)] == before.sittings


def test_the_quick_profile_takes_at_most_five_minutes_with_its_ladder() -> None:
    plan = the_default_plan("quick")
    laddered = with_ladder(plan, TWINS, 1000, QUICK)
    assert 60 < duration_s(laddered) <= 300


def test_the_quick_profile_has_at_least_six_rounds() -> None:
    assert len(the_default_plan("quick").rounds) >= 6


def test_the_estimate_grows_with_the_profile() -> None:
    assert duration_s(the_default_plan("quick")) < duration_s(the_default_plan("standard"))
    assert duration_s(the_default_plan("standard")) < duration_s(the_default_plan("thorough"))
