"""Deadlines and limits of both servers: who is late is told, who reads nothing is cut off, and others hardly notice."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx2
import pytest

from tests.conftest import CHEAP_HASHES, SECRET
from tests.contract import raw
from tests.contract.client import Api, User, assert_problem
from tests.servers import TWINS, serving
from tests.slow_sockets import SLOW, latencies_ms, percentile, slow_clients

HEAD_S = BODY_S = STALL_S = 1.0
BYTES_PER_S = 100
MAX_CONNECTIONS, RESERVE = 200, 32
# Those of `--threads`, and one for each place of what lasts.
THREADS = 2 + 4 + 2 + 3
SETTINGS = {
    "THREADS": "2",
    "MAX_STREAMS": "4",
    "MAX_TRANSFERS": "2",
    "MAX_SOCKETS": "3",
    "REQUEST_HEAD_SECONDS": str(HEAD_S),
    "REQUEST_BODY_SECONDS": str(BODY_S),
    "REQUEST_BODY_BYTES_PER_SECOND": str(BYTES_PER_S),
    "ANSWER_STALL_SECONDS": str(STALL_S),
    "MAX_CONNECTIONS": str(MAX_CONNECTIONS),
    "MAX_BODY_BYTES": "4096",
}
KEEP_ALIVE_S = 5.0
# What a busy machine may add to a deadline.
LATE_S = 3.0
JSON = ["Content-Type: application/json"]


@pytest.fixture(scope="module", params=TWINS)
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server of little patience, in one process."""
    folder = tmp_path_factory.mktemp(request.param)
    environment = {
        "DATABASE_URL": f"sqlite:///{folder}/books.sqlite3",
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": SECRET,
        **CHEAP_HASHES,
        **SETTINGS,
    }
    with (
        serving(request.param, environment, folder / "log", workers=1) as url,
        httpx2.Client(base_url=url, timeout=20) as http,
    ):
        yield Api(http)
    assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture(scope="module")
def alice(api: Api) -> User:
    return api.new_user()


@pytest.fixture(scope="module", autouse=True)
def idle(api: Api) -> Iterator[tuple[socket.socket, float]]:
    """A connection on which nothing is said after its first answer, and since when."""
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", "/health/live"))
        assert raw.receive(connection).status_code == 200
        yield connection, time.monotonic()


def address(api: Api) -> tuple[str, int]:
    return api.http.base_url.host, api.http.base_url.port or 80


def assert_late(connection: socket.socket, began: float, within_s: float) -> None:
    """Check that a request is refused when its time is over, and not before."""
    assert_problem(raw.receive(connection), 408, "request-timeout")
    assert within_s - 0.2 < time.monotonic() - began < within_s + LATE_S
    assert raw.rest(connection) == b""


@pytest.mark.parametrize("begun", [b"G", b"GET /books/ HTTP/1.1\r\n", b"GET /books/ HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_is_late_is_408(api: Api, begun: bytes) -> None:
    with raw.connected(api) as connection:
        began = time.monotonic()
        raw.send(connection, begun)
        assert_late(connection, began, HEAD_S)


def test_a_head_that_comes_byte_by_byte_earns_no_time(api: Api) -> None:
    with raw.connected(api) as connection:
        began = time.monotonic()
        for byte in b"GET /":
            raw.send(connection, bytes([byte]))
            time.sleep(0.15)
        assert_late(connection, began, HEAD_S)


def test_a_head_that_is_late_on_a_kept_connection_is_408(api: Api) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", "/health/live"))
        assert raw.receive(connection).status_code == 200
        began = time.monotonic()
        raw.send(connection, b"GET")
        assert_late(connection, began, HEAD_S)


@pytest.mark.parametrize("body", [b"", b'{"title"'])
@pytest.mark.parametrize("framing", ["Content-Length: 100", "Transfer-Encoding: chunked"])
def test_a_body_that_is_late_is_408(api: Api, framing: str, body: bytes) -> None:
    with raw.connected(api) as connection:
        began = time.monotonic()
        sent = body if framing.startswith("Content") or not body else b"%x\r\n%b" % (len(body) + 9, body)
        raw.send(connection, raw.head(api, "POST", "/books/", [*JSON, framing]) + sent)
        assert_late(connection, began, BODY_S)


def test_a_body_that_the_application_reads_is_408_when_it_is_late(api: Api, alice: User) -> None:
    headers = [f"Authorization: {alice.auth['Authorization']}", "Content-Length: 1000000"]
    with raw.connected(api) as connection:
        began = time.monotonic()
        raw.send(connection, raw.head(api, "POST", "/upload/", headers) + b"x")
        assert_late(connection, began, BODY_S)


def test_a_body_that_was_asked_for_is_408_when_it_is_late(api: Api) -> None:
    with raw.connected(api) as connection:
        began = time.monotonic()
        headers = [*JSON, "Content-Length: 100", "Expect: 100-continue"]
        raw.send(connection, raw.head(api, "POST", "/books/", headers))
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert_late(connection, began, BODY_S)


def test_a_body_that_keeps_its_pace_is_read(api: Api) -> None:
    # Three times as long as a silent one has.
    pieces, size = 15, 40
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/books/", [*JSON, f"Content-Length: {pieces * size}"]))
        for _ in range(pieces):
            raw.send(connection, b"[" + b" " * (size - 1))
            time.sleep(3 * BODY_S / pieces)
        assert raw.receive(connection).status_code == 400


def test_who_says_nothing_is_left_without_a_word(api: Api) -> None:
    with raw.connected(api) as connection:
        began = time.monotonic()
        assert raw.rest(connection) == b""
        assert HEAD_S - 0.2 < time.monotonic() - began < HEAD_S + LATE_S


def test_empty_lines_are_nothing_that_is_said(api: Api) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", "/health/live"))
        assert raw.receive(connection).status_code == 200
        began = time.monotonic()
        for _ in range(3):
            raw.send(connection, b"\r\n")
            time.sleep(0.2)
        assert raw.rest(connection) == b""
        assert time.monotonic() - began < HEAD_S + LATE_S


def test_a_kept_connection_on_which_nothing_is_said_is_left(api: Api, idle: tuple[socket.socket, float]) -> None:
    connection, since = idle
    assert raw.rest(connection) == b""
    assert time.monotonic() - since > KEEP_ALIVE_S - 0.2


def test_who_reads_nothing_is_cut_off(api: Api) -> None:
    request = raw.head(api, "GET", "/openapi.json")
    size, count = len(raw.ask(api, "GET", "/openapi.json").content), 100
    with slow_clients(address(api), 1, request * count) as (deaf,):
        time.sleep(3 * STALL_S)
        deaf.settimeout(5)
        received = 0
        with suppress(ConnectionResetError):
            while chunk := deaf.recv(1_000_000):
                received += len(chunk)
    assert received < size * count


def test_the_operator_is_answered_while_all_threads_wait(api: Api) -> None:
    headers = ["Content-Type: multipart/form-data; boundary=x", "Content-Length: 100000"]
    with slow_clients(address(api), 2 * THREADS, raw.head(api, "PUT", "/books/1/cover", headers)):
        for path in ("/health/live", "/health/ready", "/metrics"):
            times = latencies_ms(address(api), path, 20, 2)
            assert percentile(times, 0.9) < 250, path


@pytest.mark.parametrize("kind", SLOW)
def test_slow_clients_cost_the_others_nothing(api: Api, kind: str) -> None:
    with slow_clients(address(api), 10 * THREADS, SLOW[kind]):
        for path in ("/health/live", "/books/1"):
            assert percentile(latencies_ms(address(api), path, 50, 2), 0.97) < 250, path


def open_descriptors(api: Api) -> int:
    found = re.search(r"^process_open_fds\{[^}]*\} (\d+)", api.http.get("/metrics").text, re.MULTILINE)
    assert found
    return int(found[1])


def test_a_client_too_many_is_503_and_the_operator_is_not(api: Api) -> None:
    await_rest(api)
    with slow_clients(address(api), MAX_CONNECTIONS, b""):
        answer = raw.ask(api, "GET", "/books/")
        assert_problem(answer, 503, "crowded")
        assert int(answer.headers["retry-after"]) >= 1
        assert raw.ask(api, "GET", "/health/live").json() == {"status": "ok"}


def test_clients_beyond_all_reason_are_closed_and_all_is_well_afterwards(api: Api) -> None:
    await_rest(api)
    before = open_descriptors(api)
    with slow_clients(address(api), MAX_CONNECTIONS + RESERVE + 20, b"") as clients, ExitStack():
        assert raw.rest(clients[-1]) == b""
    await_rest(api)
    assert {api.http.get("/books/").status_code for _ in range(20)} == {200}
    assert open_descriptors(api) <= before + 2


def await_rest(api: Api) -> None:
    """Return when the clients of another test have left the server."""
    deadline = time.monotonic() + 10
    while open_descriptors(api) > 60:
        assert time.monotonic() < deadline
        time.sleep(0.1)
