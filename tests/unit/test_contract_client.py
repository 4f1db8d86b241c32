"""The client of the contract suite, which strangers point at servers of their own."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from tests.contract.client import client_of


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
