"""The corpus against a server: every answer as the table says, one to a request, and nothing smuggled."""

import json
import socket
import time
from contextlib import suppress

import pytest

from tests.contract import raw
from tests.contract.client import PASSWORD, Api, unique
from tests.contract.corpus import Case, as_answered_by, cases, differences

CASES = cases()
# Longer than a server on a busy machine needs to say something, and what every case costs in which it must not.
SILENCE_S = 0.15
# Shorter than any server keeps a connection on which nothing is said.
PROMPT_S = 3.0
PROBE = ("GET", "/nothing/behind/it")


def marker(username: str) -> bytes:
    """A request that opens an account, which everybody can see afterwards."""
    body = json.dumps({"username": username, "password": PASSWORD}).encode()
    lines = ["POST /auth/register HTTP/1.1", "Host: x", "Content-Type: application/json"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


@pytest.fixture(scope="session")
def server(api: Api) -> str | None:
    """Which of the twins answers, if it is one."""
    return api.http.get("/health/live").headers.get("x-served-by")


class Answers:
    """Answers as they come on a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = b""

    def next(self, *, bodiless: bool = False) -> tuple[int, bytes]:
        """Status and body of the next answer, interim ones too; raises EOFError when there is none."""
        head = self._until(b"\r\n\r\n").lower()
        status, headers = int(head.split(b" ", 2)[1]), head.split(b"\r\n")
        if b"transfer-encoding: chunked" in headers:
            return status, self._until(b"0\r\n\r\n")
        length = next((int(line.partition(b":")[2]) for line in headers if line.startswith(b"content-length:")), 0)
        body = b"" if bodiless or status in {100, 204} else self._take(length)
        assert status < 400 or json.loads(body)["status"] == status
        assert status < 400 or b"content-type: application/problem+json" in headers
        return status, body

    def has_ended(self) -> bool:
        """Whether the server ends the connection at once, and says nothing more before it does."""
        self._connection.settimeout(PROMPT_S)
        with suppress(ConnectionResetError):
            self._received += self._connection.recv(65_536)
        return self._received == b""

    def is_silent(self) -> bool:
        """Whether the server says nothing for a while, and keeps the connection."""
        self._connection.settimeout(SILENCE_S)
        with suppress(TimeoutError):
            self._connection.recv(1)
            return False
        return self._received == b""

    def _until(self, end: bytes) -> bytes:
        while end not in self._received:
            self._more()
        return self._take(self._received.index(end) + len(end))

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._more()
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _more(self) -> None:
        data = self._connection.recv(65_536)
        if not data:
            raise EOFError(f"the connection ends after {self._received!r}")
        self._received += data


def hold(api: Api, case: Case, data: bytes) -> None:
    """Send the bytes of a case, and check what comes back and how it ends."""
    with raw.connected(api) as connection:
        raw.send(connection, data)
        if case.hangs_up:
            connection.shutdown(socket.SHUT_WR)
        answers = Answers(connection)
        assert tuple(answers.next(bodiless=case.bodiless)[0] for _ in case.answers) == case.answers
        if case.closes:
            assert answers.has_ended()
        elif case.waits:
            assert answers.is_silent()
        elif not case.either:
            raw.send(connection, raw.head(api, *PROBE, ["Connection: close"]))
            assert answers.next()[0] == 404
            assert answers.has_ended()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_bytes_are_answered_as_the_corpus_says(api: Api, server: str | None, case: Case) -> None:
    case, username = as_answered_by(case, server), unique("marker")
    hold(api, case, case.sent(api.http.base_url.netloc.decode(), marker(username)))
    if "<marker" in case.text:
        assert api.register(username).status_code == (409 if case.arrives else 201)
    assert api.http.get("/health/live").status_code == 200


def test_the_table_of_differences_lists_differences_and_their_reasons() -> None:
    names = {case.name for case in CASES}
    assert len(names) == len(CASES)
    for difference in differences():
        assert difference.case in names
        assert difference.flask != difference.fastapi
        assert len(difference.reason.split()) > 5


WHOLE = {
    "get": b"GET /health/live?a=b HTTP/1.1\r\nHost: x\r\nX-Odd: y\r\n\r\n",
    "length": b"POST /books/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    "chunks": b"POST /books/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX-A: b\r\n\r\n",
}
STATUS = {"get": 200, "length": 401, "chunks": 401}


@pytest.mark.parametrize("name", WHOLE)
def test_a_request_in_two_pieces_is_answered_wherever_it_is_cut(api: Api, name: str) -> None:
    request = WHOLE[name]
    with raw.connected(api) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = Answers(connection)
        for cut in range(1, len(request)):
            connection.sendall(request[:cut])
            time.sleep(0.001)
            connection.sendall(request[cut:])
            assert answers.next()[0] == STATUS[name], request[:cut]


@pytest.mark.parametrize("name", WHOLE)
def test_a_request_in_single_bytes_is_answered(api: Api, name: str) -> None:
    with raw.connected(api) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in WHOLE[name]:
            connection.sendall(bytes([byte]))
            time.sleep(0.0005)
        assert Answers(connection).next()[0] == STATUS[name]


@pytest.mark.parametrize("name", WHOLE)
def test_a_request_that_ends_early_gets_no_answer_wherever_it_is_cut(api: Api, name: str) -> None:
    for cut in range(len(WHOLE[name])):
        with raw.connected(api) as connection:
            connection.sendall(WHOLE[name][:cut])
            connection.shutdown(socket.SHUT_WR)
            assert raw.rest(connection) == b"", WHOLE[name][:cut]
