"""From trials to what may be said."""

import math
import random

import pytest

from benchmarks.analyse import Comparison, analyse, pairs
from benchmarks.ratios import paired_ratio
from benchmarks.records import Plan, Run
from benchmarks.spreads import MIN_RATIOS, moderated
from tests.benchmarks.factories import CONTROL, FIELD, Cost, a_busy_run, a_load, a_plan, a_run, a_trial, an_environment

FRAMEWORK = ("flask-granian", "fastapi-granian")


def a_run_that_costs(flask: list[float], fastapi: list[float], control: list[float] | None = None) -> Run:
    """Flask and FastAPI on granian and, if asked for, the noise of a control around 1."""
    contenders = [*FIELD[2:], *([FIELD[1], CONTROL] if control else [])]
    costs = {"flask-granian": flask, "fastapi-granian": fastapi, "fastapi-uvicorn": [1.0] * len(flask)}
    costs[CONTROL.name] = control or []
    return a_run(a_plan(rounds=len(flask), contenders=contenders), lambda name, number: costs[name][number])


def find(run: Run, base: str, other: str, metric: str = "cpu") -> Comparison:
    found = [one for one in analyse(run).comparisons if (one.base, one.other, one.metric) == (base, other, metric)]
    assert len(found) == 1
    return found[0]


def test_pairs_differ_in_one_thing_or_are_what_users_run() -> None:
    assert [(pair.kind, pair.base.name, pair.other.name) for pair in pairs([*FIELD, CONTROL])] == [
        ("framework", "flask-granian", "fastapi-granian"),
        ("stack", "flask-gunicorn", "fastapi-uvicorn"),
        ("server", "flask-gunicorn", "flask-granian"),
        ("server", "fastapi-uvicorn", "fastapi-granian"),
        ("control", "fastapi-uvicorn", "fastapi-uvicorn-again"),
    ]


def test_a_control_without_its_original_is_no_pair() -> None:
    assert pairs([CONTROL]) == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("framework", {"framework": "FastAPI"}),
        ("server", {"server": "gunicorn gevent"}),
        ("variant", {"variant": "sync routes"}),
        ("driver", {"driver": "asyncpg"}),
        ("database", {"database": "postgresql"}),
        ("workers", {"workers": 2}),
    ],
)
def test_a_pair_is_named_for_the_one_thing_in_which_it_differs(kind: str, change: dict[str, object]) -> None:
    base = FIELD[0]
    other = base.model_copy(update={"name": "other", "default": False} | change)
    assert [(pair.kind, pair.other.name) for pair in pairs([base, other])] == [(kind, "other")]


def test_two_things_at_once_or_another_layer_are_no_comparison() -> None:
    base = FIELD[2].model_copy(update={"default": False})
    both = base.model_copy(update={"name": "both", "framework": "FastAPI", "workers": 2})
    layer = base.model_copy(update={"name": "layer", "framework": "FastAPI", "layer": "empty"})
    assert pairs([base, both, layer]) == []


def test_servers_named_by_their_url_are_what_somebody_runs() -> None:
    there = [one.model_copy(update={"default": False, "url": f"http://{one.name}.example"}) for one in FIELD[:2]]
    assert [pair.kind for pair in pairs(there)] == ["stack"]


def test_a_workload_that_one_of_them_cannot_answer_is_not_compared() -> None:
    able = FIELD[3].model_copy(update={"workloads": ["list"]})
    run = a_run(a_plan(workloads=("read", "list"), contenders=[FIELD[2], able]))
    assert {one.workload for one in analyse(run).comparisons} == {"list"}


def test_of_several_attempts_the_latest_counts_in_which_both_are_valid() -> None:
    run = a_run_that_costs([1.0, 1.0, 1.0], [2.0, 2.0, 2.0])
    again = [
        # Measured anew beside an invalid one: its pair is the attempt before.
        a_trial("flask-granian", 1, cost=8.0, attempt=2),
        a_trial("fastapi-granian", 1, cost=8.0, attempt=2, invalid=["warm-up: the rate still rose"]),
        a_trial("flask-granian", 2, cost=1.0, attempt=2),
        a_trial("fastapi-granian", 2, cost=4.0, attempt=2),
    ]
    comparison = find(run.model_copy(update={"trials": [*run.trials, *again]}), *FRAMEWORK)
    assert comparison.ratio
    assert comparison.ratio.estimate == pytest.approx((2 * 2 * 4) ** (1 / 3))


def test_where_nobody_could_read_the_cpu_clock_only_rates_are_compared() -> None:
    run = a_run_that_costs([0.0] * 3, [0.0] * 3)
    assert (find(run, *FRAMEWORK).ratio, find(run, *FRAMEWORK).word) == (None, "not judged")
    assert find(run, *FRAMEWORK, "rate").ratio
    assert {tuple(cell.cpu_s_per_1000) for cell in analyse(run).cells} == {()}


def test_answers_of_another_length_are_not_compared_and_the_report_says_so() -> None:
    run = a_run_that_costs([1.0] * 3, [2.0] * 3, control=[1.0] * 3)
    starts = [
        start.model_copy(update={"sample_bytes": 99}) if start.contender == "fastapi-granian" else start
        for start in run.starts
    ]
    run = run.model_copy(update={"starts": starts})
    assert find(run, *FRAMEWORK).word == "not judged"
    assert "connections: sample answers of 99 bytes" in analyse(run).trust.invalid[0]


def test_the_ratio_pairs_the_trials_of_each_round() -> None:
    comparison = find(a_run_that_costs([1.0, 2.0, 4.0, 8.0], [2.0, 4.0, 8.0, 16.0]), *FRAMEWORK)
    assert comparison.ratio
    assert comparison.ratio[:3] == pytest.approx((2, 2, 2))
    assert comparison.word == "slower"


def test_less_cpu_is_faster_and_a_lower_rate_is_slower() -> None:
    plan = a_plan(contenders=FIELD[2:])
    run = a_run(plan)
    trials = [
        a_trial(trial.contender, trial.round, cost=cost, load=a_load(requests=rate + trial.round))
        for trial in run.trials
        for cost, rate in [(0.3, 1000) if trial.contender == "fastapi-granian" else (0.6, 2000)]
        if trial.part == "matrix"
    ]
    run = run.model_copy(update={"trials": trials})
    assert find(run, *FRAMEWORK, "cpu").word == "faster"
    assert find(run, *FRAMEWORK, "rate").word == "slower"


def test_equal_costs_are_equivalent() -> None:
    comparison = find(a_run_that_costs([1.0, 1.01, 1.0, 1.01], [1.01, 1.0, 1.0, 1.01]), *FRAMEWORK)
    assert (comparison.word, comparison.note) == ("equivalent", "")


def test_noise_is_inconclusive_and_says_how_many_rounds_more() -> None:
    comparison = find(a_run_that_costs([1.0, 1.2, 0.9, 1.0], [1.3, 1.1, 1.2, 1.1]), *FRAMEWORK)
    assert comparison.word == "inconclusive"
    assert comparison.note == f"about {comparison.rounds_more} more rounds"


def test_hopeless_noise_says_so() -> None:
    comparison = find(a_run_that_costs([1, 9, 1, 9], [9, 1, 9, 1]), *FRAMEWORK)
    assert (comparison.word, comparison.note) == ("inconclusive", "too noisy to settle")
    assert comparison.rounds_more is None


@pytest.mark.parametrize(("excess", "word"), [(1.30, "slower"), (1.05, "inconclusive")])
def test_a_difference_is_claimed_only_above_what_the_control_shows(excess: float, word: str) -> None:
    costs = [1.0, 1.001, 0.999, 1.0]
    run = a_run_that_costs([1.0] * 4, [excess * cost for cost in costs], control=[1.1 * cost for cost in costs])
    assert find(run, *FRAMEWORK).word == word
    assert analyse(run).trust.control_found_a_winner


def test_how_much_a_ratio_varies_is_told_by_all_ratios_of_the_run() -> None:
    chance = random.Random(3)
    costs = {one.name: [math.exp(chance.gauss(0, 0.05)) for _ in range(6)] for one in (*FIELD, CONTROL)}
    run = a_run(a_plan(rounds=6), lambda name, number: costs[name][number])
    found = [one for one in analyse(run).comparisons if one.metric == "cpu"]
    told = [one.ratio for one in found if one.ratio]
    own = [paired_ratio(costs[one.other], costs[one.base]) for one in found]
    assert len(own) >= MIN_RATIOS
    assert [one.estimate for one in told] == pytest.approx([one.estimate for one in own])
    assert [one.log_spread for one in told] == pytest.approx([one.log_spread for one in moderated(own)])
    assert [one.log_spread for one in told] != pytest.approx([one.log_spread for one in own], rel=0.01)


def test_a_workload_without_a_control_of_its_own_borrows_the_worst() -> None:
    costs = [1.0, 1.001, 0.999, 1.0]
    run = a_run_that_costs([1.0] * 4, [1.05 * cost for cost in costs], control=[1.1 * cost for cost in costs])
    plan = run.plan.model_copy(update={"workloads": ["read", "list"]})
    other = [trial.model_copy(update={"workload": "list"}) for trial in run.trials if trial.contender != CONTROL.name]
    found = analyse(run.model_copy(update={"plan": plan, "trials": [*run.trials, *other]})).comparisons
    said = {one.workload: one.word for one in found if one.kind == "framework" and one.metric == "cpu"}
    assert said == {"read": "inconclusive", "list": "inconclusive"}


def test_one_clear_p_value_among_many_does_not_survive_the_correction() -> None:
    noisy, plan = {"flask-granian": (1.0, 1.0, 1.0), "fastapi-granian": (1.1, 1.2, 1.15)}, a_plan(rounds=3)

    def cost(name: str, number: int) -> float:
        return noisy[name][number] if name in noisy else (1.0, 1.7, 0.8)[(number + len(name)) % 3]

    alone = a_run(a_plan(rounds=3, contenders=FIELD[2:]), cost)
    assert find(alone, *FRAMEWORK).word == "slower"
    assert find(a_run(plan, cost), *FRAMEWORK).word == "inconclusive"


def test_invalid_trials_count_nowhere_but_in_the_list_of_invalid_ones() -> None:
    run = a_run_that_costs([1.0, 1.01, 1.0], [2.0, 2.01, 2.0])
    bad = a_trial("fastapi-granian", 1, cost=77.0, invalid=["answers: 3 × 500"])
    with_bad, without = run.model_copy(update={"trials": [bad, *run.trials]}), analyse(run)
    assert analyse(with_bad).comparisons == without.comparisons
    assert [cell.model_copy(update={"invalid": 0}) for cell in analyse(with_bad).cells] == without.cells
    assert analyse(with_bad).trust.invalid == ["round 2, fastapi-granian, read, attempt 1: answers: 3 × 500"]


def test_a_round_in_which_only_one_was_measured_is_left_out() -> None:
    run = a_run_that_costs([1.0, 1.0, 1.0], [2.0, 2.0, 9.0])
    trials = [trial for trial in run.trials if (trial.contender, trial.round) != ("flask-granian", 2)]
    ratio = find(run.model_copy(update={"trials": trials}), *FRAMEWORK).ratio
    assert ratio
    assert ratio.rounds == 2
    assert ratio.estimate == pytest.approx(2)


@pytest.mark.parametrize("kept", [0, 1])
def test_fewer_than_two_paired_rounds_give_no_ratio(kept: int) -> None:
    run = a_run_that_costs([1.0, 1.0], [2.0, 2.0])
    comparison = find(run.model_copy(update={"trials": [t for t in run.trials if t.round < kept]}), *FRAMEWORK)
    assert (comparison.ratio, comparison.word) == (None, "not judged")


@pytest.mark.parametrize("plan", [a_plan(rounds=1), a_plan(rounds=3, contenders=FIELD[:1])])
def test_a_run_that_was_interrupted_at_once_can_be_analysed(plan: Plan) -> None:
    run = Run(plan=plan, environment=an_environment(), starts=[], trials=[])
    analysis = analyse(run)
    assert all(one.ratio is None for one in analysis.comparisons)
    assert (analysis.cells, analysis.ladders, analysis.spectra, analysis.drift) == ([], [], [], [])
    assert len(analysis.trust.missing) == analysis.trust.planned == plan.trials


def test_the_run_backwards_says_the_opposite() -> None:
    cost: Cost = lambda name, number: (1.5 if name == "flask-granian" else 1.0) + number / 1000  # noqa: E731
    there = find(a_run(a_plan(contenders=FIELD[2:]), cost), *FRAMEWORK).ratio
    back = find(a_run(a_plan(contenders=FIELD[:1:-1]), cost), *FRAMEWORK[::-1]).ratio
    assert there
    assert back
    assert math.log(there.estimate) == pytest.approx(-math.log(back.estimate))


def test_the_same_run_gives_the_same_analysis() -> None:
    assert analyse(a_busy_run()).model_dump_json() == analyse(a_busy_run()).model_dump_json()
