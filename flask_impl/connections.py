"""A client's connection: what has come of its next request, until when more is due, and how a thread reads the rest."""

import socket
import struct
from time import monotonic
from typing import TYPE_CHECKING

from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

from flask_impl.framing import Collected
from shared.arrivals import ABANDON, Patience
from shared.config import Settings
from shared.errors import RequestTimeout
from shared.turns import Turn

if TYPE_CHECKING:
    from gunicorn._types import _AddressType


class Arrival(TConn):
    """A connection, and what has come on it of its next request."""

    def __init__(
        self, cfg: Config, sock: socket.socket, client: "_AddressType", server: "_AddressType", settings: Settings
    ) -> None:
        super().__init__(cfg, sock, client, server)
        self._patience, self._body_limit = Patience.of(settings), settings.max_body_bytes
        parser = self.parser = RequestParser(cfg, sock, client)
        self.reader = parser.unreader = BodyReader(sock, self._patience)
        # gunicorn would wait for it.
        self.data_ready = True
        self.due = monotonic() + self._patience.head_s
        self.at_operators_door = isinstance(server, tuple) and server[1] == settings.operator_port
        self.crowded = self.leaving = False
        self.turn = Turn()
        self.request = Collected(self._body_limit)
        self._body_began = 0.0
        _limit_stalls(sock, self._patience.answer_s)

    def add(self, data: bytes) -> bool:
        """Take what has come; says whether a thread can go on with it, and else until when more is due."""
        had_begun, had_head = self.request.has_begun(), self.request.body_at
        if self.request.add(data):
            return True
        now = monotonic()
        if self.request.has_begun() and not had_begun:
            self.due = now + self._patience.head_s
        if self.request.body_at:
            self._body_began = self._body_began if had_head else now
            self.due = self._body_began + self._patience.body_within_s(self.request.body_length)
        return False

    def cut_off(self) -> None:
        """Forget what the client has not taken; the system would keep it for as long as the client likes."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABANDON)
        self.sock.close()

    def hand_over(self) -> None:
        """Give what has come to gunicorn's parser."""
        self.reader.begin(bytes(self.request.data), self.request.body_length)
        self.request = Collected(self._body_limit)


def _limit_stalls(sock: socket.socket, seconds: float) -> None:
    """Let a write fail once its client has taken nothing for so long: by the system's timer, which costs no calls."""
    whole, part = divmod(seconds, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(whole), int(part * 1e6)))


class BodyReader(SocketUnreader):
    """What a thread reads from: what was collected, and then the connection, which must keep its pace."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        super().__init__(sock)
        self._patience = patience

    def begin(self, data: bytes, body_length: int) -> None:
        """Start with the next request, of whose body so much has come."""
        self.unread(data)
        self._received, self._waited_s = body_length, 0.0
        self.expected = False

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Read what comes next, from a client that may wait to be asked for it; raises RequestTimeout."""
        if self.expected:
            self.expected = False
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        began = monotonic()
        # Never 0, which would mean not to wait at all.
        self.sock.settimeout(max(0.001, self._patience.body_within_s(self._received) - self._waited_s))
        try:
            data = super().chunk(size_hint)  # type: ignore[call-arg]  # the stub knows an older version
        except TimeoutError:
            raise RequestTimeout from None
        finally:
            self.sock.setblocking(True)
        # What the application takes to work on a piece is not its client's fault.
        self._waited_s += monotonic() - began
        self._received += len(data)
        return data
