"""WebSockets, by flask-sock: each holds a place and two threads, its own and the one that simple-websocket reads with.

flask-sock answers a handshake as soon as its view is called, so what may refuse it comes before that. And it takes the
connection from the WSGI environment, so what simple-websocket leaves open is closed there: see `Connection`.
"""

import socket
import struct
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import suppress
from functools import wraps
from threading import Event, Lock
from time import monotonic
from typing import Any, TypeAlias

from flask import Blueprint, Response, g, request
from flask_sock import Sock  # type: ignore[import-untyped]
from simple_websocket import ConnectionClosed  # type: ignore[import-untyped]
from simple_websocket import Server as Socket

from flask_impl.current import check_site, current_user, places, services, stopping
from flask_impl.wire import offer_of
from shared import logs
from shared.errors import UpgradeRequired
from shared.handshake import FAULT, LOST, NORMAL, NOT_TEXT, RESTART, TOO_LARGE, check_handshake

__all__ = ["Connection", "Socket", "SocketBlueprint", "messages"]

Handler: TypeAlias = Callable[..., None]
View: TypeAlias = Callable[..., Response]

LOOK_AROUND_S = 1.0
LINGER_S = 2.0
MAX_WAITING = 8


class SocketBlueprint(Blueprint):
    """A blueprint with WebSockets."""

    def websocket(self, path: str, *, user: bool = False) -> Callable[[Handler], None]:
        """Give a handler each socket that is opened on `path`, and the `user` who asks."""
        self.get(path, endpoint=f"plain{path.replace('/', '-')}")(not_upgraded)

        def decorate(handler: Handler) -> None:
            Sock().route(path, bp=_Guard(self, user=user))(_served(handler))

        return decorate


class _Guard:
    """Stands between flask-sock and a blueprint, to judge a handshake before flask-sock answers it."""

    def __init__(self, blueprint: Blueprint, *, user: bool) -> None:
        self._blueprint = blueprint
        self._user = user

    def route(self, path: str, **options: Any) -> Callable[[View], View]:
        """Register a view of flask-sock's."""

        def register(view: View) -> View:
            @wraps(view)
            def guarded() -> Response:
                check_site()
                arguments = {"user": current_user()} if self._user else {}
                with places.sockets.held():
                    _harden(request.environ)
                    return view(**arguments)

            return self._blueprint.route(path, **options)(guarded)

        return register


def not_upgraded() -> Response:
    """A plain request where only sockets are, or a handshake that is none."""
    check_handshake(offer_of(request))
    raise UpgradeRequired


def _served(handler: Handler) -> Handler:
    """A handler that ends quietly with its client, and whose socket is closed when it ends or fails."""

    @wraps(handler)
    def served(socket: Socket, **arguments: object) -> None:
        socket.close_reason = LOST
        socket.sock.waiting = socket.input_buffer
        try:
            with suppress(ConnectionClosed, ConnectionError):
                handler(socket, **arguments)
            close(socket, NORMAL)
        except Exception as error:
            logs.faults.exception("unhandled fault", exc_info=error)
            close(socket, FAULT)
        g.close_code = TOO_LARGE if _overflown(socket) else int(socket.close_reason)
        # simple-websocket still writes its side of the close.
        socket.sock.waiting = []
        socket.thread.join(LINGER_S)
        socket.sock.finish()

    return served


def _overflown(socket: Socket) -> bool:
    """Whether simple-websocket has closed it because of a message that is too large, which it keeps to itself."""
    return bool(socket.incoming_message_len > socket.max_message_size)


def close(socket: Socket, code: int, reason: str | None = None) -> None:
    """Close a socket, unless it has been closed."""
    with suppress(ConnectionClosed, ConnectionError):
        socket.close(code, reason)
        socket.close_reason = code


def messages(socket: Socket) -> Iterator[str]:
    """The texts that come, until the client leaves, breaks a rule or is silent too long, or the server stops."""
    heard = monotonic()
    while not stopping.is_set():
        message = socket.receive(timeout=LOOK_AROUND_S)
        socket.sock.read_on()
        if message is None:
            if monotonic() - heard > services.settings.socket_idle_seconds:
                return close(socket, NORMAL, "idle")
        elif isinstance(message, bytes):
            return close(socket, NOT_TEXT, "texts only")
        # simple-websocket has counted characters.
        elif len(message.encode()) > services.settings.max_message_bytes:
            return close(socket, TOO_LARGE, "too large")
        else:
            yield message
            heard = monotonic()
    return close(socket, RESTART, "stopping")


def _harden(environ: MutableMapping[str, Any]) -> None:
    """Put a `Connection` where simple-websocket will find it, and let it agree on no compression.

    A few hundred kilobytes can inflate to hundreds of megabytes, before anybody counts.
    """
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    for name in {"gunicorn.socket", "werkzeug.socket"} & set(environ):
        environ[name] = Connection(environ[name], services.settings.socket_ping_seconds)


class Connection:
    """A client's connection as simple-websocket uses it, from two threads and without bounds of its own.

    Writes are whole, one at a time, and fail once the client has taken nothing for `patience_s`. Nothing is read while
    messages wait to be handled: a flood waits in the client's buffers, not in ours.
    """

    def __init__(self, found: socket.socket, patience_s: float) -> None:
        whole, part = divmod(patience_s, 1)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(whole), int(part * 1e6)))
        self.waiting: list[str | bytes] = []
        self._socket = found
        self._writing = Lock()
        self._taken = Event()
        self._ended = False

    def fileno(self) -> int:
        """The descriptor, to be waited on."""
        return self._socket.fileno()

    def send(self, data: bytes) -> int:
        """Write all of it; raises ConnectionError, from the first failure on."""
        with self._writing:
            if self._ended:
                raise ConnectionAbortedError
            try:
                self._socket.sendall(data)
            except OSError:
                self._ended = True
                raise ConnectionAbortedError from None
        return len(data)

    def recv(self, size: int) -> bytes:
        """Read what has come, when few enough messages wait."""
        while len(self.waiting) >= MAX_WAITING and not self._ended:
            self._taken.wait(LOOK_AROUND_S)
            self._taken.clear()
        return self._socket.recv(size)

    def read_on(self) -> None:
        """A message has been taken."""
        self._taken.set()

    def close(self) -> None:
        """Do nothing: the connection is the server's, which closes it when the view has returned."""

    def finish(self) -> None:
        """Let the client read all that was sent, the close too, which is lost when unread bytes reset a connection.

        gunicorn would wait for that as well, but in the thread that accepts connections.
        """
        self._ended = True
        deadline = monotonic() + LINGER_S
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.settimeout(LINGER_S)
            while monotonic() < deadline and self._socket.recv(65_536):
                pass
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
