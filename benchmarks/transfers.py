"""A million books in and out of each twin: how fast, with how much more memory, and what other requests see meanwhile.

Not a comparison, but a promise kept or broken: memory grows by less than a bound, whatever the size of the file.
"""

import http.client
import json
import os
import secrets
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from benchmarks import machine
from benchmarks.failures import LabError
from benchmarks.launch import Server, running
from benchmarks.records import Contender
from benchmarks.text import mebibytes, significant

BOUND_BYTES = 20 * 2**20
_BLOCK_ROWS = 1000
_MEMORY_PAUSE_S = 0.25
_READ_PAUSE_S = 0.02
_LIMITS = {"MAX_IMPORT_BYTES": str(2**40), "LOG_LEVEL": "WARNING"}


class Transfer(NamedTuple):
    """One file that went in or came out."""

    contender: str
    name: str
    rows: int
    seconds: float
    growth_bytes: int
    latencies_s: list[float]

    def __str__(self) -> str:
        median, worst = statistics.median(self.latencies_s), max(self.latencies_s)
        return (
            f"{self.contender:16} {self.name:14} {self.rows / self.seconds:9,.0f} rows/s  "
            f"memory +{mebibytes(self.growth_bytes)} MiB  "
            f"GET /books/1: median {significant(1000 * median)} ms, longest {significant(1000 * worst)} ms, "
            f"{len(self.latencies_s)} times"
        )


class Watch:
    """Reads the server's memory and one book, over and over, for the length of a block."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._before = self._peak = server.meter.pss_bytes()
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._weigh), threading.Thread(target=self._read)]
        self.latencies_s: list[float] = []

    @property
    def growth_bytes(self) -> int:
        """Peak of the memory above what it was before."""
        return self._peak - self._before

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _weigh(self) -> None:
        while not self._done.wait(_MEMORY_PAUSE_S):
            self._peak = max(self._peak, self._server.meter.pss_bytes())

    def _read(self) -> None:
        with closing(_connect(self._server)) as connection:
            while not self._done.wait(_READ_PAUSE_S):
                began = time.perf_counter()
                _ask(connection, "GET", "/books/1")
                self.latencies_s.append(time.perf_counter() - began)


def measure(contender: Contender, rows: int, database_url: str | None) -> Iterator[Transfer]:
    """Import `rows` generated books into a server of its own, and export all that it has in both forms."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        url = database_url or f"sqlite:///{folder}/books.sqlite3"
        environment = os.environ | _LIMITS | {"DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32)}
        cores, _ = machine.share_cores(contender.workers)
        with running(contender, environment, cores, Path(folder, "log"), "/health/ready") as server:
            headers = _log_in(server)
            for name, move in _moves(headers, rows).items():
                yield _watched(contender.name, name, server, move)


def _moves(headers: dict[str, str], rows: int) -> dict[str, Callable[[Server], int]]:
    return {
        "import CSV": lambda server: _import(server, headers, rows),
        "export NDJSON": lambda server: _export(server, "application/x-ndjson"),
        "export CSV": lambda server: _export(server, "text/csv"),
    }


def _watched(contender: str, name: str, server: Server, move: Callable[[Server], int]) -> Transfer:
    with Watch(server) as watch:
        began = time.perf_counter()
        rows = move(server)
        seconds = time.perf_counter() - began
    return Transfer(contender, name, rows, seconds, watch.growth_bytes, watch.latencies_s)


def _import(server: Server, headers: dict[str, str], rows: int) -> int:
    with closing(_connect(server)) as connection:
        outcome = _ask(connection, "POST", "/books/import", _table(rows), {**headers, "Content-Type": "text/csv"})
    imported: int = json.loads(outcome)["imported"]
    if imported != rows:
        raise LabError(f"of {rows} books, {imported} were imported")
    return imported


def _table(rows: int) -> Iterator[bytes]:
    yield b"title,author,category,description,rating,published_year\r\n"
    for begin in range(0, rows, _BLOCK_ROWS):
        numbers = range(begin, min(begin + _BLOCK_ROWS, rows))
        yield "".join(map(_row, numbers)).encode()


def _row(number: int) -> str:
    # Keys in no order, as in a real file: their indexes are filled all over.
    mixed = number * 2_654_435_761 % 2**32
    return (
        f'"The Book of {mixed:x}, volume {number}",Author {mixed % 50_021},category {mixed % 97},'
        f"A few words about it,{mixed % 5 + 1},{1000 + mixed % 1000}\r\n"
    )


def _export(server: Server, accept: str) -> int:
    lines = 0
    with closing(_connect(server)) as connection:
        connection.request("GET", "/books/export", headers={"Accept": accept})
        answer = _checked(connection.getresponse())
        while chunk := answer.read(2**20):
            lines += chunk.count(b"\n")
    return lines - (accept == "text/csv")


def _log_in(server: Server) -> dict[str, str]:
    """The header of a new user, who has added the book that will be read."""
    name, password = f"load-{secrets.token_hex(8)}", secrets.token_hex(16)
    with closing(_connect(server)) as connection:
        account = json.dumps({"username": name, "password": password}).encode()
        _ask(connection, "POST", "/auth/register", account, {"Content-Type": "application/json"})
        form = f"username={name}&password={password}".encode()
        tokens = _ask(connection, "POST", "/auth/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
        headers = {"Authorization": f"Bearer {json.loads(tokens)['access_token']}"}
        book = json.dumps({"title": "First", "author": "A", "category": "c", "rating": 1}).encode()
        _ask(connection, "POST", "/books/", book, {**headers, "Content-Type": "application/json"})
    return headers


def _connect(server: Server) -> http.client.HTTPConnection:
    url = urlsplit(server.url)
    return http.client.HTTPConnection(url.hostname or "", url.port)


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | Iterator[bytes] | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    connection.request(method, path, body, headers or {}, encode_chunked=isinstance(body, Iterator))
    return _checked(connection.getresponse()).read()


def _checked(answer: http.client.HTTPResponse) -> http.client.HTTPResponse:
    if answer.status >= 300:
        raise LabError(f"the server answered {answer.status}: {answer.read(500).decode(errors='replace')}")
    return answer
