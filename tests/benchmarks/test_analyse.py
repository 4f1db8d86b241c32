"""From trials to what may be said."""

import math

import pytest

from benchmarks.analyse import Comparison, analyse, pairs
from benchmarks.histogram import Histogram
from benchmarks.records import Plan, Run
from tests.benchmarks.factories import CONTROL, FIELD, Cost, a_load, a_plan, a_run, a_start, a_trial, an_environment

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
    assert comparison.note.startswith("about ")
    assert comparison.note.endswith(" more rounds")


def test_hopeless_noise_says_so() -> None:
    comparison = find(a_run_that_costs([1, 9, 1, 9], [9, 1, 9, 1]), *FRAMEWORK)
    assert (comparison.word, comparison.note) == ("inconclusive", "too noisy to settle")


@pytest.mark.parametrize(("excess", "word"), [(1.30, "slower"), (1.05, "inconclusive")])
def test_a_difference_is_claimed_only_above_what_the_control_shows(excess: float, word: str) -> None:
    costs = [1.0, 1.001, 0.999, 1.0]
    run = a_run_that_costs([1.0] * 4, [excess * cost for cost in costs], control=[1.1 * cost for cost in costs])
    assert find(run, *FRAMEWORK).word == word
    assert analyse(run).trust.control_found_a_winner


def test_one_clear_p_value_among_many_does_not_survive_the_correction() -> None:
    noisy, plan = {"flask-granian": (1.0, 1.0, 1.0), "fastapi-granian": (1.1, 1.2, 1.15)}, a_plan(rounds=3)

    def cost(name: str, number: int) -> float:
        return noisy[name][number] if name in noisy else (1.0, 1.7, 0.8)[(number + len(name)) % 3]

    alone = a_run(a_plan(rounds=3, contenders=FIELD[2:]), cost)
    assert find(alone, *FRAMEWORK).word == "slower"
    assert find(a_run(plan, cost), *FRAMEWORK).word == "inconclusive"


def test_invalid_trials_count_nowhere_but_in_the_list_of_invalid_ones() -> None:
    run = a_run_that_costs([1.0, 1.01, 1.0], [2.0, 2.01, 2.0])
    bad = a_trial("fastapi-granian", 1, cost=77.0, invalid=["3 failures: 500"])
    with_bad, without = run.model_copy(update={"trials": [bad, *run.trials]}), analyse(run)
    assert analyse(with_bad).comparisons == without.comparisons
    assert analyse(with_bad).cells == without.cells
    assert analyse(with_bad).trust.invalid == ["round 2, fastapi-granian, read, attempt 1: 3 failures: 500"]


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
    assert (comparison.ratio, comparison.word) == (None, "inconclusive")


def test_throughput_is_not_judged_when_the_generator_was_the_bottleneck() -> None:
    run = a_run_that_costs([0.1, 0.1, 0.1], [0.2, 0.2, 0.2])
    saturated = a_load(generator_cpu_s=0.95)
    trials = [trial.model_copy(update={"load": saturated}) for trial in run.trials]
    run = run.model_copy(update={"trials": trials})
    assert find(run, *FRAMEWORK, "rate").word == "not judged"
    assert find(run, *FRAMEWORK, "cpu").word == "slower"


def test_a_cell_merges_latencies_and_keeps_every_round() -> None:
    fast, slow = Histogram.of([100] * 900), Histogram.of([900] * 100 + [50_000])
    trials = [
        a_trial(number=number, cost=cost, load=a_load().model_copy(update={"latency_us": latency}))
        for number, cost, latency in [(0, 0.3, fast), (1, 0.5, slow)]
    ]
    cell = analyse(a_run(a_plan(rounds=2)).model_copy(update={"trials": trials})).cells[0]
    assert (cell.trials, cell.samples, cell.max_us) == (2, 1001, 50_000)
    assert (cell.p50_us, cell.p99_us) == (100, 900)
    assert cell.cpu_s_per_1000 == pytest.approx([0.3, 0.5])


def test_the_noise_floor_is_the_mean_square_of_the_control() -> None:
    trust = analyse(a_run_that_costs([1.0] * 2, [1.0] * 2, control=[1.1, 1 / 1.1])).trust
    assert trust.noise == pytest.approx(0.1)
    assert trust.worst_control == pytest.approx(0, abs=1e-9)
    assert not trust.control_found_a_winner


def test_without_a_control_there_is_no_noise_floor() -> None:
    trust = analyse(a_run_that_costs([1.0, 1.0], [1.0, 1.0])).trust
    assert (trust.noise, trust.worst_control) == (None, None)


def test_trust_counts_what_was_planned_checked_disturbed_and_unsteady() -> None:
    run = a_run(a_plan(rounds=2, workloads=("read", "list")))
    first, second, *rest = run.trials
    unsteady = first.load.model_copy(update={"steady": False})
    trials = [
        first.model_copy(update={"load": unsteady}),
        second.model_copy(update={"other_cpu_share": 0.2}),
        *rest[:-1],
    ]
    trust = analyse(run.model_copy(update={"trials": trials})).trust
    assert (trust.planned, trust.trials, trust.starts, trust.checks) == (20, 19, 10, 180)
    assert (trust.unsteady, trust.disturbed) == (1, 1)


def test_boots_show_every_start_of_those_who_started() -> None:
    run = Run(plan=a_plan(), environment=an_environment(), starts=[a_start("flask-granian")], trials=[])
    assert [(boot.contender, boot.start_up_s) for boot in analyse(run).boots] == [("flask-granian", [0.8])]


@pytest.mark.parametrize("plan", [a_plan(rounds=1), a_plan(rounds=3, contenders=FIELD[:1])])
def test_a_run_that_was_interrupted_at_once_can_be_analysed(plan: Plan) -> None:
    run = Run(plan=plan, environment=an_environment(), starts=[], trials=[])
    assert all(one.ratio is None for one in analyse(run).comparisons)
    assert analyse(run).cells == []


def test_the_run_backwards_says_the_opposite() -> None:
    cost: Cost = lambda name, number: (1.5 if name == "flask-granian" else 1.0) + number / 1000  # noqa: E731
    there = find(a_run(a_plan(contenders=FIELD[2:]), cost), *FRAMEWORK).ratio
    back = find(a_run(a_plan(contenders=FIELD[:1:-1]), cost), *FRAMEWORK[::-1]).ratio
    assert there
    assert back
    assert math.log(there.estimate) == pytest.approx(-math.log(back.estimate))
