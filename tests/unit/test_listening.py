"""Whoever is at the door when it closes gets in; nobody else is left half inside, and who has left is known."""

import ctypes
import errno
import socket
import struct
import sys
import threading

import pytest

from shared.listening import has_left, turn_away

SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
# A packet filter of one instruction, which takes nothing of any packet.
NOTHING = ctypes.create_string_buffer(struct.pack("@HBBI", 0x06, 0, 0, 0))
DEAF = struct.pack("@HP", 1, ctypes.addressof(NOTHING))

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


def test_whose_connection_is_being_made_is_accepted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
        listener.settimeout(20)
        client.setblocking(False)
        # Deaf to the answer of the listener, so that its connection stays half open.
        client.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, DEAF)
        assert client.connect_ex(listener.getsockname()) == errno.EINPROGRESS
        turn_away(listener)
        client.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        # The answer is sent again after a second.
        inside, address = listener.accept()
        with inside:
            assert address == client.getsockname()


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
