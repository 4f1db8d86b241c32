"""What opens a WebSocket, and what is a plain request although it offers to become one."""

import pytest

from tests.contract import raw
from tests.contract.client import Api, assert_problem
from tests.contract.sockets import ECHO, attempt, handshake, key

# Lists that the server has to read only if it would agree on something in them.
LISTS = ["", ",", "a b", '"x"', "chat, superchat", "a,,b", ";", "permessage-deflate; bad=1"]
CONNECTIONS = [
    "upgrade",
    "keep-alive, Upgrade",
    "Upgrade, close",
    "Upgrade,Upgrade",
    "upgrade ,\tx,",
    ",Upgrade,",
]


def opens(api: Api, lines: list[str]) -> bool:
    """Whether a socket is opened by these header lines."""
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", ECHO, lines))
        return connection.recv(4096).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize("name", ["Sec_WebSocket_Protocol", "Sec_WebSocket_Extensions"])
@pytest.mark.parametrize("value", LISTS)
def test_what_is_never_agreed_on_need_not_be_readable(api: Api, name: str, value: str) -> None:
    assert opens(api, handshake(**{name: value}))


@pytest.mark.parametrize("value", CONNECTIONS)
def test_upgrade_is_one_of_the_options_of_the_connection(api: Api, value: str) -> None:
    assert opens(api, handshake(Connection=value))


def test_the_options_of_the_connection_may_be_in_several_lines(api: Api) -> None:
    assert opens(api, ["Connection: ", *handshake(), "Connection: keep-alive"])


def test_white_space_behind_a_value_is_none_of_it(api: Api) -> None:
    assert opens(api, [f"{line} \t" for line in handshake(Upgrade="WebSocket")])


OTHERS = {
    "close": handshake(Connection="close"),
    "option-with-a-parameter": handshake(Connection="upgrade;x"),
    "no-option": handshake(Connection=None),
    "two-protocols": handshake(Upgrade="websocket, h2c"),
    "protocol-with-a-version": handshake(Upgrade="websocket/13"),
    "protocol-twice": [*handshake(), "Upgrade: websocket"],
    "two-versions": handshake(Sec_WebSocket_Version="13, 8"),
}


@pytest.mark.parametrize("lines", OTHERS.values(), ids=OTHERS.keys())
def test_anything_else_is_told_to_upgrade(api: Api, lines: list[str]) -> None:
    assert_problem(attempt(api, lines), 426, "upgrade-required")


def test_http_1_0_has_no_sockets(api: Api) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", ECHO, handshake()).replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert_problem(raw.receive(connection), 426, "upgrade-required")


def test_head_opens_nothing_and_is_told_what_get_would_be(api: Api) -> None:
    assert raw.ask(api, "HEAD", ECHO, handshake()).status_code == 426
    assert raw.ask(api, "HEAD", ECHO, handshake(Sec_WebSocket_Key="x")).status_code == 400


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("OPTIONS", 204), ("POST", 415), ("PUT", 405)])
def test_a_handshake_of_another_method_is_a_plain_request(api: Api, method: str, status: int) -> None:
    assert raw.ask(api, method, "/books/", [*handshake(), "Content-Length: 0"]).status_code == status


@pytest.mark.parametrize(
    "lines",
    [handshake(Sec_WebSocket_Version="12"), handshake(Sec_WebSocket_Key=None), handshake(Sec_WebSocket_Key=key()[:-2])],
    ids=["version", "no-key", "key"],
)
def test_where_no_socket_is_a_handshake_that_is_none_is_a_plain_request(api: Api, lines: list[str]) -> None:
    assert raw.ask(api, "GET", "/books/?limit=1", lines).status_code == 200
