"""A server that differs in one thing: a relay in front of a real one, which changes some bytes of its answers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_CHUNK = 65_536


@contextmanager
def altered(url: str, old: bytes, new: bytes) -> Iterator[str]:
    """The address of a relay to `url` in whose answers `old` reads `new`, as long as a block lasts.

    Both have one length, so that everything else of an answer stays right.
    """
    assert len(old) == len(new)
    parts = urlsplit(url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = (parts.hostname or "", parts.port or 80)
        threading.Thread(target=_accept, args=(listener, server, old, new), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        # Wakes the thread that accepts, which closing the socket would not.
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: tuple[str, int], old: bytes, new: bytes) -> None:
    # Until the listener is shut down.
    with suppress(OSError):
        while True:
            _relay(listener.accept()[0], server, old, new)


def _relay(client: socket.socket, server: tuple[str, int], old: bytes, new: bytes) -> None:
    upstream = socket.create_connection(server)
    for source, sink, change in ((client, upstream, None), (upstream, client, (old, new))):
        threading.Thread(target=_pass_on, args=(source, sink, change), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, change: tuple[bytes, bytes] | None) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data.replace(*change) if change else data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
