"""HTTP/1.1 on a socket that stays open: bytes go out as they are, and every line of an answer is kept as it came."""

import socket
import ssl
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

TIMEOUT_S = 20
_CHUNK = 65_536


class Answer(NamedTuple):
    """Status 0 when no answer came, and why not in the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for found, value in self.headers if found.lower() == name), None)


class ServerGone(Exception):
    """Nobody listens there any more: nothing can be compared."""


class Link:
    """One connection to a server, opened anew whenever the server has closed it."""

    def __init__(self, url: str) -> None:
        """Nothing is opened yet; raises ValueError when that is no address."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is not an address that begins with http:// or https://")
        self.url = url.rstrip("/")
        self.prefix, self.host = parts.path.rstrip("/"), parts.netloc
        self._secure = parts.scheme == "https"
        self._address = (parts.hostname, parts.port or (443 if self._secure else 80))
        self._socket: socket.socket | None = None
        self._message = b""
        self._fresh = True

    def send(self, message: bytes) -> None:
        """Send a request; the answer is read later, so that the other server works meanwhile."""
        self._message, self._fresh = message, self._socket is None
        # A server may answer and close before it has all; what went wrong shows when the answer is read.
        with suppress(ConnectionError, TimeoutError):
            self._connected().sendall(message)

    def receive(self, method: str) -> Answer:
        """The answer to what was sent; of a kept connection that was closed while idle, that of a new one."""
        reader = self._read(method)
        if not (self._fresh or reader.began):
            self.close()
            self.send(self._message)
            reader = self._read(method)
        if not reader.keeps:
            self.close()
        return reader.answer()

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _read(self, method: str) -> "_Reader":
        reader = _Reader(method)
        try:
            while not reader.complete:
                reader.take(self._connected().recv(_CHUNK))
        except TimeoutError:
            # A request that hangs was received, and is not sent twice.
            reader.give_up(f"no answer within {TIMEOUT_S} s", began=True)
        except ConnectionError as error:
            reader.give_up(type(error).__name__, began=reader.began)
        return reader

    def _connected(self) -> socket.socket:
        if self._socket is None:
            try:
                plain = socket.create_connection(self._address, TIMEOUT_S)
            except OSError as error:
                raise ServerGone(f"{self.url}: {error.strerror or error}") from None
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            context = ssl.create_default_context() if self._secure else None
            self._socket = context.wrap_socket(plain, server_hostname=self._address[0]) if context else plain
        return self._socket


class _Reader:
    """Collects one final answer from what the socket gives."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._parser = HttpResponseParser(self)
        self._status, self._headers, self._body = 0, list[tuple[str, str]](), list[bytes]()
        self.began = self.complete = self.keeps = self._surplus = False

    def answer(self) -> Answer:
        """What has come."""
        surplus = [b"\n(and behind it another answer)"] if self._surplus else []
        return Answer(self._status, tuple(self._headers), b"".join([*self._body, *surplus]))

    def take(self, data: bytes) -> None:
        """Read on; no data is the end of the connection."""
        if not data:
            self._ended()
            return
        self.began = True
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.give_up(f"malformed answer: {type(error).__name__}", began=True)
        # What a HEAD has for a body comes with its head, or not at all.
        self.complete = self.complete or (self._method == "HEAD" and self._status >= 200)

    def give_up(self, reason: str, *, began: bool) -> None:
        """There will be no answer."""
        self._status, self._headers, self._body = 0, [], [reason.encode()]
        self.began, self.complete, self.keeps = began, True, False

    def _ended(self) -> None:
        framed = {"content-length", "transfer-encoding"} & {name.lower() for name, _ in self._headers}
        if self._status < 200 or framed:
            self.give_up("the connection was closed before the end of the answer", began=self.began)
        self.complete = True

    # What the parser calls.

    def on_message_begin(self) -> None:
        """The beginning of an answer; behind a complete one, of one that nobody asked for."""
        self._surplus = self.complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line."""
        if not self._surplus:
            self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """The head of an answer, or of an interim one, which is passed over."""
        if self._surplus:
            return
        self._status = self._parser.get_status_code()
        if self._status < 200:
            self._headers.clear()
        self.keeps = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if not self._surplus:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """The end of an answer."""
        self.complete = self._status >= 200
        self.keeps = self.complete and not self._surplus and self._parser.should_keep_alive()
