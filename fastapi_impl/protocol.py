"""What uvicorn refuses before the application sees it, in the words of the contract and with its limits."""

import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from shared import errors, problems
from shared.cli import MAX_HEADER_BYTES, MAX_HEADERS, MAX_REQUEST_LINE_BYTES
from shared.errors import DomainError
from shared.handshake import MAX_FRAGMENTS, TOO_LARGE, is_handshake

LINGER_S = 2.0

# How long a stopping server keeps idle connections, for a request that may be on its way; the same in gunicorn.
STOP_LINGER_S = 2.0


class ProblemProtocol(HttpToolsProtocol):
    """uvicorn's protocol on httptools, which has no limits of its own and refuses in plain text."""

    _refusal: DomainError | None = None
    _stopping = False

    def on_url(self, url: bytes) -> None:
        """Collect the target, up to the limit of a request line."""
        super().on_url(url)
        if len(self.parser.get_method()) + len(self.url) + len("  HTTP/1.1") > MAX_REQUEST_LINE_BYTES:
            self._refuse(errors.TargetTooLong())

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header, up to the limits of size and number."""
        super().on_header(name, value)
        if len(self.headers) > MAX_HEADERS or len(name) + len(value) + len(": \r\n") > MAX_HEADER_BYTES:
            self._refuse(errors.HeadersTooLarge())
        if name.lower() == b"expect" and value.lower() != b"100-continue":
            self._refuse(errors.ExpectationFailed())

    def on_headers_complete(self) -> None:
        """Begin the request, unless it is of a version that nobody serves any more."""
        if self.parser.get_http_version() not in {"1.0", "1.1"}:
            self._refuse(errors.MalformedRequest())
        super().on_headers_complete()
        if self._stopping and not self._is_idle():
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Announce the end of the connection with the answer that is due, or linger for a request on its way.

        uvicorn would close an idle connection at once, and lose what its client has just sent.
        """
        self._stopping = True
        if self._is_idle() or self.cycle.response_started:
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
        if self._is_idle():
            self.transport.close()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]  # None at first

    def _should_upgrade(self) -> bool:
        # Any other handshake stays a plain request, which the application refuses in its own words.
        version, key = (
            b", ".join(value for name, value in self.headers if name == wanted)
            for wanted in (b"sec-websocket-version", b"sec-websocket-key")
        )
        return (
            super()._should_upgrade()
            and self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
            and is_handshake(version, key)
        )

    def _refuse(self, fact: DomainError) -> None:
        # The parser stops at an exception of its callbacks, and uvicorn then refuses the request.
        self._refusal = fact
        raise fact

    def send_400_response(self, msg: str) -> None:
        """Answer what could not be read, and close."""
        self.transport.write(problems.answer(self._refusal or errors.MalformedRequest()).raw())
        self.transport.close()


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSockets, which bounds the bytes of a message and not its fragments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = logging.getLogger("uvicorn.sockets")

    def handle_cont(self, event: Frame) -> None:
        """Collect a fragment, up to the limit of their number: empty ones weigh nothing on the wire."""
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        elif not self.close_sent:
            self.conn.fail(TOO_LARGE, "too many fragments")
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
