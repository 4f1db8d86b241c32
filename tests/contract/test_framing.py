"""Where a body ends: lengths, chunks, limits, and connections that carry the next request."""

import json
import re
import socket

import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, book_fields, client_of, locations, unique
from tests.contract.routes import JSON, READING_BODIES, Route

# The limit of a server with default settings.
LIMIT = 1024 * 1024
SMUGGLED = b"GET /books/999999999999/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
MISFRAMED = {
    "length-not-a-number": (["Content-Length: ten"], b"{}"),
    "negative-length": (["Content-Length: -2"], b"{}"),
    "signed-length": (["Content-Length: +2"], b"{}"),
    "two-lengths": (["Content-Length: 2", "Content-Length: 3"], b"{} "),
    "length-and-chunks": (["Content-Length: 2", "Transfer-Encoding: chunked"], raw.chunked(b"{}")),
    "space-before-colon": (["Content-Length : 2"], b"{}"),
    "space-in-name": (["Bad Name: x", "Content-Length: 2"], b"{}"),
    "nul-in-value": (["X-Odd: a\x00b", "Content-Length: 2"], b"{}"),
    "chunk-size-not-hexadecimal": (["Transfer-Encoding: chunked"], b"zz\r\n{}\r\n0\r\n\r\n"),
    "chunk-longer-than-its-size": (["Transfer-Encoding: chunked"], b"2\r\n{}{}\r\n0\r\n\r\n"),
    "negative-chunk-size": (["Transfer-Encoding: chunked"], b"-2\r\n{}\r\n0\r\n\r\n"),
}


def document(size: int = 0) -> bytes:
    """A valid new book, padded with white space, which JSON allows, to `size` bytes."""
    return json.dumps(book_fields(title=unique())).encode().ljust(size)


def lines(user: User, *more: str) -> list[str]:
    """Header lines of a JSON request by `user`."""
    return [f"Authorization: {user.auth['Authorization']}", f"Content-Type: {JSON}", *more]


def test_a_body_of_exactly_the_limit_is_read(api: Api, alice: User) -> None:
    headers = {**alice.auth, "Content-Type": JSON}
    assert api.http.post("/books/", content=document(LIMIT), headers=headers).status_code == 201


def test_a_body_of_exactly_the_limit_is_read_in_chunks(api: Api, alice: User) -> None:
    body = raw.chunked(document(LIMIT))
    assert raw.ask(api, "POST", "/books/", lines(alice, "Transfer-Encoding: chunked"), body).status_code == 201


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_read_although_the_client_offers_another_protocol(api: Api, alice: User, chunked: bool) -> None:
    # As the HTTP client of Java does by default. The connection goes on in HTTP/1.1.
    body = document()
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
    message = raw.head(api, "POST", "/books/", lines(alice, length, *offer))
    with raw.connected(api) as connection:
        for _ in range(3):
            raw.send(connection, message + (raw.chunked(body) if chunked else body))
            assert raw.receive(connection, "POST").status_code == 201
        raw.send(connection, raw.head(api, "GET", "/health/live", offer))
        assert raw.receive(connection).status_code == 200
        raw.send(connection, raw.head(api, "GET", "/health/live"))
        assert raw.receive(connection).status_code == 200


@pytest.mark.parametrize("size", [LIMIT + 1, 3 * LIMIT])
def test_a_longer_body_is_413(api: Api, alice: User, size: int) -> None:
    headers = {**alice.auth, "Content-Type": JSON}
    problem = assert_problem(api.http.post("/books/", content=document(size), headers=headers), 413, "body-too-large")
    assert "errors" not in problem


def test_a_client_that_keeps_connections_loses_no_request_after_413(api: Api, alice: User) -> None:
    # The server may end the connection, but has to say so: a pooling client would send its next request into the void.
    headers = {**alice.auth, "Content-Type": JSON}
    with client_of(api.http.base_url) as pooling:
        for _ in range(8):
            assert pooling.post("/books/", content=document(3 * LIMIT), headers=headers).status_code == 413
            assert pooling.get("/health/live").status_code == 200


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 70_000, 3 * LIMIT])
def test_a_longer_body_in_chunks_is_413(api: Api, alice: User, size: int) -> None:
    body = raw.chunked(document(size))
    response = raw.ask(api, "POST", "/books/", lines(alice, "Transfer-Encoding: chunked"), body)
    assert_problem(response, 413, "body-too-large")


def test_a_longer_body_is_not_cut_and_read(api: Api, alice: User) -> None:
    body = raw.chunked(document(LIMIT) + b"no JSON any more")
    response = raw.ask(api, "POST", "/books/", lines(alice, "Transfer-Encoding: chunked"), body)
    assert_problem(response, 413, "body-too-large")


@pytest.mark.parametrize("length", [6 * LIMIT, 10**12, 2**63 - 1])
@pytest.mark.parametrize("route", READING_BODIES, ids=str)
def test_a_declared_length_beyond_the_limit_is_413_before_the_body_comes(api: Api, route: Route, length: int) -> None:
    headers = [f"Content-Type: {route.media_type}", f"Content-Length: {length}"]
    response = raw.ask(api, route.method, route.at(1), headers)
    assert_problem(response, 413, "body-too-large")


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_after_413_the_rest_of_the_body_is_not_taken_for_requests(api: Api, framing: str) -> None:
    body = (SMUGGLED * (2 * LIMIT // len(SMUGGLED))).ljust(2 * LIMIT)
    length = f"Content-Length: {len(body)}" if framing == "length" else "Transfer-Encoding: chunked"
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/books/", [f"Content-Type: {JSON}", length]))
        raw.send(connection, body if framing == "length" else raw.chunked(body))
        assert_problem(raw.receive(connection), 413, "body-too-large")
        raw.send(connection, raw.head(api, "GET", "/health/live", ["Connection: close"]))
        # Whether the server closes or reads on is its own affair.
        assert re.findall(rb"HTTP/1\.1 (\d+)", raw.rest(connection)) in ([], [b"200"])


@pytest.mark.parametrize("size", [1, 7, 65_536])
def test_a_body_may_come_in_chunks_of_any_size(api: Api, alice: User, size: int) -> None:
    body = raw.chunked(document(), size)
    assert raw.ask(api, "POST", "/books/", lines(alice, "Transfer-Encoding: chunked"), body).status_code == 201


def test_chunks_may_have_extensions(api: Api, alice: User) -> None:
    body = b'2;name="value"\r\n{}\r\n0;last\r\n\r\n'
    response = raw.ask(api, "POST", "/books/", lines(alice, "Transfer-Encoding: chunked"), body)
    assert_problem(response, 422, "invalid-input")


def test_chunks_may_end_with_trailer_fields(api: Api, alice: User) -> None:
    body = b"2\r\n{}\r\n0\r\nX-Checksum: 1\r\n\r\n"
    response = raw.ask(api, "POST", "/books/", lines(alice, "Transfer-Encoding: chunked"), body)
    assert_problem(response, 422, "invalid-input")


def test_no_chunks_are_an_empty_body(api: Api, alice: User) -> None:
    response = raw.ask(api, "POST", "/books/", lines(alice, "Transfer-Encoding: chunked"), raw.chunked(b""))
    assert_problem(response, 400, "malformed-request")


def test_no_length_and_no_chunks_are_an_empty_body(api: Api, alice: User) -> None:
    assert_problem(raw.ask(api, "POST", "/books/", lines(alice)), 400, "malformed-request")


@pytest.mark.parametrize(("headers", "body"), MISFRAMED.values(), ids=MISFRAMED.keys())
def test_a_request_of_doubtful_framing_is_400_and_ends_the_connection(
    api: Api, alice: User, headers: list[str], body: bytes
) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/books/", lines(alice, *headers)) + body)
        assert raw.receive(connection).status_code == 400
        assert connection.recv(1) == b""


@pytest.mark.parametrize(("headers", "body"), MISFRAMED.values(), ids=MISFRAMED.keys())
def test_a_request_of_doubtful_framing_is_answered_by_a_problem(
    api: Api, alice: User, headers: list[str], body: bytes
) -> None:
    assert_problem(raw.ask(api, "POST", "/books/", lines(alice, *headers), body), 400, "malformed-request")


def test_a_body_in_an_unknown_coding_is_refused_and_ends_the_connection(api: Api, alice: User) -> None:
    with raw.connected(api) as connection:
        raw.send(
            connection, raw.head(api, "POST", "/books/", lines(alice, "Transfer-Encoding: sesquipedalian")) + b"{}"
        )
        # RFC 9112 section 6.1 recommends 501.
        assert raw.receive(connection).status_code in {400, 501}
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    "line", [b"GET", b"GET /books/", b"GET /books/ FTP/1.1", b"\x16\x03\x01\x00", b"GET  / HTTP/1.1 x"]
)
def test_what_is_not_a_request_line_is_answered_by_a_problem(api: Api, line: bytes) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, line + b"\r\nHost: x\r\n\r\n")
        assert_problem(raw.receive(connection), 400, "malformed-request")


def test_a_client_that_expects_100_is_told_to_go_on(api: Api, alice: User) -> None:
    body = document()
    headers = lines(alice, "Expect: 100-continue", f"Content-Length: {len(body)}", "Connection: close")
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/books/", headers))
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
        raw.send(connection, body)
        assert raw.receive(connection).status_code == 201


@pytest.mark.parametrize("path", ["/nothing", "/health/live", "/books/"])
def test_a_client_that_expects_100_is_refused_without_sending(api: Api, path: str) -> None:
    headers = ["Expect: 100-continue", f"Content-Type: {JSON}", f"Content-Length: {LIMIT + 1}", "Connection: close"]
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", path, headers))
        answer = raw.receive(connection)
    assert_problem(answer, {"/nothing": 404, "/health/live": 405, "/books/": 413}[path])


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health/live"), ("GET", "/books/"), ("POST", "/nothing"), ("DELETE", "/books/"), ("POST", "/books/")],
)
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_body_that_nobody_reads_is_not_taken_for_the_next_request(
    api: Api, method: str, path: str, framing: str
) -> None:
    as_length, as_chunks = [f"Content-Length: {len(SMUGGLED)}"], ["Transfer-Encoding: chunked"]
    headers, body = (as_length, SMUGGLED) if framing == "length" else (as_chunks, raw.chunked(SMUGGLED))
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, method, path, headers) + body)
        first = raw.receive(connection)
        assert first.json().get("type") != "urn:problem:internal-error"
        if first.headers.get("connection") == "close":
            return
        raw.send(connection, raw.head(api, "GET", "/health/live", ["Connection: close"]))
        assert raw.receive(connection).json() == {"status": "ok"}


def test_two_requests_at_once_are_answered_in_order(api: Api) -> None:
    first, second = raw.head(api, "GET", "/health/live"), raw.head(api, "GET", "/nothing", ["Connection: close"])
    with raw.connected(api) as connection:
        raw.send(connection, first + second)
        answers = raw.rest(connection)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"404"]


def test_http_1_0_is_answered_and_closed(api: Api) -> None:
    request = raw.head(api, "GET", "/health/live").replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    with raw.connected(api) as connection:
        raw.send(connection, request)
        assert raw.receive(connection).json() == {"status": "ok"}
        assert connection.recv(1) == b""


def test_a_body_that_ends_early_changes_nothing(api: Api, alice: User) -> None:
    author = unique("Author ")
    body = json.dumps(book_fields(author=author)).encode()
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/books/", lines(alice, f"Content-Length: {len(body) + 9}")) + body)
        connection.shutdown(socket.SHUT_WR)
        raw.rest(connection)
    assert api.page(author=author)["items"] == []


def test_a_declared_length_ends_the_body(api: Api, alice: User) -> None:
    response = raw.ask(api, "POST", "/books/", lines(alice, "Content-Length: 2"), b"[]")
    assert locations(assert_problem(response, 422)) == [["body"]]
