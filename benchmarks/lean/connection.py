"""HTTP/1.1 over one gevent socket, parsed in C: what a load generator needs of a client, and nothing more.

No cookies, no redirects, no decompression. Locust is not imported here.
"""

import ssl
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from gevent import socket
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

_CHUNK = 65_536
_CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
_NOTHING: Mapping[str, str] = {}


class Answer(NamedTuple):
    """A status, headers by their lower-case names, and a body."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


class ConnectionFailed(Exception):
    """No answer came; says why in a line that is the same for every port and address."""


class _Closed(ConnectionFailed):
    """The server ended the connection."""


class Connection:
    """A connection to one origin that is kept alive as long as the server lets it."""

    def __init__(self, origin: str, timeout_s: float = 30.0) -> None:
        """Nothing is opened yet; raises ValueError when that is no address."""
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{origin!r} is not an address that begins with http:// or https://")
        self._secure = parts.scheme == "https"
        self._address = (parts.hostname, parts.port or (443 if self._secure else 80))
        self._prefix = parts.path.rstrip("/")
        self._head = f" HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None
        # How many connections were opened, and how many bytes of bodies have come.
        self.opened = self.received = 0
        self._chunks: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._begin("")

    def request(self, method: str, target: str, headers: Mapping[str, str] = _NOTHING, body: bytes = b"") -> Answer:
        """Send a request and read the whole answer; raises ConnectionFailed."""
        self._send(method, target, headers, body)
        while not self._complete:
            self._read()
        return self._answered(b"".join(self._chunks))

    def stream(
        self, method: str, target: str, headers: Mapping[str, str] = _NOTHING, body: bytes = b""
    ) -> tuple[Answer, Iterator[bytes]]:
        """The head of the answer, and its body piece by piece as it comes; raises ConnectionFailed."""
        self._send(method, target, headers, body)
        while not self._headed:
            self._read()
        return Answer(self._status, self._headers, b""), self._pieces()

    def _pieces(self) -> Iterator[bytes]:
        try:
            while True:
                pieces = self._chunks
                self._chunks = []
                yield from pieces
                if self._complete:
                    break
                self._read()
        finally:
            # Whoever stops listening has an answer in the wire that the next request must not read.
            if not self._complete:
                self.close()
        self._answered(b"")

    def close(self) -> None:
        """End the connection; the next request opens another one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
        self._begin(method)
        message, kept = self._message(method, target, headers, body), self._socket is not None
        try:
            self._ask(message)
        except _Closed:
            # Closed while it was idle, and nothing of this request was answered. A server that is slow has the request
            # already: it is not asked again.
            if not kept or self._seen:
                raise
            self._ask(message)

    def _ask(self, message: bytes) -> None:
        try:
            link = self._connected()
            # Almost always all of it at once; gevent's sendall asks the kernel for a buffer size each time.
            if (sent := link.send(message)) < len(message):
                link.sendall(message[sent:])
        except OSError as error:
            raise self._lost(error) from None
        self._read()

    def _lost(self, error: OSError) -> ConnectionFailed:
        self.close()
        return (_Closed if isinstance(error, _CLOSED) else ConnectionFailed)(_why(error))

    def _message(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        lines = [method, " ", self._prefix, target, self._head]
        for name, value in headers.items():
            lines += (name, ": ", value, "\r\n")
        if body or method in {"POST", "PUT", "PATCH"}:
            lines.append(f"Content-Length: {len(body)}\r\n")
        lines.append("\r\n")
        return "".join(lines).encode("latin-1") + body

    def _connected(self) -> socket.socket:
        if self._socket is None:
            plain = socket.create_connection(self._address, self._timeout_s)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = self._secured(plain) if self._secure else plain
            self._parser = HttpResponseParser(self)
            self.opened += 1
        return self._socket

    def _secured(self, plain: socket.socket) -> socket.socket:
        from gevent.ssl import create_default_context

        secured: socket.socket = create_default_context().wrap_socket(plain, server_hostname=self._address[0])
        return secured

    def _read(self) -> None:
        assert self._socket is not None  # noqa: S101  # only called between sending and the end of the answer
        try:
            data = self._socket.recv(_CHUNK)
        except OSError as error:
            raise self._lost(error) from None
        if not data:
            self._ended()
            return
        self._seen = True
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.close()
            raise ConnectionFailed(f"malformed answer: {type(error).__name__}") from None
        if self._headed and self._method == "HEAD":
            self._complete = True

    def _ended(self) -> None:
        """The server closed the connection: the end of an answer without a length, or too early."""
        self.close()
        framed = b"content-length" in self._headers or b"transfer-encoding" in self._headers
        if not self._headed or framed:
            raise _Closed("the connection was closed before the end of the answer")
        self._complete = True

    def _answered(self, body: bytes) -> Answer:
        # After a HEAD the parser still waits for a body.
        if not self._kept:
            self.close()
        return Answer(self._status, self._headers, body)

    def _begin(self, method: str) -> None:
        self._method, self._status = method, 0
        self._headers = {}
        self._chunks = []
        self._seen = self._headed = self._complete = self._kept = False

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line; of two with one name the last counts."""
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """All headers of an answer, or of an interim one, have come."""
        self._status = self._parser.get_status_code()
        if self._status < 200:
            self._headers = {}
            return
        self._headed = True

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self.received += len(body)
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        """The end of an answer."""
        if self._status >= 200:
            self._complete = True
            # The parser only knows this much while it is at it.
            self._kept = self._parser.should_keep_alive()


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason}"
    if isinstance(error, TimeoutError):
        return "timed out"
    return error.strerror or type(error).__name__
