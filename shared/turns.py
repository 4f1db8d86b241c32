"""Requests that wait for a thread or a connection, in the order of arrival, and how long one more would wait."""

from collections import deque
from time import monotonic

# How much the last turn says of how fast the queue moves: little enough that one which was held up is no rule.
_WEIGHT = 0.1


# What part of the longest wait makes it worth looking who has left: requests that nobody waits for should not fill a
# queue, but who only closes his side of a connection is to be answered as long as there is time.
LONG = 0.05


class Turn:
    """One request's place in a queue."""

    __slots__ = ("_since", "ahead", "waited_s")

    def __init__(self, ahead: int = 0) -> None:
        self._since = monotonic()
        self.ahead = ahead
        self.waited_s: float | None = None

    def end(self) -> float:
        """Wait no longer, in whichever thread; says how many seconds that has taken, as often as it is asked."""
        if self.waited_s is None:
            self.waited_s = self.so_far_s()
        return self.waited_s

    def so_far_s(self) -> float:
        """Seconds since it has come."""
        return monotonic() - self._since


class Turns:
    """A queue of turns, used by the one thread that lets requests in."""

    def __init__(self) -> None:
        self._queue: deque[Turn] = deque()
        self._pace_s = 0.0

    def join(self) -> Turn:
        """A place at the end."""
        turn = Turn(len(self._queue))
        self._queue.append(turn)
        return turn

    def wait_s(self) -> float:
        """Seconds that a newcomer would wait; 0 when nobody waits.

        It is the length of the queue times the pace at which it has moved of late, which is Little's law; and no less
        than the first in it has waited already, since it may have stopped.
        """
        queue = self._queue
        while queue and (waited_s := queue[0].waited_s) is not None:
            self._pace_s += _WEIGHT * (waited_s / (queue.popleft().ahead + 1) - self._pace_s)
        return max(queue[0].so_far_s(), len(queue) * self._pace_s) if queue else 0.0
