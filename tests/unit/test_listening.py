"""Whoever is at the door when it closes gets in; nobody else is left half inside, and who has left is known."""

import socket
import sys
import threading

import pytest

from shared.listening import has_left, turn_away

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what the system says of sockets is Linux's")


def test_a_client_has_left_when_it_has_closed_its_side_and_not_while_it_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), 5)
        inside, _ = listener.accept()
        with inside:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert not has_left(inside)
            client.close()
            assert has_left(inside)


def test_those_who_are_connected_are_accepted_and_newcomers_refused_when_the_socket_is_closed() -> None:
    outcome: list[str] = []

    def come_late() -> None:
        try:
            socket.create_connection(address, 10).close()
            outcome.append("connected")
        except ConnectionRefusedError:
            outcome.append("refused")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        early = [socket.create_connection(address, 5) for _ in range(3)]
        turn_away(listener)
        newcomer = threading.Thread(target=come_late)
        newcomer.start()
        newcomer.join(0.2)
        assert outcome == []
        listener.setblocking(False)
        accepted = [listener.accept()[0] for _ in early]
        with pytest.raises(BlockingIOError):
            listener.accept()
    newcomer.join(10)
    assert outcome == ["refused"]
    for client, inside in zip(early, accepted, strict=True):
        inside.sendall(b"welcome")
        assert client.recv(7) == b"welcome"
        client.close()
        inside.close()
