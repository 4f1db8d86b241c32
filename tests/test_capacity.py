"""Places for what lasts: as many as the settings say, none lost, and plain requests answered whatever is open."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from tests.conftest import CHEAP_HASHES, SECRET
from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, client_of
from tests.contract.sockets import PING, TEXT, attempt, by_hand, ended, frame, handshake, opened
from tests.forks import serving
from tests.servers import TWINS

LASTING = "/stream/?count=2&interval=60"
MAX_UPLOAD_BYTES = 300_000
SMALL = {
    "THREADS": "2",
    "MAX_STREAMS": "4",
    "MAX_TRANSFERS": "2",
    "MAX_SOCKETS": "3",
    "SOCKET_PING_SECONDS": "0.5",
    "SOCKET_IDLE_SECONDS": "3",
    "MAX_UPLOAD_BYTES": str(MAX_UPLOAD_BYTES),
}


@pytest.fixture(scope="module", params=TWINS)
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server with few places, in one process, so that they can be counted from outside."""
    folder = tmp_path_factory.mktemp(request.param)
    environment = {"DATABASE_URL": f"sqlite:///{folder}/books.sqlite3", "SECRET_KEY": SECRET, **CHEAP_HASHES, **SMALL}
    with (
        serving(request.param, environment, folder / "log") as url,
        client_of(url) as http,
    ):
        yield Api(http)


@pytest.fixture(scope="module")
def alice(api: Api) -> User:
    return api.new_user()


def open_stream(api: Api, stack: ExitStack) -> socket.socket:
    """A stream that lasts, up to its first event; what ended a moment ago may still hold its place."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        connection = stack.enter_context(raw.connected(api))
        raw.send(connection, raw.head(api, "GET", LASTING))
        received = connection.recv(4096)
        if received.startswith(b"HTTP/1.1 200 "):
            while b"data: 0" not in received:
                received += connection.recv(4096)
            return connection
        time.sleep(0.05)
    raise AssertionError("no stream was let in")


def begin_upload(api: Api, user: User, stack: ExitStack) -> socket.socket:
    """An upload whose server waits for the last of its four bytes."""
    connection = stack.enter_context(raw.connected(api))
    headers = [f"Authorization: {user.auth['Authorization']}", "Content-Length: 4", "Expect: 100-continue"]
    raw.send(connection, raw.head(api, "POST", "/upload/", headers))
    assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
    raw.send(connection, b"abc")
    return connection


def assert_full(response: httpx2.Response) -> None:
    assert_problem(response, 503, "no-free-place")
    assert int(response.headers["retry-after"]) >= 1


def test_a_stream_beyond_the_last_place_is_503(api: Api) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            open_stream(api, stack)
        assert_full(api.http.get(LASTING))
        assert_full(api.http.get("/stream/?count=1&interval=0"))
        assert_problem(api.http.get("/stream/?count=0"), 422, "invalid-input")


def test_plain_requests_are_answered_while_all_streams_are_open(api: Api) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            open_stream(api, stack)
        answers = [api.http.get("/books/") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("_round", range(3))
def test_clients_that_leave_free_their_places_within_seconds(api: Api, _round: int) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            open_stream(api, stack)
    left = time.monotonic()
    with ExitStack() as stack:
        for _ in range(4):
            open_stream(api, stack)
    assert time.monotonic() - left < 3


def test_streams_that_end_or_are_refused_leave_no_place_behind(api: Api) -> None:
    for path, status in (("?count=1&interval=0", 200), ("?count=0", 422)):
        assert {api.http.get(f"/stream/{path}").status_code for _ in range(10)} <= {status, 503}
    assert {api.http.head(LASTING).status_code for _ in range(10)} <= {200, 503}
    with ExitStack() as stack:
        for _ in range(4):
            open_stream(api, stack)


def test_an_upload_beyond_the_last_place_is_503_and_is_not_read(api: Api, alice: User) -> None:
    headers = [f"Authorization: {alice.auth['Authorization']}", "Content-Length: 9", "Expect: 100-continue"]
    with ExitStack() as stack:
        uploads = [begin_upload(api, alice, stack) for _ in range(2)]
        assert_full(raw.ask(api, "POST", "/upload/", headers))
        assert api.http.get("/books/").status_code == 200
        for connection in uploads:
            raw.send(connection, b"d")
            assert raw.receive(connection).json()["bytes"] == 4


def test_an_upload_that_is_given_up_leaves_no_place_behind(api: Api, alice: User) -> None:
    for _ in range(3):
        with ExitStack() as stack:
            for _ in range(2):
                begin_upload(api, alice, stack)
        await_upload(api, alice, b"x", 200)


def await_upload(api: Api, user: User, body: bytes, status: int) -> httpx2.Response:
    """The answer to an upload that found a place."""
    deadline = time.monotonic() + 10
    while (response := api.http.post("/upload/", content=body, headers=user.auth)).status_code == 503:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert response.status_code == status
    return response


@pytest.mark.parametrize("size", [MAX_UPLOAD_BYTES - 1, MAX_UPLOAD_BYTES])
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_an_upload_up_to_the_limit_is_taken(api: Api, alice: User, size: int, framing: str) -> None:
    assert send(api, alice, b"x" * size, framing).json()["bytes"] == size


@pytest.mark.parametrize("size", [MAX_UPLOAD_BYTES + 1, MAX_UPLOAD_BYTES + 70_000, MAX_UPLOAD_BYTES * 9])
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_an_upload_beyond_the_limit_is_413(api: Api, alice: User, size: int, framing: str) -> None:
    assert_problem(send(api, alice, b"x" * size, framing), 413, "body-too-large")


def send(api: Api, user: User, body: bytes, framing: str) -> httpx2.Response:
    length = f"Content-Length: {len(body)}" if framing == "length" else "Transfer-Encoding: chunked"
    headers = [f"Authorization: {user.auth['Authorization']}", length]
    return raw.ask(api, "POST", "/upload/", headers, body if framing == "length" else raw.chunked(body))


def open_sockets(api: Api, stack: ExitStack) -> list[ClientConnection]:
    """As many sockets as there are places; what was closed a moment ago may still hold its place."""
    sockets: list[ClientConnection] = []
    deadline = time.monotonic() + 10
    while len(sockets) < 3:
        try:
            sockets.append(stack.enter_context(opened(api)))
        except InvalidStatus:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    return sockets


def test_a_socket_beyond_the_last_place_is_503(api: Api) -> None:
    with ExitStack() as stack:
        sockets = open_sockets(api, stack)
        assert_full(attempt(api, handshake()))
        for connection in sockets:
            connection.send("a")
            assert connection.recv(timeout=10) == "Message text was: a"


def test_a_handshake_that_is_refused_takes_no_place(api: Api) -> None:
    for lines in (handshake(Origin="https://evil.example"), handshake(Sec_WebSocket_Key=""), []):
        assert {attempt(api, lines).status_code for _ in range(10)} <= {400, 403, 426}
    with ExitStack() as stack:
        open_sockets(api, stack)


@pytest.mark.parametrize("way", ["close", "vanish", "binary", "too-large"])
def test_a_socket_that_ends_frees_its_place_within_seconds(api: Api, way: str) -> None:
    with ExitStack() as stack:
        for connection in open_sockets(api, stack):
            if way == "close":
                connection.close()
            elif way == "vanish":
                connection.socket.shutdown(socket.SHUT_RDWR)
            else:
                connection.send(b"binary" if way == "binary" else "x" * 100_000)
    left = time.monotonic()
    with ExitStack() as stack:
        open_sockets(api, stack)
    assert time.monotonic() - left < 5


def test_plain_requests_and_uploads_are_answered_while_all_else_is_open(api: Api, alice: User) -> None:
    with ExitStack() as stack:
        open_sockets(api, stack)
        for _ in range(4):
            open_stream(api, stack)
        assert {api.http.get("/books/").status_code for _ in range(20)} == {200}
        await_upload(api, alice, b"x", 200)


def test_a_socket_on_which_nobody_speaks_is_closed(api: Api) -> None:
    with opened(api) as connection:
        began = time.monotonic()
        end = ended(connection)
        assert (end.code, end.reason) == (1000, "idle")
        assert 2.5 < time.monotonic() - began < 10


def test_a_socket_on_which_somebody_speaks_stays_open(api: Api) -> None:
    with opened(api) as connection:
        for _ in range(5):
            time.sleep(1)
            connection.send("a")
            assert connection.recv(timeout=10) == "Message text was: a"


def test_a_client_is_pinged(api: Api) -> None:
    with by_hand(api) as connection:
        assert connection.next().opcode == PING


def test_a_client_that_does_not_answer_pings_is_dropped(api: Api) -> None:
    with by_hand(api) as connection:
        began = time.monotonic()
        # 1008 from simple-websocket, 1011 from uvicorn: a client that hears nothing does not hear the code either.
        assert connection.next_but(PING).code in {1008, 1011}
        assert time.monotonic() - began < 2.9


def test_a_client_that_reads_nothing_is_dropped(api: Api) -> None:
    deadline = time.monotonic() + 20
    with by_hand(api) as deaf:
        deaf.connection.settimeout(0.5)
        with pytest.raises(ConnectionError):
            write_until(deadline, deaf.connection)
    assert time.monotonic() < deadline


def write_until(deadline: float, connection: socket.socket) -> None:
    """Send texts for so long, whether the server still reads them or not."""
    while time.monotonic() < deadline:
        with suppress(TimeoutError):
            connection.sendall(frame(TEXT, b"x" * 60_000))
