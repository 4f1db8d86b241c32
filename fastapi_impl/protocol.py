"""What uvicorn refuses before the application sees it, in the words of the contract and with its limits."""

import logging
import re
from codecs import getincrementaldecoder
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.protocol import State

from fastapi_impl.arrivals import HEAD, PatientProtocol
from fastapi_impl.frames import BadFrame, Frames
from shared import errors
from shared.arrivals import (
    LINGER_S,
    MAX_HEAD_BYTES,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_REQUEST_LINE_BYTES,
    OPERATOR_PATHS,
    STOP_LINGER_S,
)
from shared.errors import DomainError
from shared.handshake import MAX_FRAGMENTS, OFFERING, Offer, is_handshake
from shared.heads import NO_TRAILERS, Head, check_head, origin_form
from shared.listening import has_left
from shared.turns import LONG

_OFFERING = [name.lower().encode() for name in OFFERING]
# Neither subprotocols nor extensions are ever agreed on.
_OFFERED = {b"upgrade", b"connection", b"sec-websocket-protocol", b"sec-websocket-extensions"}
# Which paths an operator asks for, with or without a query.
_OPERATOR = re.compile(b"|".join(path.encode() for path in OPERATOR_PATHS))


class ProblemProtocol(PatientProtocol):
    """uvicorn's protocol on httptools, which has no limits of its own and refuses in plain text."""

    _stopping = False
    _head_bytes = _head_lines = 0

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        if self.resuming:
            return
        self._head_bytes = self._head_lines = 0

    def on_url(self, url: bytes) -> None:
        """Collect the target, up to the limit of a request line."""
        if self.resuming:
            return
        super().on_url(url)
        if len(self.parser.get_method()) + len(self.url) + len("  HTTP/1.1") > MAX_REQUEST_LINE_BYTES:
            self._fail(errors.TargetTooLong())

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header, up to the limits of size and number; of trailers nothing is taken."""
        if self.resuming:
            return
        size = len(name) + len(value) + len(": \r\n")
        self._head_bytes += size
        self._head_lines += 1
        if self._head_lines > MAX_HEADERS or size > MAX_HEADER_BYTES or self._head_bytes > MAX_HEAD_BYTES:
            self._fail(errors.HeadersTooLarge())
        if self.coming != HEAD:
            self._check_trailer(name)
            return
        # Space behind a value is none of it (RFC 9110 section 5.5), which httptools leaves to others.
        name, value = name.lower(), value.rstrip(b" \t")
        if name == b"content-type" and any(found == name for found, _ in self.headers):
            # Which one counts, and for whom?
            self._fail(errors.MalformedRequest())
        super().on_header(name, value)
        if name == b"expect" and value.lower() != b"100-continue":
            self._fail(errors.ExpectationFailed())

    def _check_trailer(self, name: bytes) -> None:
        if name.lower().decode("latin-1") in NO_TRAILERS:
            self._fail(errors.MalformedRequest())

    def check_unfinished(self, size: int) -> None:
        """Refuse a head that goes on for ever: its last header is not seen before it ends."""
        if size > MAX_HEAD_BYTES:
            self.refuse(errors.HeadersTooLarge())

    def on_headers_complete(self) -> None:
        """Begin the request, unless its head can be misread, or there are too many clients."""
        if self.resuming:
            super().on_headers_complete()
            return
        head = self._head()
        try:
            check_head(head)
        except errors.MalformedRequest as fact:
            self._fail(fact)
        if not head.target.startswith("/"):
            self.url = origin_form(head.target).encode("latin-1")
        self._admit()
        super().on_headers_complete()
        # A client that waits to be asked for its body may send it unasked or not at all: what follows is uncertain.
        if self.is_busy() and (self.expect_100_continue or self._stopping):
            self.cycle.keep_alive = False

    def _admit(self) -> None:
        """Refuse when clients are too many, or requests are, or this one would wait too long."""
        if _OPERATOR.fullmatch(self.url.partition(b"?")[0]):
            return
        if self.at_operators_door:
            self._fail(errors.PathNotFound())
        if self.crowded:
            self._fail(errors.Crowded())
        wait_s, limit_s = self.database.wait_s(), self.settings.request_wait_seconds
        if len(self.tasks) >= self.most_at_once or wait_s > limit_s:
            self._fail(errors.Busy())
        if wait_s > LONG * limit_s and has_left(self.transport.get_extra_info("socket")):
            self._fail(errors.Busy())

    def _head(self) -> Head:
        framing: dict[bytes, list[str]] = {b"host": [], b"content-length": [], b"transfer-encoding": []}
        for name, value in self.headers:
            if name in framing:
                framing[name].append(value.decode("latin-1"))
        method, target = self.parser.get_method().decode(), self.url.decode("latin-1")
        return Head(method, target, self.parser.get_http_version(), *framing.values())

    def shutdown(self) -> None:
        """Announce the end of the connection with the answer that is due, or linger for a request on its way.

        uvicorn would close an idle connection at once, and lose what its client has just sent.
        """
        self._stopping = True
        if not self.is_busy() or self.cycle.response_started:
            self._linger()
        else:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """Wait for the next request; shortly, if the server is stopping."""
        super().on_response_complete()
        if self._stopping:
            self._linger()

    def _linger(self) -> None:
        self.loop.call_later(STOP_LINGER_S, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if not self.is_busy():
            self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        """Hand on what the other protocol has to know; it would refuse a list that it cannot read, in plain text."""
        kept = [field for field in self.scope["headers"] if field[0] not in _OFFERED]
        self.scope["headers"] = [*kept, (b"upgrade", b"websocket"), (b"connection", b"Upgrade")]
        super().handle_websocket_upgrade()

    def _should_upgrade(self) -> bool:
        # Any other handshake stays a plain request, which the application refuses in its own words.
        method, version = self.parser.get_method().decode(), self.parser.get_http_version()
        return is_handshake(Offer(method, f"HTTP/{version}", *map(self._joined, _OFFERING)))

    def _joined(self, wanted: bytes) -> str | None:
        values = [value for name, value in self.headers if name == wanted]
        return b", ".join(values).decode("latin-1") if values else None

    def _fail(self, fact: DomainError) -> None:
        # The parser stops at an exception of its callbacks.
        self.fact = fact
        raise fact


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSockets, with `Frames` before its reader, which bound a message in place of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = logging.getLogger("uvicorn.sockets")
        self._coming = Frames(self.config.ws_max_size)
        self.conn.max_message_size = None
        self._text = getincrementaldecoder("utf-8")()

    def data_received(self, data: bytes) -> None:
        """Take the handshake, and then frame by frame."""
        if self.conn.state is State.CONNECTING:
            super().data_received(data)
            return
        try:
            for piece in self._coming.split(data):
                if self._coming.leaving:
                    # Who leaves within a message need not end it first.
                    self.conn.current_size = None
                super().data_received(piece)
        except BadFrame as error:
            self._fail(error.code, str(error))

    def handle_text(self, event: Frame) -> None:
        """Take a text or its first fragment, unless it is no UTF-8: whoever sends more hears so at once."""
        self._text.reset()
        if self._is_text(event):
            super().handle_text(event)

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment, up to the limit of their number: empty ones weigh nothing on the wire."""
        if len(self.frames) >= MAX_FRAGMENTS:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
        elif self.curr_msg_data_type == "bytes" or self._is_text(event):
            super().handle_cont(event)

    def _is_text(self, event: Frame) -> bool:
        try:
            self._text.decode(event.data, final=event.fin)
        except UnicodeDecodeError:
            self._fail(CloseCode.INVALID_DATA, "not UTF-8")
            return False
        return True

    def _fail(self, code: CloseCode, reason: str) -> None:
        # What comes behind a close is passed over, whoever has closed.
        if self.conn.state is State.OPEN:
            self.conn.fail(code, reason)
            self.handle_parser_exception()

    def keepalive_timeout(self) -> None:
        """Drop a client that answers no ping; uvicorn would wait until it has read what was sent."""
        super().keepalive_timeout()
        self.loop.call_later(LINGER_S, self.transport.abort)

    def handle_parser_exception(self) -> None:
        """Close, and let the client read why: a connection that is closed before all was read is reset."""
        if self.close_timer is not None or self.conn.close_sent is None:
            return
        code, reason = self.conn.close_sent.code, self.conn.close_sent.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LINGER_S, self.transport.close)
