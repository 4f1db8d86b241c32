"""The sentences beside the numbers."""

from typing import Any

import pytest

from benchmarks.analyse import Comparison, analyse
from benchmarks.ratios import Ratio
from benchmarks.records import Incident, Run, Trial
from benchmarks.report.headline import headline, leading
from benchmarks.report.words import doubts, half_width, interval, limits, pair_title, verdict
from tests.benchmarks.factories import CONTROL, FIELD, a_plan, a_run, an_environment, wobble


def a_comparison(*, control: bool = False, **changes: Any) -> Comparison:
    return Comparison(
        kind="control" if control else "stack",
        metric="cpu",
        base="fastapi-uvicorn" if control else "flask-gunicorn",
        other="fastapi-uvicorn-again" if control else "fastapi-uvicorn",
        workload="read",
        ratio=a_ratio(),
        word="slower",
        note="",
        rounds_more=None,
        adjusted_p=0.01,
    ).model_copy(update=changes)


def a_ratio(estimate: float = 1.2, low: float = 1.1, high: float = 1.3) -> Ratio:
    return Ratio(estimate, low, high, 0.01, 0.1, 5, 4)


def said(run: Run) -> list[str]:
    return headline(run, analyse(run))


def halved(trial: Trial) -> Trial:
    slices = [one.model_copy(update={"server_cpu_s": one.server_cpu_s / 2}) for one in trial.slices]
    return trial.model_copy(update={"slices": slices})


def doubts_of(run: Run) -> str:
    return " ".join(doubts(analyse(run)))


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (a_ratio(), "1.20 (1.10–1.30)"),
        (a_ratio(low=0.001, high=1e6), "1.20 (<0.01–>100)"),
        (a_ratio(low=0.01, high=100), "1.20 (0.01–100.00)"),
        (a_ratio(estimate=0.0, low=0.0), "<0.01 (<0.01–1.30)"),
        (None, "–"),
    ],
)
def test_an_interval_has_two_digits_and_says_when_it_has_no_end(ratio: Ratio | None, shown: str) -> None:
    assert interval(ratio) == shown


def test_the_half_width_is_that_of_the_logarithm_and_endless_at_zero() -> None:
    assert half_width(a_ratio(1.0, 1 / 1.02, 1.02)) == pytest.approx(0.02)
    assert half_width(a_ratio(1.0, 0.0, 2.0)) == float("inf")


def test_a_verdict_carries_its_reason() -> None:
    assert verdict(a_comparison()) == "slower"
    assert verdict(a_comparison(note="about 3 more rounds")) == "slower (about 3 more rounds)"


def test_a_title_says_what_is_divided_by_what() -> None:
    assert pair_title([*FIELD, CONTROL], a_comparison()) == "FastAPI on uvicorn ÷ Flask on gunicorn"
    assert pair_title([*FIELD, CONTROL], a_comparison(control=True)) == "Control: FastAPI on uvicorn ÷ itself"


def test_the_answer_says_which_by_how_much_and_how_sure() -> None:
    first, second, sure = said(a_run())
    assert first == "FastAPI on uvicorn against Flask on gunicorn: more CPU per request, 1.50×, for read one."
    assert second.startswith("FastAPI on granian against Flask on granian: more CPU per request, 1.50×,")
    assert sure.startswith("95 % intervals over 4 fresh starts, half of them within ±0.")
    assert "two starts of the same server differ by 0." in sure


def test_the_answer_tells_workloads_apart_by_their_words() -> None:
    plan = a_plan(workloads=("read", "list", "search", "write"), contenders=FIELD[:2])
    run = a_run(plan, lambda name, number: wobble(name, number) * (1.0 if name.startswith("flask") else 1.5))
    trials = [
        halved(one) if (one.workload, one.contender) == ("list", "fastapi-uvicorn") else one for one in run.trials
    ]
    first = said(run.model_copy(update={"trials": trials}))[0]
    assert "more CPU per request, 1.50×, for read one, search, write mix; " in first
    assert "less CPU per request, 0.75×, for list." in first


def test_many_workloads_are_counted_and_not_named() -> None:
    run = a_run(a_plan(workloads=("read", "list", "search", "write"), contenders=FIELD[:2]))
    assert "for all 4 workloads." in said(run)[0]
    few = a_run(a_plan(workloads=("read", "list"), contenders=FIELD[:2]))
    assert "for read one, list." in said(few)[0]


def test_a_run_of_one_contender_and_its_control_answers_with_the_control() -> None:
    run = a_run(a_plan(contenders=[FIELD[1], CONTROL]))
    assert [one.kind for ones in leading(analyse(run)) for one in ones] == ["control"]
    assert "the same within 3 % for read one" in said(run)[0]


def test_one_round_is_no_answer() -> None:
    assert said(a_run(a_plan(rounds=1))) == [
        "Too little was measured for an answer: no two contenders were both measured in two rounds."
    ]


def test_a_good_run_has_nothing_that_speaks_against_it() -> None:
    assert doubts_of(a_run()) == ""


def test_a_control_that_finds_a_winner_speaks_against_the_run() -> None:
    against = doubts_of(a_run(cost=lambda name, number: 1 + 0.5 * name.endswith("-again") + number / 1000))
    assert "do not trust this run" in against


def test_missing_trials_incidents_and_shared_cores_speak_against_the_run() -> None:
    run = a_run(environment=an_environment(generator_cores=[0]))
    incident = Incident(round=0, contender="flask-gunicorn", what="did not stop")
    against = doubts_of(run.model_copy(update={"trials": run.trials[1:], "incidents": [incident]}))
    planned = run.plan.trials
    for part in (
        f"{planned - 1} of {planned} planned trials",
        "Incidents with servers, told below: 1.",
        "shared cores",
    ):
        assert part in against


def test_a_trial_that_was_repeated_is_told_and_is_no_doubt() -> None:
    run = a_run()
    spoilt = run.trials[0].model_copy(update={"invalid": ["answers: no request succeeded"]})
    again = run.trials[0].model_copy(update={"attempt": 2})
    assert doubts_of(run.model_copy(update={"trials": [spoilt, again, *run.trials[1:]]})) == ""


def test_a_run_without_a_control_has_no_noise_floor() -> None:
    assert "No noise floor" in doubts_of(a_run(a_plan(contenders=FIELD)))


def test_limits_declare_shared_cores_and_workers() -> None:
    apart, together = an_environment(), an_environment(generator_cores=[0])
    assert "on cores of their own" in limits(a_run(environment=apart))[0]
    assert "shared cores" in limits(a_run(environment=together))[0]
    two = a_plan(contenders=[FIELD[0], FIELD[1].model_copy(update={"workers": 2})])
    assert "1 or 2 worker processes a server" in limits(a_run(two))[1]
    assert "8 users, and ratios of frameworks are others with fewer" in limits(a_run())[3]
