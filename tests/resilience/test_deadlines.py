"""Deadlines and limits of both servers: who is late is told, who reads nothing is cut off, and others hardly notice."""

import re
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import RemoteDisconnected
from typing import NamedTuple

import pytest

from tests.conftest import CHEAP_HASHES, SECRET
from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, client_of
from tests.forks import serving
from tests.resilience.conftest import Effort
from tests.resilience.results import Results
from tests.resilience.slow_sockets import SLOW, latencies_ms, percentile, slow_clients
from tests.servers import TWINS

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
# What a burst of requests may take to be answered.
BURST_S = 30.0
# And thousands of documents that nobody reads, before anything is measured.
DIGESTED_WITHIN_S = 60.0
# So many slow clients, if each held a thread to its deadline, would keep the others waiting for ten of them.
CROWD = 10 * THREADS
PATIENCE_S = 2.0
assert PATIENCE_S < CROWD / THREADS * HEAD_S
LATE = (408, "urn:problem:request-timeout")
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
        serving(request.param, environment, folder / "log") as url,
        client_of(url) as http,
    ):
        yield Api(http)
    log = (folder / "log").read_text()
    assert "Traceback" not in log, log[log.index("Traceback") :][:5000]


@pytest.fixture(scope="module", autouse=True)
def alice(api: Api) -> User:
    """A user with a book, before the first of the clients who would be in the way."""
    user = api.new_user()
    api.new_book(user)
    return user


def address(api: Api) -> tuple[str, int]:
    return api.http.base_url.host, api.http.base_url.port or 80


class Outcome(NamedTuple):
    """How a server treats a client that has said all that it will say: what it answers, when, and what then."""

    status: int | None
    slug: str | None
    after_s: float
    end: bytes


def treatment(connection: socket.socket) -> Outcome:
    """Wait for it."""
    began = time.monotonic()
    try:
        answer = raw.receive(connection)
    except RemoteDisconnected:
        return Outcome(None, None, time.monotonic() - began, b"")
    return Outcome(answer.status_code, answer.json()["type"], time.monotonic() - began, raw.rest(connection))


def begun(api: Api, sent: bytes) -> Outcome:
    """Of a client that sends a beginning."""
    with raw.connected(api) as connection:
        raw.send(connection, sent)
        return treatment(connection)


def begun_on_a_kept_connection(api: Api, sent: bytes) -> Outcome:
    """Of a client that has had an answer before."""
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", "/health/live"))
        assert raw.receive(connection).status_code == 200
        raw.send(connection, sent)
        return treatment(connection)


def dripping(api: Api, pieces: list[bytes], interval_s: float) -> Outcome:
    """Of a client that sends in pieces; the time is counted from the last."""
    with raw.connected(api) as connection:
        for piece in pieces:
            raw.send(connection, piece)
            time.sleep(interval_s)
        return treatment(connection)


def asked(api: Api) -> Outcome:
    """Of a client that has been asked for its body."""
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/books/", [*JSON, "Content-Length: 100", "Expect: 100-continue"]))
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        return treatment(connection)


def scenarios(api: Api, user: User) -> dict[str, Callable[[], Outcome]]:
    """Clients that are late, each in its own way."""
    length = raw.head(api, "POST", "/books/", [*JSON, "Content-Length: 100"])
    chunks = raw.head(api, "POST", "/books/", [*JSON, "Transfer-Encoding: chunked"])
    paced = raw.head(api, "POST", "/books/", [*JSON, "Content-Length: 600"])
    token = f"Authorization: {user.auth['Authorization']}"
    upload = raw.head(api, "POST", "/upload/", [token, "Content-Length: 1000000"])
    return {
        "first-byte": partial(begun, api, b"G"),
        "request-line": partial(begun, api, b"GET /books/ HTTP/1.1\r\n"),
        "header": partial(begun, api, b"GET /books/ HTTP/1.1\r\nHost: x\r\nX-Slow: "),
        "header-by-drips": partial(dripping, api, [bytes([byte]) for byte in b"GET /"], HEAD_S / 8),
        "kept": partial(begun_on_a_kept_connection, api, b"GET"),
        "length": partial(begun, api, length),
        "part-of-length": partial(begun, api, length + b"["),
        "chunks": partial(begun, api, chunks),
        "part-of-a-chunk": partial(begun, api, chunks + b"9\r\n["),
        "part-of-an-upload": partial(begun, api, upload + b"x"),
        "asked": partial(asked, api),
        # Three times as long as a silent one has.
        "pace": partial(dripping, api, [paced + b"[" * 40, *[b"[" * 40] * 14], BODY_S / 5),
        "nothing": partial(begun, api, b""),
        "nothing-more": partial(begun_on_a_kept_connection, api, b""),
        "empty-lines": partial(begun_on_a_kept_connection, api, b"\r\n" * 3),
    }


@pytest.fixture(scope="module")
def outcomes(api: Api, alice: User) -> dict[str, Outcome]:
    """All of them at once, since each is mostly waiting."""
    await_rest(api)
    with ThreadPoolExecutor(20) as pool:
        running = {name: pool.submit(scenario) for name, scenario in scenarios(api, alice).items()}
        return {name: outcome.result() for name, outcome in running.items()}


@pytest.mark.parametrize("name", ["first-byte", "request-line", "header", "kept"])
def test_a_head_that_is_late_is_408(outcomes: dict[str, Outcome], name: str) -> None:
    assert outcomes[name][:2] == LATE
    assert HEAD_S - 0.2 < outcomes[name].after_s < HEAD_S + LATE_S
    assert outcomes[name].end == b""


def test_a_head_that_comes_byte_by_byte_earns_no_time(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["header-by-drips"][:2] == LATE
    assert outcomes["header-by-drips"].after_s < HEAD_S


@pytest.mark.parametrize(
    "name", ["length", "part-of-length", "chunks", "part-of-a-chunk", "part-of-an-upload", "asked"]
)
def test_a_body_that_is_late_is_408(outcomes: dict[str, Outcome], name: str) -> None:
    assert outcomes[name][:2] == LATE
    assert BODY_S - 0.2 < outcomes[name].after_s < BODY_S + LATE_S
    assert outcomes[name].end == b""


def test_a_body_that_keeps_its_pace_is_read(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["pace"].status == 400


def test_who_says_nothing_is_left_without_a_word(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["nothing"].status is None
    assert HEAD_S - 0.2 < outcomes["nothing"].after_s < HEAD_S + LATE_S


def test_a_kept_connection_on_which_nothing_is_said_is_left(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["nothing-more"].status is None
    assert KEEP_ALIVE_S - 0.2 < outcomes["nothing-more"].after_s < KEEP_ALIVE_S + LATE_S


def test_empty_lines_are_nothing_that_is_said(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["empty-lines"].status is None
    assert outcomes["empty-lines"].after_s < KEEP_ALIVE_S + LATE_S


def is_reset(client: socket.socket, within_s: float) -> bool:
    """Whether a connection is reset before so long; nothing of it is read, which would count as taking it."""
    poller = select.poll()
    # Of what is always reported; a mere end would not be, and is not enough.
    poller.register(client, 0)
    return bool(poller.poll(within_s * 1000))


def test_who_reads_nothing_is_cut_off(api: Api) -> None:
    request = raw.head(api, "GET", "/openapi.json")
    assert raw.ask(api, "GET", "/openapi.json").status_code == 200
    with slow_clients(address(api), 1, request * 100) as (deaf,):
        began = time.monotonic()
        # The burst of another test may have to be answered first.
        assert is_reset(deaf, BURST_S)
        assert time.monotonic() - began > STALL_S - 0.2


def test_the_operator_is_answered_while_all_threads_wait(api: Api, effort: Effort) -> None:
    headers = ["Content-Type: multipart/form-data; boundary=x", "Content-Length: 100000"]
    with slow_clients(address(api), CROWD, raw.head(api, "PUT", "/books/1/cover", headers)):
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert max(latencies_ms(address(api), path, 5, PATIENCE_S)) < limit_ms(effort), path


def test_who_leaves_before_its_answers_disturbs_nobody(api: Api) -> None:
    # A traceback in the log fails the module.
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", "/openapi.json") * 50)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert api.http.get("/health/live").status_code == 200


def limit_ms(effort: Effort) -> float:
    """Beside other tests: does anybody wait for the slow clients at all? A long run asks for how long."""
    return 250 if effort.long else PATIENCE_S * 1000


def digested(api: Api) -> bool:
    """Whether a healthy client is answered soon."""
    return latencies_ms(address(api), "/health/live", 1, PATIENCE_S)[0] < 100


@pytest.mark.parametrize("kind", SLOW)
def test_slow_clients_cost_the_others_nothing(
    api: Api, kind: str, effort: Effort, results: Results, request: pytest.FixtureRequest
) -> None:
    count = 1000 if effort.long else 50
    with slow_clients(address(api), CROWD, SLOW[kind]):
        # Those who read nothing have asked for thousands of documents first, which is load like any other.
        deadline = time.monotonic() + DIGESTED_WITHIN_S
        while not digested(api) and time.monotonic() < deadline:
            time.sleep(0.05)
        health_ms, book_ms = (
            latencies_ms(address(api), path, count, PATIENCE_S) for path in ("/health/live", "/books/1")
        )
    figures = {
        "sockets": CROWD,
        "requests": len(health_ms) + len(book_ms),
        "health_p99_ms": round(percentile(health_ms, 0.99), 1),
        "book_p99_ms": round(percentile(book_ms, 0.99), 1),
    }
    results.note("slow sockets", f"{request.node.callspec.params['api']}, {kind}", figures)
    assert figures["health_p99_ms"] < limit_ms(effort)
    assert figures["book_p99_ms"] < limit_ms(effort)


def open_descriptors(api: Api) -> int:
    found = re.search(r"^process_open_fds\{[^}]*\} (\d+)", api.http.get("/metrics").text, re.MULTILINE)
    assert found
    return int(found[1])


def test_a_client_too_many_is_503_and_the_operator_is_not(api: Api) -> None:
    for _ in range(5):
        await_rest(api)
        began = time.monotonic()
        with slow_clients(address(api), MAX_CONNECTIONS, b""):
            answer, operator = (raw.ask(api, "GET", path) for path in ("/books/", "/health/live"))
        # Else the first of them were late by then, and had made room.
        if time.monotonic() - began < HEAD_S:
            break
    assert_problem(answer, 503, "crowded")
    assert int(answer.headers["retry-after"]) >= 1
    assert operator.json() == {"status": "ok"}


def test_clients_beyond_all_reason_are_closed_and_all_is_well_afterwards(api: Api) -> None:
    await_rest(api)
    before = open_descriptors(api)
    with slow_clients(address(api), MAX_CONNECTIONS + RESERVE + 20, b"") as clients:
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
