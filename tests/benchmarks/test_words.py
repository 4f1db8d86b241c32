"""The sentences beside the numbers."""

import pytest

from benchmarks.analyse import Comparison, analyse
from benchmarks.ratios import Ratio
from benchmarks.report.words import interval, limits, pair_title, trust_lines, verdict
from tests.benchmarks.factories import CONTROL, FIELD, a_run, an_environment


def a_comparison(low: float = 1.1, high: float = 1.3, *, note: str = "", control: bool = False) -> Comparison:
    return Comparison(
        kind="control" if control else "stack",
        metric="cpu",
        base="fastapi-uvicorn" if control else "flask-gunicorn",
        other="fastapi-uvicorn-again" if control else "fastapi-uvicorn",
        workload="read",
        ratio=Ratio(1.2, low, high, 0.01, 0.1, 5),
        word="slower",
        note=note,
    )


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(1.1, 1.3, "1.20 (1.10–1.30)"), (0.001, 1e6, "1.20 (<0.01–>100)"), (0.01, 100, "1.20 (0.01–100.00)")],
)
def test_an_interval_has_two_digits_and_says_when_it_has_no_end(low: float, high: float, shown: str) -> None:
    assert interval(a_comparison(low, high)) == shown


def test_no_ratio_is_a_dash() -> None:
    assert interval(a_comparison().model_copy(update={"ratio": None})) == "–"


def test_a_verdict_carries_its_reason() -> None:
    assert verdict(a_comparison()) == "slower"
    assert verdict(a_comparison(note="about 3 more rounds")) == "slower (about 3 more rounds)"


def test_a_title_says_what_is_divided_by_what() -> None:
    assert pair_title([*FIELD, CONTROL], a_comparison()) == "FastAPI on uvicorn ÷ Flask on gunicorn"
    assert pair_title([*FIELD, CONTROL], a_comparison(control=True)) == "Control: FastAPI on uvicorn ÷ itself"


def test_a_good_run_has_nothing_that_speaks_against_it() -> None:
    assert [line for good, line in trust_lines(analyse(a_run())) if not good] == []


def test_a_control_that_finds_a_winner_speaks_against_the_run() -> None:
    run = a_run(cost=lambda name, number: 1 + 0.5 * name.endswith("-again") + number / 1000)
    bad = [line for good, line in trust_lines(analyse(run)) if not good]
    assert len(bad) == 1
    assert "do not trust this run" in bad[0]


def test_busy_machines_unsteady_starts_and_repeated_trials_speak_against_the_run() -> None:
    run = a_run()
    first = run.trials[0]
    spoilt = [
        first.model_copy(update={"invalid": ["no request succeeded"]}),
        first.model_copy(update={"other_cpu_share": 0.3, "load": first.load.model_copy(update={"steady": False})}),
        *run.trials[2:],
    ]
    bad = " ".join(line for good, line in trust_lines(analyse(run.model_copy(update={"trials": spoilt}))) if not good)
    for part in ("no request succeeded", "The machine was busy: in 1 trials", "1 trials began before", "19 of 20"):
        assert part in bad


def test_limits_declare_shared_cores() -> None:
    apart, together = an_environment(), an_environment(generator_cores=[0])
    assert "on cores of their own" in limits(a_run(environment=apart))[0]
    assert "shared cores" in limits(a_run(environment=together))[0]
