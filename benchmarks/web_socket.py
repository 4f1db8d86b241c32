"""The client's side of a WebSocket, over a gevent socket. Locust is not imported here."""

from collections import deque
from collections.abc import Sequence
from urllib.parse import urlsplit

from gevent import socket
from gevent.ssl import create_default_context
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidState, InvalidStatus
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import Event
from websockets.uri import parse_uri

from benchmarks.lean.connection import ConnectionFailed

_CHUNK = 65_536
_CONTROL = frozenset({Opcode.PING, Opcode.PONG})


class WebSocket:
    """One socket, opened when it is first used, and again when the server has closed it meanwhile."""

    def __init__(self, origin: str, target: str, timeout_s: float = 30.0) -> None:
        parts = urlsplit(origin)
        self._secure = parts.scheme == "https"
        self._address = (parts.hostname or "", parts.port or (443 if self._secure else 80))
        self._uri = parse_uri(f"{'wss' if self._secure else 'ws'}://{parts.netloc}{parts.path.rstrip('/')}{target}")
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None
        # How many sockets were opened, and how many bytes of texts have come.
        self.opened = self.received = 0

    def exchange(self, *texts: str) -> list[str]:
        """Send texts at once and wait for as many; raises ConnectionFailed."""
        if self._socket is not None:
            try:
                return self._exchange(texts)
            except _ClosedWhileIdle:
                self.close()
        self._open()
        return self._exchange(texts)

    def close(self) -> None:
        """Hang up; the server notices."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> None:
        self._protocol, self._events = ClientProtocol(self._uri, max_size=None), deque[Event]()
        try:
            self._socket = socket.create_connection(self._address, self._timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._secure:
                self._socket = create_default_context().wrap_socket(self._socket, server_hostname=self._address[0])
        except OSError as error:
            raise self._failed(error) from None
        self.opened += 1
        self._fresh, self._answered = True, False
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        if not isinstance(self._next(), Response):
            raise self._failed("the handshake was not answered")
        wrong = self._protocol.handshake_exc
        if isinstance(wrong, InvalidStatus):
            raise self._failed(f"the handshake was answered {wrong.response.status_code}")
        if wrong:
            raise self._failed(f"the handshake went wrong: {wrong}")

    def _exchange(self, texts: Sequence[str]) -> list[str]:
        try:
            for text in texts:
                self._protocol.send_text(text.encode())
        except InvalidState:
            # Its close came together with the text before.
            raise self._left("the server closed the socket") from None
        self._flush()
        answers: list[str] = []
        while len(answers) < len(texts):
            answers.append(self._text())
            self._fresh, self._answered = False, True
        self._answered = False
        return answers

    def _text(self) -> str:
        pieces: list[bytes] = []
        while True:
            match self._next():
                case Frame(opcode=Opcode.TEXT | Opcode.CONT, data=piece, fin=finished):
                    self._answered = True
                    pieces.append(bytes(piece))
                    if finished:
                        return self._decoded(b"".join(pieces))
                case Frame(opcode=Opcode.CLOSE, data=said):
                    raise self._left(f"the server closed the socket ({int(Close.parse(bytes(said)).code)})")
                case None:
                    raise self._left("the socket was closed without a word")
                case _:
                    raise self._failed("bytes came instead of a text")

    def _decoded(self, data: bytes) -> str:
        self.received += len(data)
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise self._failed("bytes came instead of a text") from None

    def _left(self, why: str) -> Exception:
        """The server has left: not its fault if it did so before it could know that there would be a text."""
        return self._failed(why) if self._fresh or self._answered else _ClosedWhileIdle()

    def _flush(self) -> None:
        assert self._socket is not None  # noqa: S101  # only called on an open socket
        if data := b"".join(self._protocol.data_to_send()):
            try:
                self._socket.sendall(data)
            except OSError as error:
                # A socket that the server has left takes one text, and refuses the next.
                raise self._left(_why(error)) from None

    def _next(self) -> Event | None:
        """The next event but pings, which are answered; None at the end of the connection."""
        while True:
            while self._events:
                event = self._events.popleft()
                if not (isinstance(event, Frame) and event.opcode in _CONTROL):
                    return event
                self._flush()
            if not self._read():
                return None

    def _read(self) -> bool:
        assert self._socket is not None  # noqa: S101  # only called on an open socket
        try:
            data = self._socket.recv(_CHUNK)
        except ConnectionResetError:
            return False
        except OSError as error:
            raise self._failed(error) from None
        if data:
            self._protocol.receive_data(data)
        if self._protocol.parser_exc:
            raise self._failed(f"malformed answer: {self._protocol.parser_exc}")
        self._events.extend(self._protocol.events_received())
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
