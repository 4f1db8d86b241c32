"""What must not be left half done is carried to its end, and an interruption is not forgotten over it."""

import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from benchmarks.interrupts import to_the_end


class Ended(Exception):
    """What SIGTERM becomes in these tests."""


def end(*_: object) -> None:
    """A handler of SIGTERM."""
    raise Ended


@pytest.fixture(autouse=True)
def usual_handlers() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler), signal.signal(signal.SIGTERM, end)
    yield
    assert signal.getsignal(signal.SIGTERM) is end
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGTERM, before[1])


def press(number: int = signal.SIGINT) -> None:
    """Send this process a signal, as a terminal does."""
    os.kill(os.getpid(), number)


def pressed(number: int, done: list[str]) -> None:
    """Two signals in a block, and work behind them."""
    with to_the_end():
        press(number)
        press(number)
        done.append("the rest of it")


@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Ended)])
def test_a_signal_is_heard_when_the_block_has_ended(number: int, error: type[BaseException]) -> None:
    done: list[str] = []
    with pytest.raises(error):
        pressed(number, done)
    assert done == ["the rest of it"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def pressed_within(done: list[str]) -> None:
    """A block with a signal in it within another."""
    with to_the_end():
        pressed(signal.SIGINT, done)
        done.append("what follows")


def test_a_block_within_another_leaves_it_to_the_outer_one() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        pressed_within(done)
    assert done == ["the rest of it", "what follows"]


def pressed_and_failed() -> None:
    """A signal in a block, and an error behind it."""
    with to_the_end():
        press()
        raise ZeroDivisionError


def test_a_signal_is_heard_after_a_block_that_fails_too() -> None:
    with pytest.raises(KeyboardInterrupt) as caught:
        pressed_and_failed()
    assert isinstance(caught.value.__context__, ZeroDivisionError)


def test_who_is_deaf_to_ctrl_c_stays_so() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with to_the_end():
        press()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def in_a_thread(work: Callable[[], None]) -> None:
    """Do it in a thread and wait for its end."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_another_thread_changes_nothing() -> None:
    done: list[object] = []

    def work() -> None:
        with to_the_end():
            done.append(signal.getsignal(signal.SIGINT))

    in_a_thread(work)
    assert done == [signal.default_int_handler]
