"""Requests as they come in, each against a deadline: a thread begins with one that is there.

gunicorn gives a thread to whoever connects, so as many slow senders as there are threads would stop it. Here they wait
in the poller, where each costs a descriptor and what it has sent.
"""

import errno
import re
import selectors
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from gunicorn.http.errors import NoMoreData, ParseException
from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn, ThreadWorker

from flask_impl.connections import Arrival
from shared import problems
from shared.arrivals import KEEP_ALIVE_S, LINGER_S, RESERVE, STOP_LINGER_S
from shared.config import Settings
from shared.errors import Busy, Crowded, DomainError, PathNotFound, RequestTimeout
from shared.heads import Head, check_head
from shared.listening import has_left
from shared.turns import LONG, Turn, Turns

if TYPE_CHECKING:
    # Not before the folder for metrics is named: see `serve`.
    from shared.metrics import Metrics

OPERATOR_THREADS = 2
RECEIVE_BYTES = 65_536
# How often deadlines are looked at.
LOOK_AROUND_S = 0.1
# What accept says when nobody is there after all, and when there is nothing to hold a client with.
NOBODY = {errno.EAGAIN, errno.ECONNABORTED, errno.EMFILE, errno.ENFILE}

_CLOSE = re.compile(r"(?:^|,)[ \t]*close[ \t]*(?:,|$)", re.IGNORECASE)


def _head(req: Request) -> Head:
    def values(name: str) -> list[str]:
        return [value for found, value in req.headers if found == name]

    major, minor = req.version or (0, 9)
    framing = values("CONTENT-LENGTH"), values("TRANSFER-ENCODING")
    return Head(req.method or "", req.uri or "", f"{major}.{minor}", values("HOST"), *framing)


class PatientWorker(ThreadWorker):
    """gunicorn's worker with threads, whose threads get requests that are there, and the operator's first of all."""

    settings: Settings
    # gunicorn has a `max_requests` of its own, after which it starts a worker anew.
    most_at_once: int
    queue: Turns
    metrics: "Metrics"

    def init_process(self) -> None:
        """Make what waits and who works; gunicorn serves in here."""
        # How long the request of a thread has waited for it.
        self.turn = threading.local()
        self._operators = ThreadPoolExecutor(OPERATOR_THREADS)
        self._waiting: set[Arrival] = set()
        self._next_look = 0.0
        # Requests that have been given to threads, of which some may still wait: how many, and who has waited how long.
        self._under_way = 0
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Let a newcomer in, who has to say something first."""
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno not in NOBODY:
                raise
            return
        door = listener.getsockname()
        beyond = 2 * RESERVE if door[1] == self.settings.operator_port else RESERVE
        if self.nr_conns >= self.settings.max_connections + beyond:
            sock.close()
            return
        self.nr_conns += 1
        conn = Arrival(self.cfg, sock, client, door, self.settings)
        conn.crowded = self.nr_conns > self.settings.max_connections
        self._watch(conn)

    def _watch(self, conn: Arrival) -> None:
        self._waiting.add(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_readable, conn))

    def _unwatch(self, conn: Arrival) -> None:
        self._waiting.remove(conn)
        self.poller.unregister(conn.sock)

    def _on_readable(self, conn: Arrival, sock: socket.socket) -> None:
        try:
            data = sock.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(conn)
        elif not conn.leaving:
            self._take(conn, data)

    def _take(self, conn: Arrival, data: bytes) -> None:
        """Pass a request on that is there, or refuse it; else more of it is waited for."""
        try:
            ready = conn.add(data)
            if ready:
                self._admit(conn)
        except DomainError as fact:
            self._refuse(conn, fact)
        else:
            if ready:
                self._unwatch(conn)
                self.enqueue_req(conn)

    def _admit(self, conn: Arrival) -> None:
        """Raise Crowded when clients are too many, Busy when requests are or this one would wait too long."""
        if conn.request.asks_operator():
            return
        if conn.at_operators_door:
            raise PathNotFound
        if conn.crowded:
            raise Crowded
        wait_s, limit_s = self.queue.wait_s(), self.settings.request_wait_seconds
        if self._under_way >= self.most_at_once or wait_s > limit_s:
            raise Busy
        if wait_s > LONG * limit_s and has_left(conn.sock):
            raise Busy

    def enqueue_req(self, conn: Arrival) -> None:  # type: ignore[override]  # `accept` makes no others
        """Give a request to a thread."""
        operator = conn.request.asks_operator()
        threads, conn.turn = (self._operators, Turn()) if operator else (self.tpool, self.queue.join())
        conn.hand_over()
        self._under_way += 1
        work = threads.submit(self.handle, conn)
        work.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def handle_request(self, req: Request, conn: Arrival) -> bool:  # type: ignore[override]
        """Answer a request; a client that waits to be asked for its body is asked when somebody reads it."""
        check_head(_head(req))
        self.turn.waited_s = conn.turn.end()
        # A server is named, and nothing on it.
        req.path = req.path or "/"
        if any(name == "CONNECTION" and _CLOSE.search(value) for name, value in req.headers):
            # gunicorn looks for it alone, on the first of such lines.
            req.force_close()
        # gunicorn would ask at once, whether or not anybody reads.
        conn.reader.expected = req._expected_100_continue  # type: ignore[attr-defined]  # the stub leaves it out
        req._expected_100_continue = False  # type: ignore[attr-defined]
        try:
            return super().handle_request(req, conn)
        except (BlockingIOError, TimeoutError):
            conn.cut_off()
            # gunicorn says nothing of a client that has left.
            raise ConnectionResetError(errno.ECONNRESET, "the client takes nothing of its answer") from None

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """Whether another request may follow; a body that nobody read and nobody can is not answered a second time."""
        try:
            return bool(super()._keepalive_after(conn, keepalive))  # type: ignore[misc]  # the stub leaves it out
        except (ParseException, DomainError, NoMoreData):
            return False

    def finish_request(self, conn: Arrival, fs: Future[bool]) -> None:  # type: ignore[override]
        """Wait for the next request of a connection, or end it."""
        self._under_way -= 1
        conn.turn.end()
        if fs.exception() or not fs.result():
            self._leave(conn)
            return
        conn.sock.setblocking(False)
        conn.due = monotonic() + (KEEP_ALIVE_S if self.alive else STOP_LINGER_S)
        self._watch(conn)
        if ahead := conn.reader.take_buffered():
            self._take(conn, ahead)

    def _refuse(self, conn: Arrival, fact: DomainError) -> None:
        """Answer instead of a thread."""
        self.log.info("refused a request from %s: %s", conn.client, type(fact).__name__)
        self.metrics.count_refusal(problems.KINDS[type(fact)].slug)
        with suppress(OSError):
            conn.sock.send(problems.answer(fact).raw())
        self._leave(conn)

    def _leave(self, conn: Arrival) -> None:
        """Read on until the client has read all; gunicorn would do it here as well, but wait for each."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            # It has left, or is closed.
            self._drop(conn)
            return
        conn.sock.setblocking(False)
        conn.leaving, conn.due = True, monotonic() + LINGER_S
        if conn not in self._waiting:
            self._watch(conn)

    def _drop(self, conn: Arrival) -> None:
        if conn in self._waiting:
            self._unwatch(conn)
        self.nr_conns -= 1
        conn.close()

    def wait_for_and_dispatch_events(self, timeout: float | None) -> None:
        """Wait for events, no longer than deadlines allow."""
        super().wait_for_and_dispatch_events(LOOK_AROUND_S if self._waiting else timeout)

    def murder_keepalived(self, force: bool = False) -> None:
        """End connections on which something is overdue; gunicorn calls this all the time."""
        now = monotonic()
        if now < self._next_look and not force:
            return
        self._next_look = now + LOOK_AROUND_S
        for conn in [conn for conn in self._waiting if force or conn.due <= now]:
            if conn.request.has_begun() and not (conn.leaving or force):
                self._refuse(conn, RequestTimeout())
            else:
                self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """Keep connections on which nothing is said until `deadline` at most: the server is stopping."""
        for conn in self._waiting:
            if not conn.request.has_begun():
                conn.due = min(conn.due, deadline)
