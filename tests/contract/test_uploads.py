"""Uploads: a body of any type and size, read as it comes, whose number of bytes and SHA-256 are the answer."""

import hashlib
import socket

import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem
from tests.contract.routes import JSON, STREAMING_BODIES, Route
from tests.contract.violations import BEYOND_THE_LIMIT

MIB = 1024 * 1024
# More than any other operation reads, and no multiple of anything.
LONG = bytes(range(251)) * 20_000
BROKEN_CHUNKS = {
    "size-not-hexadecimal": b"zz\r\nabc\r\n0\r\n\r\n",
    "longer-than-its-size": b"2\r\nabcd\r\n0\r\n\r\n",
    "negative-size": b"-2\r\nab\r\n0\r\n\r\n",
    "broken-after-a-megabyte": raw.chunked(b"x" * MIB)[:-5] + b"oops\r\n",
}


def report(body: bytes) -> dict[str, object]:
    return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def lines(user: User, *more: str) -> list[str]:
    return [f"Authorization: {user.auth['Authorization']}", *more]


@pytest.mark.parametrize("body", [b"", b"a", b"\x00\xff" * 500, b"x" * 65_536, LONG], ids=len)
def test_an_upload_is_counted_and_hashed(api: Api, alice: User, body: bytes) -> None:
    response = api.http.post("/upload/", content=body, headers=alice.auth)
    assert response.status_code == 200
    assert response.json() == report(body)


@pytest.mark.parametrize("size", [1, 65_536, 3 * MIB])
def test_an_upload_may_come_in_chunks_of_any_size(api: Api, alice: User, size: int) -> None:
    body = LONG if size > 1 else LONG[:1000]
    response = raw.ask(api, "POST", "/upload/", lines(alice, "Transfer-Encoding: chunked"), raw.chunked(body, size))
    assert response.json() == report(body)


@pytest.mark.parametrize(
    ("framing", "body"),
    [(["Content-Length: 0"], b""), (["Transfer-Encoding: chunked"], raw.chunked(b"")), ([], b"")],
    ids=["length", "chunks", "neither"],
)
def test_an_upload_may_be_empty(api: Api, alice: User, framing: list[str], body: bytes) -> None:
    assert raw.ask(api, "POST", "/upload/", lines(alice, *framing), body).json() == report(b"")


@pytest.mark.parametrize("content_type", [JSON, "text/plain; charset=latin-1", "image/png", "nonsense", ""])
def test_an_upload_may_be_of_any_type(api: Api, alice: User, content_type: str) -> None:
    response = api.http.post("/upload/", content=b"{", headers={**alice.auth, "Content-Type": content_type})
    assert response.json() == report(b"{")


@pytest.mark.parametrize("body", BROKEN_CHUNKS.values(), ids=BROKEN_CHUNKS.keys())
def test_an_upload_in_broken_chunks_is_400_and_ends_the_connection(api: Api, alice: User, body: bytes) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/upload/", lines(alice, "Transfer-Encoding: chunked")) + body)
        assert_problem(raw.receive(connection), 400, "malformed-request")
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    ("framing", "body"),
    [("Content-Length: 200000", b"x" * 100_000), ("Transfer-Encoding: chunked", raw.chunked(b"x" * 100_000)[:-5])],
    ids=["length", "chunks"],
)
def test_an_upload_that_ends_early_is_not_reported(api: Api, alice: User, framing: str, body: bytes) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/upload/", lines(alice, framing)) + body)
        connection.shutdown(socket.SHUT_WR)
        # Whether the server still answers to a client that has gone half-way is its own affair.
        answer = raw.rest(connection)
    assert b"sha256" not in answer
    assert not answer or answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("route", STREAMING_BODIES, ids=str)
def test_a_streamed_body_that_is_declared_too_large_is_413_before_it_comes(api: Api, alice: User, route: Route) -> None:
    headers = lines(
        alice, "Expect: 100-continue", f"Content-Type: {route.media_type}", f"Content-Length: {BEYOND_THE_LIMIT}"
    )
    assert_problem(raw.ask(api, route.method, route.path, headers), 413, "body-too-large")


@pytest.mark.parametrize("route", STREAMING_BODIES, ids=str)
def test_a_streamed_body_is_not_asked_for_before_the_credentials_are_known(api: Api, route: Route) -> None:
    headers = ["Expect: 100-continue", f"Content-Type: {route.media_type}", "Content-Length: 1000"]
    assert_problem(raw.ask(api, route.method, route.path, headers), 401, "credentials-required")


def test_an_upload_is_asked_for_once_the_credentials_are_known(api: Api, alice: User) -> None:
    headers = lines(alice, "Expect: 100-continue", f"Content-Length: {len(LONG)}", "Connection: close")
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/upload/", headers))
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
        raw.send(connection, LONG)
        assert raw.receive(connection).json() == report(LONG)


def test_an_upload_without_credentials_is_refused_while_it_comes(api: Api) -> None:
    for _ in range(3):
        assert_problem(api.http.post("/upload/", content=LONG * 4), 401, "credentials-required")
        assert api.http.get("/health/live").status_code == 200


def test_after_an_upload_the_connection_carries_the_next_request(api: Api, alice: User) -> None:
    with raw.connected(api) as connection:
        for _ in range(2):
            head = raw.head(api, "POST", "/upload/", lines(alice, f"Content-Length: {len(LONG)}"))
            raw.send(connection, head + LONG)
            assert raw.receive(connection).json() == report(LONG)


def test_an_upload_that_waits_for_its_client_does_not_hold_up_other_requests(api: Api, alice: User) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/upload/", lines(alice, "Content-Length: 4")) + b"ab")
        assert api.http.get("/health/ready").status_code == 200
        raw.send(connection, b"cd")
        assert raw.receive(connection).json() == report(b"abcd")
