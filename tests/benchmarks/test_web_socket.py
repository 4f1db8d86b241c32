"""The lean WebSocket against a library's server that does what a test says."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from benchmarks.lean.connection import ConnectionFailed
from benchmarks.web_socket import WebSocket


@contextmanager
def serving(handle: Callable[[ServerConnection], None], **options: Any) -> Iterator[WebSocket]:
    """A socket to a server with this handler."""
    with serve(handle, "127.0.0.1", 0, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        client = WebSocket(f"http://127.0.0.1:{server.socket.getsockname()[1]}", "/ws/", timeout_s=2)
        try:
            yield client
        finally:
            client.close()
            server.shutdown()
            thread.join()


def echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


@pytest.mark.parametrize("text", ["", "a", "Ökonomie 🦉", "x" * 200_000])
def test_each_text_comes_back_over_one_socket(text: str) -> None:
    with serving(echo) as client:
        assert [client.exchange(text), client.exchange(text, "b", text)] == [[text], [text, "b", text]]
        assert (client.opened, client.received) == (1, 3 * len(text.encode()) + 1)


def test_a_text_in_pieces_is_put_together_and_pings_are_answered() -> None:
    answered = threading.Event()

    def pieces(connection: ServerConnection) -> None:
        connection.recv()
        pong = connection.ping()
        connection.send(iter(["one ", "and ", "two"]))
        answered.set() if pong.wait(2) else None

    with serving(pieces) as client:
        assert client.exchange("?") == ["one and two"]
        assert answered.wait(2)


def test_a_socket_that_was_closed_while_idle_is_opened_again() -> None:
    left = threading.Event()

    def once(connection: ServerConnection) -> None:
        connection.send(connection.recv())
        left.set()
        # Waits for an answer, which comes with the next text.
        connection.close()

    with serving(once) as client:
        assert client.exchange("one") == ["one"]
        assert left.wait(2)
        assert client.exchange("two") == ["two"]
        assert client.opened == 2


def close(connection: ServerConnection) -> None:
    connection.recv()
    connection.close(1011)


def hang_up(connection: ServerConnection) -> None:
    connection.recv()
    connection.socket.shutdown(socket.SHUT_RDWR)


def half(connection: ServerConnection) -> None:
    connection.send(connection.recv())
    connection.close(1001)


def in_bytes(connection: ServerConnection) -> None:
    connection.send(b"bytes")
    connection.recv()


def silence(connection: ServerConnection) -> None:
    for _message in connection:
        pass


def nonsense(connection: ServerConnection) -> None:
    connection.recv()
    connection.socket.sendall(b"\xff" * 10)


@pytest.mark.parametrize(
    ("handle", "said"),
    [
        (close, "the server closed the socket (1011)"),
        (half, "the server closed the socket (1001)"),
        (in_bytes, "bytes came instead of a text"),
        (silence, "timed out"),
        (hang_up, "the socket was closed without a word"),
        (nonsense, "malformed answer: "),
    ],
)
def test_what_a_server_does_wrong_is_said(handle: Callable[[ServerConnection], None], said: str) -> None:
    with serving(handle) as client:
        client._timeout_s = 0.2
        with pytest.raises(ConnectionFailed) as failed:
            client.exchange("?", "!")
    assert said in str(failed.value)


def test_a_handshake_that_is_refused_is_said() -> None:
    refusing = serving(echo, process_request=lambda connection, _request: connection.respond(503, "full"))
    with refusing as client, pytest.raises(ConnectionFailed, match="the handshake was answered 503"):
        client.exchange("?")


def test_nobody_there_is_a_failed_connection() -> None:
    with pytest.raises(ConnectionFailed, match="refused"):
        WebSocket("http://127.0.0.1:9", "/ws/").exchange("?")
