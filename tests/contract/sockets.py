"""WebSockets: by a client that keeps the rules, and by hand (RFC 6455)."""

import os
import socket
import struct
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import httpx2
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close
from websockets.sync.client import ClientConnection, connect

from tests.contract import raw
from tests.contract.client import Api

ECHO = "/ws/"
TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 0x1, 0x2, 0x8, 0x9, 0xA, 0x0


def opened(api: Api, path: str = ECHO, **options: Any) -> ClientConnection:
    """A socket on `path`, to be used as a context manager."""
    url = str(api.http.base_url.copy_with(scheme=api.http.base_url.scheme.replace("http", "ws"))).rstrip("/")
    connection: ClientConnection = connect(url + path, open_timeout=10, close_timeout=10, **options)
    return connection


def send_till_closed(connection: ClientConnection, message: str | list[str]) -> None:
    """Send what the server may refuse before the last of it has gone."""
    with suppress(ConnectionClosed):
        connection.send(message)


def ended(connection: ClientConnection) -> Close:
    """What the server says when it closes, after everything else that it says."""
    with suppress(ConnectionClosed):
        for _message in connection:
            pass
    end = connection.protocol.close_rcvd
    assert end is not None, "the connection ended without a close"
    return end


def key() -> str:
    """A fresh key for a handshake."""
    return b64encode(os.urandom(16)).decode()


def handshake(**changes: str | None) -> list[str]:
    """The header lines of a handshake; None leaves one out. `Sec_WebSocket_Key` names Sec-WebSocket-Key."""
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key(),
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    return [f"{name}: {value}" for name, value in headers.items() if value is not None]


def attempt(api: Api, lines: list[str], path: str = ECHO) -> httpx2.Response:
    """The answer to a handshake that is refused."""
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", path, lines))
        return raw.receive(connection)


class Frame(NamedTuple):
    """A frame of the server."""

    opcode: int
    payload: bytes

    @property
    def code(self) -> int:
        """The code of a close."""
        assert self.opcode == CLOSE, self
        return int.from_bytes(self.payload[:2], "big")


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    """A frame as a client sends it, with a mask that changes nothing."""
    return header(opcode, len(payload), fin=fin, reserved=reserved, masked=masked) + payload


def header(opcode: int, length: int, *, fin: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    """The beginning of a frame, up to its payload."""
    first, mask = (0x80 if fin else 0) | reserved << 4 | opcode, 0x80 if masked else 0
    if length < 126:
        size = struct.pack("!BB", first, mask | length)
    elif length < 65_536:
        size = struct.pack("!BBH", first, mask | 126, length)
    else:
        size = struct.pack("!BBQ", first, mask | 127, length)
    return size + (bytes(4) if masked else b"")


class ByHand:
    """A socket whose frames are made and read here."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._received = b""

    def send(self, *frames: bytes) -> None:
        """Send bytes, whatever they are."""
        raw.send(self.connection, b"".join(frames))

    def next(self) -> Frame:
        """The next frame of the server."""
        first, length = self._take(2)
        if length > 125:
            length = int.from_bytes(self._take(2 if length == 126 else 8), "big")
        return Frame(first & 0x0F, self._take(length))

    def next_but(self, *opcodes: int) -> Frame:
        """The next frame of another kind."""
        while (found := self.next()).opcode in opcodes:
            pass
        return found

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            chunk = self.connection.recv(65_536)
            if not chunk:
                raise EOFError
            self._received += chunk
        taken, self._received = self._received[:count], self._received[count:]
        return taken


@contextmanager
def by_hand(api: Api, path: str = ECHO) -> Iterator[ByHand]:
    """A socket on `path` after its handshake."""
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", path, handshake()))
        answer = b""
        while not answer.endswith(b"\r\n\r\n") and (byte := connection.recv(1)):
            answer += byte
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        yield ByHand(connection)
