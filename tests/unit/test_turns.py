"""How long a newcomer would wait: what the queue's length and pace say, and never less than the first has waited."""

import pytest

from shared import turns
from shared.turns import Turn, Turns


class Clock:
    """The time, as the test has it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(turns, "monotonic", clock)
    return clock


def serve(queue: Turns, clock: Clock, waiting: list[Turn], count: int, each_s: float) -> None:
    """Give so many their turn, one after another, while as many come anew."""
    for _ in range(count):
        clock.now += each_s
        waiting.pop(0).end()
        queue.wait_s()
        waiting.append(queue.join())


def test_who_finds_nobody_waiting_does_not_wait(clock: Clock) -> None:
    queue = Turns()
    assert queue.wait_s() == 0.0
    turn = queue.join()
    clock.now += 0.5
    assert turn.end() == 0.5
    assert queue.wait_s() == 0.0


def test_a_turn_waits_until_it_is_ended_for_the_first_time(clock: Clock) -> None:
    turn = Turns().join()
    clock.now += 2
    assert turn.end() == 2
    clock.now += 3
    assert turn.end() == 2


def test_a_queue_that_has_stopped_takes_as_long_as_its_first_has_waited(clock: Clock) -> None:
    queue = Turns()
    queue.join()
    clock.now += 3
    queue.join()
    assert queue.wait_s() == 3


def test_who_leaves_from_the_middle_holds_up_nobody(clock: Clock) -> None:
    queue = Turns()
    first, second, third = queue.join(), queue.join(), queue.join()
    clock.now += 1
    second.end()
    first.end()
    clock.now += 1
    assert queue.wait_s() == 2
    third.end()
    assert queue.wait_s() == 0


def test_a_queue_that_moves_takes_its_length_times_its_pace(clock: Clock) -> None:
    queue = Turns()
    waiting = [queue.join() for _ in range(20)]
    serve(queue, clock, waiting, 100, 0.1)
    assert queue.wait_s() == pytest.approx(2.0, rel=0.05)
    for turn in waiting[10:]:
        turn.end()
    del waiting[10:]
    serve(queue, clock, waiting, 100, 0.1)
    assert queue.wait_s() == pytest.approx(1.0, rel=0.05)


def test_one_turn_that_was_held_up_is_no_rule(clock: Clock) -> None:
    queue = Turns()
    waiting = [queue.join() for _ in range(2)]
    serve(queue, clock, waiting, 50, 0.01)
    serve(queue, clock, waiting, 1, 3)
    serve(queue, clock, waiting, 2, 0.01)
    assert queue.wait_s() < 1
