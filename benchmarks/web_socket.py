"""The client's side of a WebSocket, over a gevent socket. Locust is not imported here."""

from collections import deque
from urllib.parse import urlsplit

from gevent import socket
from gevent.ssl import create_default_context
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Message,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from benchmarks.lean.connection import ConnectionFailed

_CHUNK = 65_536


class WebSocket:
    """One socket, opened when it is first used, and again when the server has closed it meanwhile."""

    def __init__(self, origin: str, target: str, timeout_s: float = 30.0) -> None:
        parts = urlsplit(origin)
        self._secure = parts.scheme == "https"
        self._address = (parts.hostname or "", parts.port or (443 if self._secure else 80))
        self._request = Request(host=parts.netloc, target=parts.path.rstrip("/") + target)
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None
        # How many sockets were opened, and how many bytes of texts have come.
        self.opened = self.received = 0

    def exchange(self, text: str) -> str:
        """Send a text and wait for the next one; raises ConnectionFailed."""
        if self._socket is not None:
            try:
                return self._exchange(text)
            except _ClosedWhileIdle:
                self.close()
        self._open()
        return self._exchange(text)

    def close(self) -> None:
        """Hang up; the server notices."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> None:
        self._protocol, self._events = WSConnection(ConnectionType.CLIENT), deque[Event]()
        try:
            self._socket = socket.create_connection(self._address, self._timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._secure:
                self._socket = create_default_context().wrap_socket(self._socket, server_hostname=self._address[0])
        except OSError as error:
            raise self._failed(error) from None
        self.opened += 1
        self._fresh = True
        self._send(self._request)
        answer = self._next()
        if isinstance(answer, RejectConnection):
            raise self._failed(f"the handshake was answered {answer.status_code}")
        if not isinstance(answer, AcceptConnection):
            raise self._failed("the handshake was not answered")

    def _exchange(self, text: str) -> str:
        self._send(TextMessage(text))
        pieces: list[str] = []
        while True:
            match self._next():
                case TextMessage(data=piece, message_finished=finished):
                    pieces.append(piece)
                    if finished:
                        self._fresh = False
                        answer = "".join(pieces)
                        self.received += len(answer.encode())
                        return answer
                case Message():
                    raise self._failed("bytes came instead of a text")
                case CloseConnection(code=code):
                    raise self._left(f"the server closed the socket ({int(code)})", pieces)
                case None:
                    raise self._left("the socket was closed without a word", pieces)

    def _left(self, why: str, pieces: list[str]) -> Exception:
        """The server has left: not its fault if it did so before it could know that there would be a text."""
        return self._failed(why) if self._fresh or pieces else _ClosedWhileIdle()

    def _send(self, event: Event) -> None:
        assert self._socket is not None  # noqa: S101  # only called on an open socket
        try:
            self._socket.sendall(self._protocol.send(event))
        except LocalProtocolError:
            # Its close came together with the text before.
            raise self._left("the server closed the socket", []) from None
        except OSError as error:
            # A socket that the server has left takes one text, and refuses the next.
            raise self._left(_why(error), []) from None

    def _next(self) -> Event | None:
        """The next event but pings, which are answered; None at the end of the connection."""
        while True:
            while self._events:
                event = self._events.popleft()
                if not isinstance(event, Ping):
                    return event
                self._send(event.response())
            if not self._read():
                return None

    def _read(self) -> bool:
        assert self._socket is not None  # noqa: S101  # only called on an open socket
        try:
            data = self._socket.recv(_CHUNK)
            self._protocol.receive_data(data or None)
        except ConnectionResetError:
            return False
        except OSError as error:
            raise self._failed(error) from None
        except RemoteProtocolError as error:
            raise self._failed(f"malformed answer: {type(error).__name__}") from None
        self._events.extend(self._protocol.events())
        return bool(data)

    def _failed(self, why: str | OSError) -> ConnectionFailed:
        self.close()
        return ConnectionFailed(why if isinstance(why, str) else _why(why))


class _ClosedWhileIdle(Exception):
    """The socket that was kept is of no use any more."""


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "timed out"
    return error.strerror or type(error).__name__
