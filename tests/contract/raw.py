"""HTTP by hand: requests that a client library would correct before sending, and what comes back to them."""

import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPResponse

import httpx2

from tests.contract.client import Api

TIMEOUT_S = 10


def head(api: Api, method: str, target: str, headers: Iterable[str] = ()) -> bytes:
    """Request line, Host and `headers`, each line as given."""
    url = api.http.base_url
    lines = [f"{method} {url.path.rstrip('/')}{target} HTTP/1.1", f"Host: {url.netloc.decode()}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@contextmanager
def connected(api: Api) -> Iterator[socket.socket]:
    """A connection to the server under test, closed in the end."""
    url = api.http.base_url
    secure = url.scheme == "https"
    with socket.create_connection((url.host, url.port or (443 if secure else 80)), TIMEOUT_S) as plain:
        if not secure:
            yield plain
            return
        with ssl.create_default_context().wrap_socket(plain, server_hostname=url.host) as encrypted:
            yield encrypted


def send(connection: socket.socket, data: bytes) -> None:
    """Send all, or as much as the server takes: it may answer and close before the end."""
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(data)


def receive(connection: socket.socket, method: str = "GET") -> httpx2.Response:
    """The next final answer on a connection."""
    with closing(HTTPResponse(connection, method=method)) as answer:
        answer.begin()
        return httpx2.Response(answer.status, headers=answer.getheaders(), content=answer.read())


def rest(connection: socket.socket) -> bytes:
    """All that still comes until the connection ends."""
    received = b""
    with suppress(ConnectionResetError):
        while chunk := connection.recv(65_536):
            received += chunk
    return received


def ask(api: Api, method: str, target: str, headers: Iterable[str] = (), body: bytes = b"") -> httpx2.Response:
    """One exchange on a connection of its own; nothing is added but Host and `Connection: close`."""
    with connected(api) as connection:
        send(connection, head(api, method, target, [*headers, "Connection: close"]) + body)
        return receive(connection, method)


def chunked(body: bytes, size: int = 65_536) -> bytes:
    """A body in chunks (RFC 9112 section 7.1)."""
    parts = (body[start : start + size] for start in range(0, len(body), size))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
