"""Gates: a good trial passes all, and each is broken by exactly what it is there for."""

from collections.abc import Sequence

import pytest

from benchmarks.machine import ROOT
from benchmarks.records import Trial
from benchmarks.validity import GATES, gate_of, reasons, unequal_answers
from benchmarks.workloads import ALL_WORKLOADS
from tests.benchmarks.factories import (
    FIELD,
    SAMPLE_BYTES,
    a_busy_run,
    a_host,
    a_load,
    a_start,
    a_trial,
    an_open_trial,
    some_slices,
)

KEPT_ALIVE = FIELD[0]
ONE_EACH = KEPT_ALIVE.model_copy(update={"keep_alive": False})


def loaded(trial: Trial, **changes: object) -> Trial:
    return trial.model_copy(update={"load": trial.load.model_copy(update=changes)})


def hosted(**changes: object) -> Trial:
    return a_trial(host=a_host(**changes))


def in_matrix(trial: Trial) -> Trial:
    return trial.model_copy(update={"part": "matrix"})


def broken(trial: Trial) -> list[str]:
    return [reason.partition(": ")[0] for reason in reasons(trial, KEPT_ALIVE)]


GOOD = [
    a_trial(),
    a_trial(rows_expected=10_004, rows_found=10_004),
    an_open_trial(),
    in_matrix(an_open_trial()),
    an_open_trial(rate_per_s=2000, limit_per_s=1000),
]


@pytest.mark.parametrize("trial", GOOD)
def test_a_good_trial_passes_every_gate(trial: Trial) -> None:
    assert reasons(trial, KEPT_ALIVE) == []


def test_requests_longer_than_a_slice_are_asked_for_no_steady_warm_up_and_no_kept_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ALL_WORKLOADS, "long", ALL_WORKLOADS["read"]._replace(whole=True))
    few = a_trial(workload="long", load=a_load(requests=8, connections=16, steady=False))
    assert broken(few) == []
    assert broken(few.model_copy(update={"workload": "read"})) == ["connections", "warm-up"]


def test_the_trials_of_the_factory_are_as_valid_as_they_say() -> None:
    run = a_busy_run()
    by_name = {contender.name: contender for contender in run.plan.contenders}
    assert [trial for trial in run.trials if not trial.invalid and reasons(trial, by_name[trial.contender])] == []


OPEN = an_open_trial(rate_per_s=500, seconds=2)
BAD = [
    # Gate 1
    ("rate", loaded(OPEN, late=11, ok=989)),
    ("rate", in_matrix(an_open_trial(rate_per_s=1012, limit_per_s=1000))),
    # Gate 2
    ("books", loaded(a_trial(), started=2001)),
    ("books", loaded(OPEN, scheduled=1003)),
    ("books", loaded(a_trial(), in_flight=1.06 * 2000 / 1.6 * 700e-6)),
    ("books", loaded(a_trial(), in_flight=0.94 * 2000 / 1.6 * 700e-6)),
    # Gate 3
    ("generator", loaded(a_trial(), generator_peak=0.81)),
    ("generator", loaded(OPEN, generator_peak=0.81)),
    # Gate 4
    ("host", hosted(steal_share=0.021)),
    ("host", hosted(spin_before_us=100, spin_after_us=105.1)),
    ("host", hosted(spin_before_us=100, spin_after_us=94.9)),
    ("host", a_trial(slices=some_slices(other_cpu_share=0.11))),
    # Gate 5: 8 users, and 1 % of 2,000 requests.
    ("connections", loaded(a_trial(), connections=29)),
    # Gate 6
    ("answers", loaded(a_trial(), failures={"GET /books/{id}: status 500": 1})),
    ("answers", loaded(a_trial(), open=1, started=2001)),
    ("answers", a_trial(rows_expected=10_004, rows_found=10_003)),
    # Gate 7
    ("warm-up", loaded(a_trial(), steady=False)),
]


@pytest.mark.parametrize(("gate", "trial"), BAD)
def test_what_is_wrong_breaks_its_gate_and_no_other(gate: str, trial: Trial) -> None:
    assert broken(trial) == [gate]


def test_every_gate_is_broken_on_purpose_and_numbered_as_in_the_specification() -> None:
    assert {gate for gate, _ in BAD} == {gate.name for gate in GATES}
    assert [gate.number for gate in GATES] == list(range(1, 8))


def test_the_manual_names_every_gate() -> None:
    manual = (ROOT / "docs" / "measuring.md").read_text("utf-8")
    assert all(f"\n| {gate.number} {gate.name} |" in manual for gate in GATES)


AT_THE_BORDER = [
    loaded(OPEN, late=10, ok=990),
    loaded(a_trial(), generator_peak=0.80),
    hosted(steal_share=0.02),
    hosted(spin_before_us=100, spin_after_us=104.9),
    loaded(a_trial(), in_flight=1.04 * 2000 / 1.6 * 700e-6),
    loaded(a_trial(), connections=28),
]


@pytest.mark.parametrize("trial", AT_THE_BORDER)
def test_a_border_still_belongs_to_what_is_valid(trial: Trial) -> None:
    assert broken(trial) == []


def test_a_trial_without_any_success_says_so() -> None:
    nothing = loaded(a_trial(), ok=0, started=0, scheduled=0, in_flight=0.0)
    assert reasons(nothing, KEPT_ALIVE) == ["answers: no request succeeded"]


def test_a_search_for_the_limit_counts_failures_instead_of_refusing_them() -> None:
    overloaded = loaded(OPEN, failed=100, ok=900, failures={"GET /books/{id}: status 503": 100})
    assert broken(overloaded) == []
    assert broken(in_matrix(overloaded)) == ["rate", "answers"]


def test_layers_tell_cpu_alone_so_that_a_busy_generator_spoils_nothing() -> None:
    busy = loaded(a_trial(), generator_peak=0.99)
    assert broken(busy.model_copy(update={"part": "layers"})) == []


def test_without_keep_alive_each_request_has_a_connection_of_its_own() -> None:
    assert reasons(loaded(a_trial(), connections=2000), ONE_EACH) == []
    assert [gate_of(reason) for reason in reasons(a_trial(), ONE_EACH)] == ["connections"]


@pytest.mark.parametrize(("turn_s", "expected"), [(1.0, ["connections"]), (6.0, [])])
def test_connections_may_be_closed_between_slices_that_are_far_apart(turn_s: float, expected: Sequence[str]) -> None:
    # Three slices, so that 8 users connect anew twice.
    trial = a_trial(slices=some_slices(slices=3, slice_s=1.6 / 3, turn_s=turn_s))
    assert broken(loaded(trial, connections=44)) == expected


def test_a_reason_names_its_gate_and_anything_else_names_none() -> None:
    assert gate_of("host: the hypervisor took 3.0 % of the cores") == "host"
    assert gate_of("set-up: POST /auth/register: connection refused") is None


def test_a_server_whose_answers_have_another_length_than_those_of_most_is_found() -> None:
    field = [KEPT_ALIVE.model_copy(update={"name": name}) for name in ("a", "b", "c", "bare")]
    starts = [a_start("a"), a_start("b"), a_start("c", sample_bytes=17), a_start("bare", sample_bytes=0)]
    assert unequal_answers(starts, field) == {
        (0, "c"): f"connections: sample answers of 17 bytes, where most servers sent {SAMPLE_BYTES}"
    }
    assert unequal_answers([], field) == {}


def test_lengths_are_held_against_those_on_the_same_database() -> None:
    there = KEPT_ALIVE.model_copy(update={"name": "there", "database": "postgresql"})
    assert unequal_answers([a_start(KEPT_ALIVE.name), a_start("there", sample_bytes=17)], [KEPT_ALIVE, there]) == {}
