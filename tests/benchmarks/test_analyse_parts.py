"""What an analysis says beside the ratios: cells, ladders, spectra, trust and drift."""

import math

import pytest

from benchmarks.analyse import Analysis, analyse
from benchmarks.histogram import Histogram
from benchmarks.layers.cost import LAYERS
from benchmarks.records import Run, Trial
from tests.benchmarks.factories import (
    CONTROL,
    FIELD,
    a_busy_run,
    a_load,
    a_plan,
    a_run,
    a_start,
    a_trial,
    an_environment,
    an_open_trial,
    some_slices,
)
from tests.benchmarks.whole_runs import PROMISE, a_capacity_run, a_layers_run


@pytest.fixture(scope="module")
def busy() -> Analysis:
    return analyse(a_busy_run())


def of(trials: list[Trial], *, rounds: int = 2) -> Analysis:
    """The analysis of a run in which these trials came to be, and no others."""
    return analyse(Run(plan=a_plan(rounds=rounds), environment=an_environment(), starts=[], trials=trials))


def test_a_cell_merges_latencies_and_keeps_every_round() -> None:
    fast, slow = Histogram.of([100] * 900), Histogram.of([900] * 100 + [50_000])
    (cell,) = of([
        a_trial(number=0, cost=0.3, load=a_load(latency_us=fast)),
        a_trial(number=1, cost=0.5, load=a_load(latency_us=slow)),
    ]).cells  # fmt: skip
    assert (cell.trials, cell.latency.samples, cell.latency.max_us) == (2, 1001, 50_000)
    assert (cell.latency.p50_us, cell.latency.p99_us, cell.latency.p999_us) == (100, 900, None)
    assert cell.cpu_s_per_1000 == pytest.approx([0.3, 0.5])


def test_a_cell_has_the_latest_valid_attempt_of_each_round_and_counts_the_invalid_ones() -> None:
    (cell,) = of([
        a_trial(number=0, cost=0.3, invalid=["host: stolen"]),
        a_trial(number=0, cost=0.4, attempt=2),
        a_trial(number=0, cost=0.5, attempt=3),
    ]).cells  # fmt: skip
    assert cell.cpu_s_per_1000 == pytest.approx([0.5])
    assert (cell.rounds, cell.invalid) == ([0], 1)


def test_boots_show_every_start_of_those_who_started() -> None:
    run = Run(plan=a_plan(), environment=an_environment(), starts=[a_start("flask-granian")], trials=[])
    assert [(boot.contender, boot.start_up_s) for boot in analyse(run).boots] == [("flask-granian", [0.8])]


def test_a_ladder_rises_and_pools_the_trials_of_a_rung() -> None:
    (ladder,) = of([
        an_open_trial(number=1, rate_per_s=800), an_open_trial(rate_per_s=200), an_open_trial(rate_per_s=800),
        an_open_trial(rate_per_s=1200),
    ]).ladders  # fmt: skip
    assert [(rung.offered_per_s, rung.trials, rung.kept) for rung in ladder.rungs] == [
        (200, 1, True), (800, 2, True), (1200, 1, False),
    ]  # fmt: skip
    assert [rung.achieved_per_s for rung in ladder.rungs] == pytest.approx([200, 800, 1000])
    assert ladder.rungs[1].corrected.samples == 2400
    assert ladder.rungs[2].why == "83.3 % of the arrivals were served (300 dropped)"


def test_a_rung_without_a_valid_trial_says_why() -> None:
    bad = an_open_trial().model_copy(update={"invalid": ["host: stolen"]})
    (ladder,) = of([bad]).ladders
    assert (ladder.rungs[0].kept, ladder.rungs[0].why) == (False, "no valid trial: host: stolen")
    assert of([bad]).knees[0].kept_per_s is None


def test_the_knee_is_between_what_was_kept_and_the_first_that_was_not() -> None:
    (knee,) = of([an_open_trial(rate_per_s=rate, limit_per_s=1000) for rate in (400, 800, 1200, 1600)]).knees
    assert (knee.kept_per_s, knee.broken_per_s) == (800, 1200)
    (high,) = of([an_open_trial(rate_per_s=400)]).knees
    assert (high.kept_per_s, high.broken_per_s) == (400, None)


def test_spectra_compare_everybody_at_the_highest_rate_that_all_kept(busy: Analysis) -> None:
    assert [one.contender for one in busy.spectra] == [contender.name for contender in FIELD]
    (rate,) = {one.offered_per_s for one in busy.spectra}
    kept = {knee.contender: knee.kept_per_s for knee in busy.knees}
    assert rate == min(value for value in kept.values() if value)


def test_a_spectrum_rises_and_is_never_below_the_raw_one_at_its_end(busy: Analysis) -> None:
    for spectrum in busy.spectra:
        corrected = [point.corrected_us for point in spectrum.points]
        assert corrected == sorted(corrected)
        assert spectrum.points[-1].percent == 100
        assert all(spectrum.samples * (100 - point.percent) / 100 >= 10 for point in spectrum.points[:-1])


def test_nobody_is_drawn_when_no_rate_was_kept_by_all() -> None:
    steps = [an_open_trial(rate_per_s=800), an_open_trial("flask-granian", rate_per_s=800, limit_per_s=400)]
    assert of(steps).spectra == []


def test_trust_counts_what_was_planned_came_to_be_and_had_to_be_repeated(busy: Analysis) -> None:
    trust, run = busy.trust, a_busy_run()
    assert trust.planned == run.plan.trials
    assert trust.valid == trust.planned - 1
    assert trust.attempts == len(run.trials)
    assert trust.invalid_attempts == 3
    assert {gate.name: gate.broken for gate in trust.gates if gate.broken} == {"host": 1, "answers": 2}
    assert trust.missing == ["round 8, fastapi-granian, read at 1900/s"]
    assert trust.incidents == ["round 3, flask-granian: was still running 5 s after SIGTERM, and was killed"]
    assert (trust.starts, trust.checks) == (40, 720)


def controlled(control: list[float]) -> Analysis:
    cost = dict(zip(range(len(control)), control, strict=True))
    contenders = [FIELD[1], CONTROL]
    return analyse(
        a_run(
            a_plan(rounds=len(control), contenders=contenders), lambda name, n: cost[n] if name == CONTROL.name else 1
        )
    )


def test_the_noise_floor_is_the_mean_square_of_the_control() -> None:
    trust = controlled([1.1, 1 / 1.1]).trust
    assert trust.noise == pytest.approx(0.1)
    assert trust.worst_control == pytest.approx(0, abs=1e-9)
    assert not trust.control_found_a_winner


def test_a_control_that_finds_a_winner_is_told() -> None:
    trust = controlled([1.2, 1.21, 1.2, 1.19]).trust
    assert trust.control_found_a_winner
    assert [(one.workload, one.word) for one in trust.control] == [("read", "slower")]
    assert trust.worst_control == pytest.approx(0.2, abs=0.001)


def test_without_a_control_there_is_no_noise_floor() -> None:
    trust = analyse(a_run(a_plan(contenders=FIELD[:2]))).trust
    assert (trust.noise, trust.worst_control, trust.control) == (None, None, [])


def test_drift_is_told_round_by_round_against_the_usual_cost() -> None:
    (drift,) = of([a_trial(number=0, cost=0.2), a_trial(number=1, cost=0.8)]).drift
    assert [(point.round, point.at_s) for point in drift.points] == [(0, 10.0), (1, 10.0)]
    assert [point.relative for point in drift.points] == pytest.approx([0.5, 2])


def test_a_server_that_still_warms_up_within_its_trials_is_told() -> None:
    warming = [
        one.model_copy(update={"server_cpu_s": one.server_cpu_s * (1.2 if number < 4 else 1.0)})
        for number, one in enumerate(some_slices())
    ]
    (drift,) = of([a_trial(number=number, slices=warming) for number in range(2)]).drift
    assert drift.within_trials
    assert drift.within_trials.estimate == pytest.approx(1 / 1.2)


def test_every_number_of_a_believable_run_is_finite(busy: Analysis) -> None:
    assert "NaN" not in busy.model_dump_json()
    assert "Infinity" not in busy.model_dump_json()
    assert all(math.isfinite(value) for cell in busy.cells for value in cell.cpu_s_per_1000)


def test_capacities_are_found_round_by_round_from_the_probes() -> None:
    found = {one.contender: one for one in analyse(a_capacity_run()).capacities}
    assert [len(one.rates_per_s) for one in found.values()] == [3, 3]
    assert {one.promise for one in found.values()} == {PROMISE}
    flask, fastapi = found["flask-gunicorn"].interval, found["fastapi-uvicorn"].interval
    assert flask
    assert fastapi
    assert fastapi.estimate / flask.estimate == pytest.approx(0.7, abs=0.05)


def test_layers_are_told_of_a_run_of_layers_only(busy: Analysis) -> None:
    run = a_layers_run()
    assert {layer.layer for layer in analyse(run).layers} == set(LAYERS)
    assert analyse(run).trust.invalid == []
    assert busy.layers == []
