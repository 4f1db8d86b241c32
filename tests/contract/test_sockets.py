"""WebSockets: an echo, what refuses a handshake, and how sockets end."""

import socket
import time

import pytest
from websockets.exceptions import InvalidStatus
from websockets.frames import CloseCode

from tests.contract import raw
from tests.contract.client import Api, assert_problem
from tests.contract.sockets import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    ByHand,
    Frame,
    attempt,
    by_hand,
    ended,
    frame,
    handshake,
    header,
    opened,
    send_till_closed,
)

# The limit of a server with default settings, in bytes.
LIMIT = 65_536
# "é" has two of them.
TWO_BYTES = "\u00e9"


def close_frame(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


@pytest.mark.parametrize("text", ["hello", "", " ", "caf\u00e9 \U0001f4da", "\x00", "a\nb", '{"a": 1}', "x" * 60_000])
def test_a_text_comes_back_in_a_sentence(api: Api, text: str) -> None:
    with opened(api) as connection:
        connection.send(text)
        assert connection.recv(timeout=10) == f"Message text was: {text}"


def test_texts_come_back_in_their_order(api: Api) -> None:
    with opened(api) as connection:
        for number in range(200):
            connection.send(str(number))
        assert [connection.recv(timeout=10) for _ in range(200)] == [f"Message text was: {n}" for n in range(200)]


def test_two_sockets_do_not_hear_each_other(api: Api) -> None:
    with opened(api) as first, opened(api) as second:
        first.send("one")
        second.send("two")
        assert [first.recv(timeout=10), second.recv(timeout=10)] == ["Message text was: one", "Message text was: two"]


@pytest.mark.parametrize("text", ["x" * LIMIT, TWO_BYTES * (LIMIT // 2)], ids=["ascii", "two-bytes"])
def test_a_text_of_exactly_the_limit_comes_back(api: Api, text: str) -> None:
    with opened(api) as connection:
        connection.send(text)
        assert connection.recv(timeout=10) == f"Message text was: {text}"


@pytest.mark.parametrize(
    "text",
    ["x" * (LIMIT + 1), TWO_BYTES * (LIMIT // 2) + "x", "x" * 40 * LIMIT],
    ids=["ascii", "two-bytes", "far-beyond"],
)
def test_a_longer_text_closes_the_socket_with_1009(api: Api, text: str) -> None:
    with opened(api) as connection:
        send_till_closed(connection, text)
        assert ended(connection).code == CloseCode.MESSAGE_TOO_BIG


def test_the_limit_is_that_of_all_fragments_together(api: Api) -> None:
    with opened(api) as connection:
        send_till_closed(connection, ["x" * 1000] * 66)
        assert ended(connection).code == CloseCode.MESSAGE_TOO_BIG


def test_a_text_that_is_announced_too_large_is_refused_before_it_has_come(api: Api) -> None:
    with by_hand(api) as connection:
        connection.send(header(TEXT, 2**62), b"x" * 70_000)
        assert connection.next_but(PING).code == 1009


@pytest.mark.parametrize("payload", [b"", b"text", b"\x00\xff"])
def test_a_binary_message_closes_the_socket_with_1003(api: Api, payload: bytes) -> None:
    with opened(api) as connection:
        connection.send(payload)
        assert ended(connection).code == CloseCode.UNSUPPORTED_DATA


def test_what_came_before_a_binary_message_is_answered(api: Api) -> None:
    with by_hand(api) as connection:
        connection.send(frame(TEXT, b"a"), frame(BINARY, b"b"))
        assert connection.next_but(PING) == Frame(TEXT, b"Message text was: a")
        assert connection.next_but(PING).code == 1003


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_a_close_is_answered_by_the_same_code(api: Api, code: int) -> None:
    with by_hand(api) as connection:
        connection.send(close_frame(code, b"bye"))
        assert connection.next_but(PING).code == code
        assert_over(connection)


def test_a_close_without_a_code_is_answered(api: Api) -> None:
    with by_hand(api) as connection:
        connection.send(frame(CLOSE))
        assert connection.next_but(PING).opcode == CLOSE
        assert_over(connection)


def test_nothing_is_answered_after_a_close(api: Api) -> None:
    with by_hand(api) as connection:
        connection.send(close_frame(1000), frame(TEXT, b"late"))
        assert connection.next_but(PING).opcode == CLOSE
        assert_over(connection)


def assert_over(connection: ByHand) -> None:
    """The server ends a connection whose close has been answered."""
    connection.connection.shutdown(socket.SHUT_WR)
    with pytest.raises((EOFError, ConnectionResetError)):
        connection.next()


@pytest.mark.parametrize("payload", [b"", b"are you there", b"x" * 125])
def test_a_ping_is_answered_with_what_it_carries(api: Api, payload: bytes) -> None:
    with by_hand(api) as connection:
        connection.send(frame(PING, payload))
        assert connection.next_but(PING) == Frame(PONG, payload)


def test_a_pong_that_nobody_asked_for_is_ignored(api: Api) -> None:
    with by_hand(api) as connection:
        connection.send(frame(PONG, b"x"), frame(TEXT, b"a"))
        assert connection.next_but(PING) == Frame(TEXT, b"Message text was: a")


def test_no_compression_is_agreed_on(api: Api) -> None:
    with opened(api, compression="deflate") as connection:
        assert connection.response is not None
        assert "Sec-WebSocket-Extensions" not in connection.response.headers


def test_no_subprotocol_is_agreed_on(api: Api) -> None:
    lines = handshake(Sec_WebSocket_Protocol="chat, superchat")
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", "/ws/", lines))
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"sec-websocket-protocol" not in answer.lower()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_plain_request_is_told_to_upgrade(api: Api, method: str) -> None:
    response = raw.ask(api, method, "/ws/")
    assert response.status_code == 426
    assert response.headers["upgrade"] == "websocket"
    assert "upgrade" in response.headers["connection"].lower()
    assert response.headers["sec-websocket-version"] == "13"
    if method == "GET":
        assert_problem(response, 426, "upgrade-required")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_socket_is_opened_by_get_only(api: Api, method: str) -> None:
    response = raw.ask(api, method, "/ws/", ["Content-Length: 0"])
    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_lists_the_methods_of_a_socket(api: Api) -> None:
    response = api.http.options("/ws/")
    assert response.status_code == 204
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("version", ["12", "8", "0", "13, 12", "x", "", None])
def test_another_version_of_the_protocol_is_426_and_names_ours(api: Api, version: str | None) -> None:
    response = attempt(api, handshake(Sec_WebSocket_Version=version))
    assert_problem(response, 426, "upgrade-required")
    assert response.headers["sec-websocket-version"] == "13"


@pytest.mark.parametrize("sent", [None, "", "short", "dGhlIHNhbXBsZSBub25jZQ", "====", "AAAA" * 10, "\xe9" * 24])
def test_a_handshake_without_a_proper_key_is_400(api: Api, sent: str | None) -> None:
    assert_problem(attempt(api, handshake(Sec_WebSocket_Key=sent)), 400, "malformed-request")


def test_a_handshake_with_two_keys_is_400(api: Api) -> None:
    lines = [*handshake(), handshake()[-1]]
    assert_problem(attempt(api, lines), 400, "malformed-request")


@pytest.mark.parametrize("lines", [handshake(Upgrade=None), handshake(Upgrade="h2c")], ids=["none", "other"])
def test_an_upgrade_to_something_else_is_a_plain_request(api: Api, lines: list[str]) -> None:
    assert_problem(attempt(api, lines), 426, "upgrade-required")


@pytest.mark.parametrize("path", ["/nothing", "/ws", "/ws/nothing", "/", "/books/", "/books/1", "/stream/", "/docs"])
def test_a_handshake_where_no_socket_is_is_404(api: Api, path: str) -> None:
    assert_problem(attempt(api, handshake(), path), 404, "path-not-found")


@pytest.mark.parametrize(
    "lines",
    [
        ["Origin: https://evil.example"],
        ["Origin: null"],
        ["Origin: http://localhost.evil.example"],
        ["Sec-Fetch-Site: cross-site"],
        ["Sec-Fetch-Site: same-site"],
    ],
    ids=str,
)
def test_a_page_of_another_site_cannot_open_a_socket(api: Api, lines: list[str]) -> None:
    assert_problem(attempt(api, handshake() + lines), 403, "cross-site")


def test_a_page_of_this_site_can_open_a_socket(api: Api) -> None:
    url = api.http.base_url
    with opened(api, origin=f"{url.scheme}://{url.netloc.decode()}") as connection:
        connection.send("a")
        assert connection.recv(timeout=10) == "Message text was: a"


def test_a_refused_handshake_has_the_common_headers(api: Api) -> None:
    for lines in (handshake(Origin="https://evil.example"), handshake(Sec_WebSocket_Key=None), []):
        response = attempt(api, [*lines, "X-Request-ID: mine"])
        assert response.headers["x-request-id"] == "mine"
        assert response.headers["x-process-time"]
        assert response.headers["x-content-type-options"] == "nosniff"


def test_a_client_is_told_the_status_of_a_refusal(api: Api) -> None:
    with pytest.raises(InvalidStatus) as refused, opened(api, "/nothing"):
        pass
    assert refused.value.response.status_code == 404


def test_a_client_that_vanishes_disturbs_nobody(api: Api) -> None:
    for _ in range(20):
        with by_hand(api) as connection:
            connection.send(frame(TEXT, b"a"))
    with opened(api) as other:
        other.send("still here")
        assert other.recv(timeout=10) == "Message text was: still here"


def test_a_client_that_reads_nothing_holds_up_nobody_else(api: Api) -> None:
    with by_hand(api) as deaf:
        deaf.connection.settimeout(1)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            try:
                deaf.connection.sendall(frame(TEXT, b"x" * 60_000))
            except TimeoutError:
                break
        assert api.http.get("/books/?limit=1").status_code == 200
        with opened(api) as other:
            other.send("a")
            assert other.recv(timeout=10) == "Message text was: a"
