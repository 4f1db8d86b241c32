"""Ctrl-C, and the request to end, at a moment at which nothing may be left half done."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class _Later(list[int]):
    """A handler of signals that only notes which have come."""

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        self.append(number)


@contextmanager
def to_the_end() -> Iterator[None]:
    """What is inside is carried to its end, and what came meanwhile is heard then.

    To ignore it would be wrong: the first Ctrl-C may come while the servers of a round are stopped. Only for work that
    ends by itself.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or isinstance(signal.getsignal(signal.SIGINT), _Later):
        # Other threads hear nothing; of several blocks the outermost hears.
        yield
        return
    later = _Later()
    before = {number: signal.signal(number, later) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, heard in before.items():
            signal.signal(number, heard)
        for came in later[:1]:
            signal.raise_signal(came)
