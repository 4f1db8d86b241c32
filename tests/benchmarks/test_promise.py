"""Promises about answers, and loads that keep them or do not."""

import pytest

from benchmarks.capacity.promise import Limit, broken_by, parse
from benchmarks.failures import UsageError
from benchmarks.records import Load
from tests.benchmarks.trials import load_of

FAST, SLOW = 10_000, 500_000


def test_a_promise_is_read_with_its_units() -> None:
    promise = parse("p99 < 100 ms, P99.9<0.5s, max < 2 s, errors < 0.1 %")
    assert promise.limits == [
        Limit(percent=99, limit_us=100_000),
        Limit(percent=99.9, limit_us=500_000),
        Limit(percent=100, limit_us=2_000_000),
    ]
    assert promise.errors == pytest.approx(0.001)
    assert promise.arrivals_needed == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "", "p99", "p99 < 100", "p99 > 100 ms", "p100 < 1 s", "errors < 3 ms", "p99 < 3 %", "p99 < 0 ms",
        "p99 < 1 ms,", "p0 < 1 ms",
    ],
)  # fmt: skip
def test_what_is_no_promise_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "load", "broken"),
    [
        ("p99 < 100 ms", load_of([FAST] * 995 + [SLOW] * 5), []),
        ("p99 < 100 ms", load_of([FAST] * 980 + [SLOW] * 20), ["p99: 500 ms"]),
        ("max < 100 ms", load_of([FAST] * 999 + [SLOW]), ["max: 500 ms"]),
        ("errors < 1 %", load_of([FAST] * 995, failed=5), []),
        ("errors < 1 %", load_of([FAST] * 980, failed=10, dropped=10), ["errors: 2 %"]),
        ("p50 < 1 ms, errors < 1 %", load_of([FAST] * 90, failed=10), ["p50: 10 ms", "errors: 10 %"]),
        ("errors < 1 %", load_of([]), ["errors: 1e+02 %"]),
    ],
)
def test_each_clause_is_kept_or_told_with_what_was_seen(text: str, load: Load, broken: list[str]) -> None:
    assert broken_by(parse(text), load) == broken


def test_a_server_cannot_keep_a_latency_by_turning_requests_away() -> None:
    load = load_of([FAST] * 970, dropped=30)
    assert broken_by(parse("p99 < 100 ms"), load) == ["p99: 30 of 1000 had no answer"]
    assert broken_by(parse("p95 < 100 ms"), load) == []
    slow = load_of([FAST] * 940 + [SLOW] * 30, dropped=30)
    assert broken_by(parse("p95 < 100 ms"), slow) == ["p95: 500 ms"]


def test_what_the_generator_started_too_late_is_not_the_servers_fault() -> None:
    assert broken_by(parse("p99 < 100 ms, errors < 0.1 %"), load_of([FAST] * 900, late=100)) == []
