"""Much of what is little: frames, messages, questions and half-open sockets, while somebody else is waiting."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from statistics import median
from threading import Event, Thread
from time import perf_counter

import httpx2
import pytest

from tests.contract import raw
from tests.contract.chats import CHAT
from tests.contract.client import Api, User
from tests.contract.sockets import CONTINUATION, PING, PONG, TEXT, by_hand, frame, handshake

pytestmark = pytest.mark.before_the_database

FLOODS = {
    "pings": frame(PING, b"x") * 20_000,
    "pongs": frame(PONG, b"x") * 50_000,
    "texts": frame(TEXT, b"x") * 5_000,
    "empty-texts": frame(TEXT) * 5_000,
    "empty-fragments": frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False) * 100_000,
    "fragments-of-one-byte": frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"x", fin=False) * 60_000,
}
# Of the longest answer to somebody who asks meanwhile, beyond ten times what was usual before, which a busy machine
# makes long; a worker that is held up answers nobody.
LIMIT_S = 2.0


class Waits:
    """How long somebody waited who asked all the while, on a connection for each request."""

    def __init__(self, api: Api) -> None:
        self._url = f"{str(api.http.base_url).rstrip('/')}/health/live"
        self._usual_s = median(self._asked() for _ in range(5))
        self._took_s: list[float] = []
        self._over = Event()

    def _asked(self) -> float:
        began = perf_counter()
        assert httpx2.get(self._url, timeout=60).status_code == 200
        return perf_counter() - began

    def ask(self) -> None:
        """Ask until it is over, at least once."""
        while not (self._took_s and self._over.is_set()):
            self._took_s.append(self._asked())

    def end(self) -> None:
        """Ask no more."""
        self._over.set()

    @property
    def too_long_s(self) -> float:
        """The longest answer, beyond what is excused."""
        return max(self._took_s) - 10 * self._usual_s


@contextmanager
def somebody_waits(api: Api) -> Iterator[Waits]:
    """Somebody who asks all the while."""
    waits = Waits(api)
    thread = Thread(target=waits.ask)
    thread.start()
    try:
        yield waits
    finally:
        waits.end()
        thread.join()


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_a_flood_of_frames_holds_up_nobody_else(api: Api, flood: bytes) -> None:
    with somebody_waits(api) as waits, by_hand(api) as flooding:
        flooding.connection.settimeout(1)
        # Nothing is read of what comes back: the server may stop reading too, or close.
        with suppress(TimeoutError):
            flooding.send(flood)
        with suppress(OSError):
            flooding.connection.shutdown(socket.SHUT_WR)
    assert waits.too_long_s < LIMIT_S


def test_a_flood_of_questions_holds_up_nobody_else(api: Api, alice: User) -> None:
    lines = [*handshake(), f"Authorization: {alice.auth['Authorization']}"]
    with somebody_waits(api) as waits, raw.connected(api) as connection:
        connection.settimeout(1)
        raw.send(connection, raw.head(api, "GET", CHAT, lines))
        with suppress(TimeoutError):
            raw.send(connection, frame(TEXT, b'{"message": "books by nobody"}') * 500 + frame(TEXT, b"nonsense") * 500)
    assert waits.too_long_s < LIMIT_S


def test_handshakes_that_are_left_open_hold_up_nobody_else(api: Api) -> None:
    half = raw.head(api, "GET", "/ws/", handshake())[:-2]
    with somebody_waits(api) as waits, ExitStack() as stack:
        for _ in range(40):
            connection = stack.enter_context(raw.connected(api))
            raw.send(connection, half)
    assert waits.too_long_s < LIMIT_S


@pytest.mark.parametrize(
    "path", ["/ws/chat?access_token={}", "/ws/chat?token={}", "/ws/chat?authorization=Bearer%20{}"]
)
def test_a_token_in_the_address_of_a_socket_is_none(api: Api, alice: User, path: str) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", path.format(alice.access_token), handshake()))
        assert raw.receive(connection).status_code == 401


def test_a_token_as_a_subprotocol_is_none(api: Api, alice: User) -> None:
    lines = handshake(Sec_WebSocket_Protocol=f"bearer, {alice.access_token}")
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", CHAT, lines))
        assert raw.receive(connection).status_code == 401
