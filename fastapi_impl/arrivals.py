"""Requests as they come in, each against a deadline, and answers that are to be taken.

An event loop gives a slow client no thread, but uvicorn keeps it for ever, and refuses what follows a request before
that request has its answer.
"""

from asyncio import AbstractEventLoop, Transport
from asyncio.events import TimerHandle
from collections import deque
from collections.abc import Callable
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING, Any

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from shared import problems
from shared.arrivals import ABANDON, LINGER_S, RESERVE, Patience
from shared.config import Settings
from shared.errors import DomainError, MalformedRequest, RequestTimeout

if TYPE_CHECKING:
    # Not before the folder for metrics is named: see `serve`.
    from fastapi_impl.database import Database
    from shared.metrics import Metrics

# What of a request is still to come; an Enum would cost a call each time that it is looked at, until Python 3.12.
NOTHING, HEAD, BODY = range(3)
# What says where a body ends; uvicorn keeps names in lower case.
_FRAMING = {b"content-length", b"transfer-encoding"}


class Alarm:
    """Rings once when its time has come; to put it off costs no timer."""

    def __init__(self, loop: AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop, self._ring = loop, ring
        self._due: float | None = None
        self._timer: TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Ring in so many seconds, unless it is set anew."""
        self._due = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._due:
            self.stop_timer()
            self._timer = self._loop.call_at(self._due, self._look)

    @property
    def is_set(self) -> bool:
        """Whether it will ring."""
        return self._due is not None

    def clear(self) -> None:
        """Do not ring."""
        self._due = None

    def stop_timer(self) -> None:
        """Let go of the event loop."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._due is None:
            return
        if self._due > self._loop.time():
            self._timer = self._loop.call_at(self._due, self._look)
            return
        self._due = None
        self._ring()


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol on httptools, with deadlines, and with refusals that wait for their turn."""

    coming = NOTHING
    _refusal: DomainError | None = None
    _deaf = False
    _unfinished = 0
    crowded = False
    # Why a callback has stopped the parser.
    fact: DomainError | None = None
    # Whether the parser reads a head whose request has begun already.
    resuming = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state = self.config.loaded_app.state
        self.settings: Settings = state.services.settings
        self.database: Database = state.database
        self._metrics: Metrics = state.metrics
        self.most_at_once = self.settings.max_requests + self.settings.lasting
        self._patience = Patience.of(self.settings)
        self._unanswered: deque[RequestResponseCycle] = deque()
        self._overdue = Alarm(self.loop, self._on_overdue)
        self._stalled = Alarm(self.loop, self._on_stalled)

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Let a newcomer in, who has to say something first."""
        super().connection_made(transport)
        self.at_operators_door = self.server is not None and self.server[1] == self.settings.operator_port
        count, beyond = len(self.connections), 2 * RESERVE if self.at_operators_door else RESERVE
        self.crowded = count > self.settings.max_connections
        if count > self.settings.max_connections + beyond:
            transport.abort()
        self._overdue.set(self._patience.head_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the timers, and tell all requests; uvicorn tells the last, and lets others write into the void."""
        self._overdue.stop_timer()
        self._stalled.stop_timer()
        self._disconnect_all()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to another protocol, which has deadlines of its own."""
        self._overdue.stop_timer()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        """Take what has come, unless the connection is about to end."""
        if self._deaf:
            return
        self._unset_keepalive_if_required()
        had_begun = self.coming == HEAD
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
            return
        except HttpParserError:
            self.refuse(self.fact or MalformedRequest())
            return
        if self.coming == BODY:
            self._overdue.set(self._patience.body_within_s(self._received) - self.loop.time() + self._body_began)
        elif self.coming == HEAD and had_begun:
            self._unfinished += len(data)
            self.check_unfinished(self._unfinished)
        elif self.coming == NOTHING and not self.is_busy() and not self._overdue.is_set:
            # Empty lines, which may come before a request; uvicorn would wait for ever now.
            self._overdue.set(self._patience.head_s)

    def _upgrade(self, rest: bytes) -> None:
        if self._should_upgrade():
            self.handle_websocket_upgrade()
        elif self.coming == BODY:
            self._resume(rest)
        elif rest:
            # Who is offered no upgrade goes on as before; uvicorn would lose what follows.
            self.data_received(rest)

    def _resume(self, rest: bytes) -> None:
        """Read the body of a request that offers another protocol, as the HTTP client of Java does by default.

        httptools ends a message at such a head, and would take its body for that protocol.
        """
        framing = [b"%b: %b\r\n" % field for field in self.headers if field[0] in _FRAMING]
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.resuming = True
        self.data_received(b"POST / HTTP/1.1\r\n" + b"".join(framing) + b"\r\n" + rest)

    def check_unfinished(self, size: int) -> None:
        """Judge a head of which at least `size` bytes have come."""

    def on_message_begin(self) -> None:
        """A head begins, and has its time."""
        if self.resuming:
            return
        super().on_message_begin()
        self.coming, self._unfinished = HEAD, 0
        self._overdue.set(self._patience.head_s)

    def on_headers_complete(self) -> None:
        """A body may follow."""
        if self.resuming:
            self.resuming = False
            return
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self._unanswered.append(self.cycle)
        self.coming, self._received, self._body_began = BODY, 0, self.loop.time()

    def on_body(self, body: bytes) -> None:
        """A piece of it, which earns it time."""
        super().on_body(body)
        self._received += len(body)
        # Who has sent it need not be asked for it.
        self.cycle.waiting_for_100_continue = False

    def on_message_complete(self) -> None:
        """Nothing is to come that the client must send, unless the parser stops at an offer of another protocol."""
        if self.parser.should_upgrade() and not self._should_upgrade() and self._has_body():
            return
        super().on_message_complete()
        if self.cycle is not None:
            # Who has no body need not be asked for it either.
            self.cycle.waiting_for_100_continue = False
        self.coming = NOTHING
        self._overdue.clear()

    def _has_body(self) -> bool:
        return any(name in _FRAMING and value.strip(b"0") for name, value in self.headers)

    def on_response_complete(self) -> None:
        """Answer what comes next; that may be a refusal."""
        self._unanswered.popleft()
        super().on_response_complete()
        if self.transport.is_closing():
            self.loop.call_later(self._patience.answer_s, self.transport.abort)
        elif not self.is_busy():
            self._answer_refusal()

    def timeout_keep_alive_handler(self) -> None:
        """End a connection on which nothing is said; uvicorn would wait until its client has read all."""
        self.leave()

    def pause_writing(self) -> None:
        """The client takes less than is sent."""
        super().pause_writing()
        self._stalled.set(self._patience.answer_s)

    def resume_writing(self) -> None:
        """The client takes what is sent."""
        super().resume_writing()
        self._stalled.clear()

    def _on_overdue(self) -> None:
        if self.coming == NOTHING:
            self.leave()
        elif self.coming == BODY and (self.flow.read_paused or self.cycle.waiting_for_100_continue):
            # It is the application that takes its time.
            self._received, self._body_began = 0, self.loop.time()
            self._overdue.set(self._patience.body_s)
        else:
            self.refuse(RequestTimeout())

    def _on_stalled(self) -> None:
        """Forget what the client has not taken; the system would keep it for as long as the client likes."""
        self.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, ABANDON)
        self.transport.abort()

    def refuse(self, fact: DomainError) -> None:
        """Hear nothing more, and answer when all requests before this one have their answers."""
        self.logger.info("refused a request from %s: %s", self.client, type(fact).__name__)
        self._metrics.count_refusal(problems.KINDS[type(fact)].slug)
        self._deaf, self._refusal = True, fact
        self._overdue.clear()
        if self.coming == BODY and self._give_up_request():
            self.leave()
        elif not self.is_busy():
            self._answer_refusal()

    def _give_up_request(self) -> bool:
        """Keep the application from answering a request whose body is refused; says whether it already does."""
        if self.cycle.response_started:
            return True
        if self.pipeline:
            self.pipeline.popleft()
        _disconnect(self._unanswered.pop())
        return False

    def _disconnect_all(self) -> None:
        self.pipeline.clear()
        while self._unanswered:
            _disconnect(self._unanswered.pop())

    def _answer_refusal(self) -> None:
        if self._refusal and not self.transport.is_closing():
            self.transport.write(problems.answer(self._refusal).raw())
            self._refusal = None
            self.leave()

    def is_busy(self) -> bool:
        """Whether a request waits for its answer."""
        return bool(self._unanswered)

    def leave(self) -> None:
        """End the connection, and read on until the client has read all: closed before that, it would be reset."""
        self._deaf = True
        self._overdue.clear()
        self._unset_keepalive_if_required()
        self._disconnect_all()
        self.flow.resume_reading()
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.abort)


def _disconnect(cycle: RequestResponseCycle) -> None:
    """Tell a request that nobody hears its answer."""
    cycle.disconnected = True
    cycle.message_event.set()
