"""`python -m tests.resilience.slow_sockets URL`: how healthy clients fare while others send slowly, or do not read.

Prints p50 and p99 of an operator's and of a reader's requests, each on connections of its own, before and meanwhile.
"""

import argparse
import http.client
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

BODY = b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
# What a slow client has sent before it falls silent.
SLOW: dict[str, bytes] = {
    "silent": b"",
    "heads": b"GET /books/1 HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "bodies": BODY + b"Content-Length: 100\r\n\r\nusername=",
    "chunks": BODY + b"Transfer-Encoding: chunked\r\n\r\n5\r\nuser",
    "readers": b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 40,
}
PATHS = ("/health/live", "/health/ready", "/books/1")


@contextmanager
def slow_clients(address: tuple[str, int], count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """So many connections that have sent `sent` and read nothing."""
    with ExitStack() as stack:
        clients = []
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            # Small, so that answers that nobody takes are soon the server's to keep.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(10)
            client.connect(address)
            client.sendall(sent)
            clients.append(client)
        yield clients


def latencies_ms(address: tuple[str, int], path: str, count: int, patience_s: float) -> list[float]:
    """Sorted times of requests, half of them on new connections; without an answer, or refused, it is infinite."""
    found = []
    kept = http.client.HTTPConnection(*address, timeout=patience_s)
    deadline = time.monotonic() + 4 * patience_s
    for number in range(count):
        client = kept if number % 2 else http.client.HTTPConnection(*address, timeout=patience_s)
        began = time.perf_counter()
        try:
            client.request("GET", path)
            answer = client.getresponse()
            answer.read()
            found.append((time.perf_counter() - began) * 1000 if answer.status < 500 else float("inf"))
        except OSError:
            found.append(float("inf"))
            client.close()
        if client is not kept:
            client.close()
        if time.monotonic() > deadline:
            break
    kept.close()
    return sorted(found)


def percentile(sorted_values: list[float], share: float) -> float:
    """The smallest value that so large a share does not exceed."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def report(title: str, address: tuple[str, int], count: int, patience_s: float, show: Callable[[str], None]) -> None:
    """One line for each path."""
    for path in PATHS:
        times = latencies_ms(address, path, count, patience_s)
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        show(f"{title:10} {path:14} p50 {p50:8.2f} ms   p99 {p99:8.2f} ms   {len(times)} requests")


def main() -> None:
    """Measure each kind of slow client."""
    parser = argparse.ArgumentParser(prog="python -m tests.resilience.slow_sockets", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--sockets", type=int, default=80, help="slow clients at once")
    parser.add_argument("--requests", type=int, default=200, help="healthy requests of each kind")
    parser.add_argument("--patience", type=float, default=2.0, help="seconds after which an answer counts as none")
    options = parser.parse_args()
    parts = urlsplit(options.url)
    address = (parts.hostname or "127.0.0.1", parts.port or 80)
    report("nobody", address, options.requests, options.patience, print)
    for kind, sent in SLOW.items():
        # What nobody reads is megabytes of the system's memory for each.
        count = min(options.sockets, 100) if kind == "readers" else options.sockets
        with slow_clients(address, count, sent):
            report(kind, address, options.requests, options.patience, print)


if __name__ == "__main__":
    main()
