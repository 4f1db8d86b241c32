"""Requests that offer to become a WebSocket are judged alike, whatever their headers are."""

import random
import re
from contextlib import suppress

from tests.contract import raw
from tests.contract.client import Api
from tests.contract.sockets import CLOSE, frame
from tests.differential.conftest import Differ
from tests.differential.masks import NOT_COMPARED, OWN_HEADERS

HEADS = 300
METHODS = ["GET"] * 12 + ["POST", "HEAD", "OPTIONS", "PUT"]
PATHS = ["/ws/"] * 6 + ["/ws/?x=1", "/ws", "/chat/", "/nowhere", "/books/?limit=1"]
VERSIONS = ["HTTP/1.1"] * 12 + ["HTTP/1.0"]
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
# What is right, and what else is sent.
NEEDED = {
    "Upgrade": ("websocket", ["WebSocket", "websocket, h2c", "h2c", "", "websocket/13", "websocket ", "\twebsocket"]),
    "Connection": ("Upgrade", ["upgrade", "keep-alive, Upgrade", "close", "", "upgrade;x", "Upgrade,Upgrade"]),
    "Sec-WebSocket-Version": ("13", ["013", "13 ", "12", "13, 8", "8, 13", "", "+13"]),
    "Sec-WebSocket-Key": (KEY, ["x", "", f"{KEY} ", KEY[:-2], f"{KEY},{KEY}", KEY.replace("Q==", "R==")]),
}
OFFERED: dict[str, list[str]] = {
    "Origin": ["https://evil.example", "null", "", "nonsense"],
    "Sec-Fetch-Site": ["cross-site", "same-origin"],
    "Sec-WebSocket-Extensions": ["permessage-deflate", "x-unknown", "permessage-deflate; bad=1", "", "a,,b", ";"],
    "Sec-WebSocket-Protocol": ["chat", "chat, superchat", "", "a b", ",", '"x"'],
    "Expect": ["100-continue", "nothing"],
    "Content-Length": ["0"],
}


def head(chance: random.Random) -> tuple[str, str, str, list[str]]:
    """Method, path, version and header lines."""
    lines: list[str] = []
    for name, (right, others) in NEEDED.items():
        times = chance.choices((0, 1, 2), (2, 30, 1))[0]
        lines += [f"{name}: {right if chance.random() < 0.8 else chance.choice(others)}" for _ in range(times)]
    for name, values in OFFERED.items():
        if chance.random() < 0.2:
            lines.append(f"{name}: {chance.choice(values)}")
    chance.shuffle(lines)
    return chance.choice(METHODS), chance.choice(PATHS), chance.choice(VERSIONS), lines


def answer(api: Api, method: str, path: str, version: str, lines: list[str]) -> tuple[bytes, list[str], bytes]:
    """Status, the headers that are compared, and the body or the close that follows."""
    received = b""
    with raw.connected(api) as connection, suppress(ConnectionError):
        raw.send(connection, raw.head(api, method, path, lines).replace(b"HTTP/1.1", version.encode(), 1))
        while b"\r\n\r\n" not in received and (chunk := connection.recv(65_536)):
            received += chunk
        if received.startswith(b"HTTP/1.1 101 "):
            raw.send(connection, frame(CLOSE, b"\x03\xe8"))
        else:
            connection.shutdown(1)
        received += raw.rest(connection)
    status, _, rest = received.partition(b"\r\n")
    fields, _, body = rest.partition(b"\r\n\r\n")
    excused = {*NOT_COMPARED, *OWN_HEADERS, "x-request-id", "sec-websocket-accept", "connection", "keep-alive", "date"}
    kept = [line for line in fields.decode("latin-1").lower().split("\r\n") if line.partition(":")[0] not in excused]
    # The version and the reason are each server's own: gunicorn repeats the one and shouts the other.
    return status.split(b" ")[1], sorted(kept), re.sub(rb"content-length: \d+", b"", body)


def test_whatever_offers_a_socket_is_answered_alike(apis: tuple[Api, Api], seed: int, differ: Differ) -> None:
    chance = random.Random(seed)
    opened = 0
    for _ in range(HEADS):
        method, path, version, lines = head(chance)
        one, other = (answer(api, method, path, version, lines) for api in apis)
        if one != other:
            differ("\n".join([f"{method} {path} {version}", *lines]), one, other)
        opened += one[0] == b"101"
    assert HEADS / 20 < opened < HEADS / 2, seed
