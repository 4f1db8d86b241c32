"""The client of the contract suite, which strangers point at servers of their own."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Thread

import httpx2
import pytest

from tests import http_server
from tests.contract.client import IDLE_S, Api, client_of


@contextmanager
def one_answer() -> Iterator[tuple[str, list[str]]]:
    """A server that answers once: its address; afterwards, whence it was asked and for what."""
    heard = list[str]()

    def answer() -> None:
        connection, (address, _) = server.accept()
        with connection:
            heard.extend((address, connection.recv(4096).decode().partition("\r\n")[0]))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        thread.join(10)


def test_a_server_is_reached_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with one_answer() as (proxy, heard):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        with client_of("http://stranger.invalid", timeout_s=10) as http:
            assert http.get("/books/").text == "hi"
    assert heard[1] == "GET http://stranger.invalid/books/ HTTP/1.1"


def test_a_client_may_have_another_address_of_this_machine() -> None:
    with one_answer() as (url, heard), client_of(url, timeout_s=10, local_address="127.0.0.9") as http:
        assert http.get("/").text == "hi"
    assert heard == ["127.0.0.9", "GET / HTTP/1.1"]


def test_a_connection_that_was_idle_is_not_used_again_for_its_server_may_be_closing_it() -> None:
    with http_server.running(http_server.Counting()) as url, client_of(url, timeout_s=10) as http:
        assert [http.get("/").text, http.get("/").text] == ["1", "1"]
        time.sleep(1.2 * IDLE_S)
        assert http.get("/").text == "2"


def test_a_user_of_a_whole_run_logs_in_again_when_half_of_a_token_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now, logins = 1_000.0, count(1)
    monkeypatch.setattr(time, "monotonic", lambda: now)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/auth/register":
            return httpx2.Response(201)
        number = next(logins)
        tokens = {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 900}
        return httpx2.Response(200, json=tokens)

    with httpx2.Client(base_url="http://test", transport=httpx2.MockTransport(answer)) as http:
        user = Api(http).new_regular()
        assert user.auth == {"Authorization": "Bearer access-1"}
        now += 449
        assert (user.access_token, user.refresh_token) == ("access-1", "refresh-1")
        now += 2
        assert user.auth == {"Authorization": "Bearer access-2"}
        assert (user.access_token, user.refresh_token) == ("access-2", "refresh-2")
