"""The course of a load: who may send when, and whether the books balance."""

import tracemalloc
from itertools import cycle

import gevent
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.lean.course import LATE_S, Course, Ticket
from benchmarks.lean.tally import Tally
from benchmarks.records import Arrivals

# Of one request: how long it takes, and whether it fails.
fates = st.tuples(st.floats(0, 0.002), st.sampled_from([None, "status 500", "timed out"]))


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def books_balance(tally: Tally) -> bool:
    return tally.started == tally.ok + tally.failed + tally.late + tally.open


def hold(course: Course, users: int, seconds: float, fates: list[tuple[float, str | None]]) -> None:
    """A slice with so many users, whose requests meet these fates by turns."""
    left = cycle(fates)

    def ask() -> None:
        while True:
            ticket = course.admit()
            takes_s, failure = next(left)
            began = course.clock()
            gevent.sleep(takes_s)
            course.finished(ticket, began, course.clock(), failure, received=7, opened=0)

    crowd = [gevent.spawn(ask) for _ in range(users)]
    course.open()
    gevent.sleep(seconds)
    course.close()
    assert course.drain(5)
    gevent.killall(crowd)


@settings(max_examples=12, deadline=None)
@given(st.lists(fates, min_size=1, max_size=8), st.integers(1, 5), st.sampled_from([None, "constant", "poisson"]))
def test_every_request_is_accounted_for(fates: list[tuple[float, str | None]], users: int, kind: str | None) -> None:
    arrivals = Arrivals.model_validate({"kind": kind, "rate_per_s": 2000, "in_flight": users}) if kind else None
    course = Course(arrivals, seed=1)
    hold(course, users, 0.03, fates)
    tally = course.take()
    assert books_balance(tally)
    assert tally.scheduled == tally.started + tally.dropped
    assert tally.open == 0
    assert tally.started > 0
    assert sum(tally.failures.values()) == tally.failed
    assert tally.latency_us.samples == tally.service_us.samples == tally.ok
    assert tally.bytes_received == 7 * tally.started


@given(st.lists(st.sampled_from(["admit", "ok", "fail", "take"]), max_size=60))
def test_the_books_balance_whenever_they_are_looked_at(steps: list[str]) -> None:
    course = Course(None, seed=1, clock=Clock())
    course.open()
    under_way: list[Ticket] = []
    seen: list[Tally] = []
    admitted = 0
    for step in [*steps, "take"]:
        match step:
            case "admit":
                under_way.append(course.admit())
                admitted += 1
            case "take":
                seen.append(course.take())
                assert seen[-1].open == len(under_way)
            case _ if under_way:
                course.finished(under_way.pop(), 100.0, 100.1, "no" if step == "fail" else None, 0, 0)
    assert all(map(books_balance, seen))
    # None is lost between two looks, and none is answered twice.
    assert Tally.merged(seen).answered + len(under_way) == admitted


def test_latency_counts_from_when_a_request_was_due_and_service_from_when_it_was_sent() -> None:
    course = Course(None, seed=1, clock=Clock())
    course.open()
    course.admit()
    course.finished(Ticket(100.0, late=False), 100.25, 100.75, None, 0, 1)
    tally = course.take()
    assert (tally.latency_us.max_us, tally.service_us.max_us) == (750_000, 500_000)
    assert (tally.busy_s, tally.connections) == (0.5, 1)


def test_to_wait_for_a_busy_server_is_latency() -> None:
    # One request at a time, of which the first takes as long as fifty are due.
    clock = Clock()
    course = Course(Arrivals(kind="constant", rate_per_s=500, in_flight=1), seed=1, clock=clock)
    course.open()
    first = course.admit()
    clock.now_s += 0.1
    gevent.sleep(0.05)
    course.finished(first, clock.now_s - 0.1, clock.now_s, None, 0, 0)
    course.finished(course.admit(), clock.now_s, clock.now_s + 0.02, None, 0, 0)
    course.close()
    tally = course.take()
    assert (tally.ok, tally.late) == (2, 0)
    assert tally.dropped > tally.started
    # It was due almost as soon as the first, and counts from then.
    assert tally.latency_us.max_us > 110_000 > tally.service_us.max_us


def test_a_generator_that_sleeps_too_long_says_so() -> None:
    clock = Clock()
    course = Course(Arrivals(kind="constant", rate_per_s=100, in_flight=4), seed=1, clock=clock)
    user = gevent.spawn(course.admit)
    gevent.sleep(0)
    course.open()
    gevent.sleep(0)
    # Something else has held this process up for longer than a latency may be wrong by.
    clock.now_s += 0.01 + 2 * LATE_S
    ticket = user.get(timeout=5)
    course.finished(ticket, clock.now_s, clock.now_s + 0.001, None, 0, 0)
    course.close()
    assert ticket.late
    tally = course.take()
    assert (tally.ok, tally.late, books_balance(tally)) == (0, 1, True)


def test_what_was_due_and_not_taken_up_is_dropped() -> None:
    clock = Clock()
    course = Course(Arrivals(kind="constant", rate_per_s=1000, in_flight=3), seed=1, clock=clock)
    course.open()
    clock.now_s += 0.05
    gevent.sleep(0.05)
    course.close()
    tally = course.take()
    assert tally.scheduled == tally.dropped > 3
    assert tally.started == 0


def test_nobody_is_admitted_to_a_closed_course() -> None:
    course = Course(None, seed=1)
    user = gevent.spawn(course.admit)
    gevent.sleep(0.005)
    assert not user.ready()
    course.open()
    assert isinstance(user.get(timeout=5), Ticket)
    course.close()
    assert not course.drain(0.002)


def test_a_flood_of_different_failures_is_counted_and_not_kept() -> None:
    course = Course(None, seed=1, clock=Clock())
    course.open()
    for number in range(50):
        course.finished(course.admit(), 100.0, 100.1, f"failure {number}", 0, 0)
    tally = course.take()
    assert (tally.failed, len(tally.failures)) == (50, 20)


def test_a_long_load_takes_no_more_memory_than_a_short_one() -> None:
    course = Course(None, seed=1, clock=Clock())
    course.open()
    tracemalloc.start()
    try:
        for number in range(10_000):
            course.finished(course.admit(), 100.0, 100.0 + number / 1e4, None, 0, 0)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert course.take().ok == 10_000
    assert grown < 50_000


def test_tallies_add_up() -> None:
    one = Tally(scheduled=3, started=2, ok=1, failed=1, dropped=1, failures={"a": 1}, busy_s=0.5, rows_added=-1)
    both = Tally.merged([one, one, Tally()])
    assert (both.scheduled, both.started, both.ok, both.failed, both.dropped) == (6, 4, 2, 2, 2)
    assert (both.failures, both.busy_s, both.rows_added) == ({"a": 2}, 1.0, -2)


@pytest.mark.parametrize("rows", [[3], [2, -1]])
def test_rows_that_came_and_went_are_added_up(rows: list[int]) -> None:
    course = Course(None, seed=1)
    for count in rows:
        course.add_rows(count)
    assert course.take().rows_added == sum(rows)
