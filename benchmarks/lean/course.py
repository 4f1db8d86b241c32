"""Admits requests one by one and keeps what became of them: a closed loop, or arrivals by a schedule.

In a closed loop every user that is free may send while the course is open. In an open loop requests are due by a
schedule; a user takes one when it is due, or as soon as a user gets free: that wait is the server's doing, and counts
as latency. Users are as many as requests may be under way, and as many more requests may wait; beyond that a request
is dropped. One that starts too late although a user stood ready is the generator's fault: it counts as late, and says
nothing about the server.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import gevent
from gevent.event import Event
from gevent.queue import Empty, Full, SimpleQueue

from benchmarks.histogram import Recorder
from benchmarks.lean.arrivals import due_times
from benchmarks.lean.tally import Tally
from benchmarks.records import Arrivals

# What the generator may add to a latency: more would be seen in a promise of 100 ms.
LATE_S = 0.010
_MAX_KINDS_OF_FAILURE = 20
_POLL_S = 0.0005


class Ticket(NamedTuple):
    """Leave to send one request: when it was meant to start, and whether the generator is too late for it."""

    intended_s: float
    late: bool


class Free:
    """No course at all: everybody may send at any time, and Locust's own tables are all there is."""

    clock = staticmethod(time.perf_counter)

    def admit(self) -> Ticket:
        """Now."""
        return Ticket(self.clock(), late=False)

    def finished(
        self, ticket: Ticket, started_s: float, ended_s: float, failure: str | None, received: int, opened: int
    ) -> None:
        """Nobody asks."""

    def add_rows(self, count: int) -> None:
        """Nobody asks."""


class Course(Free):
    """Where the users of one server wait for their turn, and hand in their results."""

    def __init__(self, arrivals: Arrivals | None, seed: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        self._arrivals, self._chance = arrivals, random.Random(seed)
        self._turn = Event()
        self._due: SimpleQueue[float] = SimpleQueue(arrivals.in_flight if arrivals else None)
        self._dispatcher: gevent.Greenlet[..., None] | None = None
        self._under_way = 0
        self._clear()

    def _clear(self) -> None:
        self._scheduled = self._started = self._ok = self._failed = self._late = self._dropped = 0
        self._failures: Counter[str] = Counter()
        # Counted at once: a pause for thousands of them would make the next requests late.
        self._latencies, self._services = Recorder(), Recorder()
        self._busy_s = 0.0
        self._connections = self._received = self._rows = 0

    def open(self) -> None:
        """A slice begins, and with it a schedule."""
        self._turn.set()
        if self._arrivals:
            self._dispatcher = gevent.spawn(self._dispatch, self._arrivals)

    def close(self) -> None:
        """Nobody is admitted any more; what is due and was not taken up is dropped."""
        self._turn.clear()
        if self._dispatcher:
            self._dispatcher.kill()
        try:
            while True:
                self._due.get_nowait()
                self._dropped += 1
        except Empty:
            return

    def drain(self, timeout_s: float) -> bool:
        """Wait until nothing is under way; False when it takes longer than that."""
        deadline = time.perf_counter() + timeout_s
        while self._under_way and time.perf_counter() < deadline:
            gevent.sleep(_POLL_S)
        return not self._under_way

    def _dispatch(self, arrivals: Arrivals) -> None:
        began = self.clock()
        for due_s in due_times(arrivals, self._chance):
            gevent.sleep(max(0.0, began + due_s - self.clock()))
            self._scheduled += 1
            try:
                self._due.put_nowait(began + due_s)
            except Full:
                self._dropped += 1

    def admit(self) -> Ticket:
        """Wait until a request may start."""
        ticket = self._next_due() if self._arrivals else self._next_turn()
        self._started += 1
        self._under_way += 1
        return ticket

    def _next_turn(self) -> Ticket:
        self._turn.wait()
        self._scheduled += 1
        return Ticket(self.clock(), late=False)

    def _next_due(self) -> Ticket:
        stood_ready = self._due.empty()
        intended_s = self._due.get()
        return Ticket(intended_s, late=stood_ready and self.clock() - intended_s > LATE_S)

    def finished(
        self, ticket: Ticket, started_s: float, ended_s: float, failure: str | None, received: int, opened: int
    ) -> None:
        """A request has come to its end, by an answer or without one."""
        self._under_way -= 1
        self._busy_s += ended_s - started_s
        self._received += received
        self._connections += opened
        if ticket.late:
            self._late += 1
        elif failure is None:
            self._ok += 1
            self._latencies.record(round((ended_s - ticket.intended_s) * 1e6))
            self._services.record(round((ended_s - started_s) * 1e6))
        else:
            self._fail(failure)

    def _fail(self, failure: str) -> None:
        self._failed += 1
        if failure in self._failures or len(self._failures) < _MAX_KINDS_OF_FAILURE:
            self._failures[failure] += 1

    def add_rows(self, count: int) -> None:
        """An answer said that so many rows came, or went."""
        self._rows += count

    def take(self) -> Tally:
        """What became of requests since this was asked last; those under way are open, and counted again later."""
        tally = Tally(
            scheduled=self._scheduled,
            started=self._started,
            ok=self._ok,
            failed=self._failed,
            late=self._late,
            dropped=self._dropped,
            open=self._under_way,
            failures=dict(self._failures),
            latency_us=self._latencies.histogram(),
            service_us=self._services.histogram(),
            busy_s=self._busy_s,
            connections=self._connections,
            bytes_received=self._received,
            rows_added=self._rows,
        )
        self._clear()
        # What was started before belongs to the next tally, whose books have to balance too.
        self._started = self._scheduled = self._under_way
        return tally
