"""Many clients that listen to a chat at once, in a process of their own, so that nobody else waits for them."""

import asyncio
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.failures import LabError

_PATIENCE_S = 60
_BODY = json.dumps({"message": "What is the highest rated book?"}).encode()


class Heard(NamedTuple):
    """What all listeners heard while they were let: tokens, and streams that ended before they were left."""

    tokens: int
    broken: int


class Listeners:
    """Clients of open streams."""

    def __init__(self, orders: "Connection[str, Heard | str]") -> None:
        self._orders = orders

    def heard(self) -> Heard:
        """What came since the last time."""
        self._orders.send("count")
        return expect(self._orders, Heard)


def expect(orders: "Connection[str, Heard | str]", kind: type[Heard]) -> Heard:
    """The next report; raises LabError when there is none."""
    report = orders.recv() if orders.poll(_PATIENCE_S) else "they said nothing"
    if not isinstance(report, kind):
        raise LabError(f"the listeners could not listen: {report}")
    return report


@contextmanager
def listening(url: str, token: str, count: int) -> Iterator[Listeners]:
    """`count` clients of /chat, each of which has heard its first token; all leave in the end."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(url, token, count, theirs))
    process.start()
    try:
        expect(ours, Heard)
        yield Listeners(ours)
    finally:
        process.terminate()
        process.join()


def _run(url: str, token: str, count: int, orders: "Connection[Heard | str, str]") -> None:
    try:
        asyncio.run(_Crowd(url, token).listen(count, orders))
    except (OSError, TimeoutError, EOFError) as error:
        orders.send(f"{type(error).__name__} {error}")


class _Crowd:
    """All clients on one event loop; it looks for tokens in the raw bytes, which costs least."""

    def __init__(self, url: str, token: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname, address.port
        self._head = (
            f"POST /chat HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(_BODY)}\r\n\r\n"
        ).encode()
        self._tokens = self._broken = 0
        # A stream whose writer nobody holds is closed.
        self._writers: list[asyncio.StreamWriter] = []

    async def listen(self, count: int, orders: "Connection[Heard | str, str]") -> None:
        """Open all streams, and then say what was heard whenever asked."""
        streams = [await self._open() for _ in range(count)]
        tasks = [asyncio.create_task(self._follow(stream)) for stream in streams]
        orders.send(self._report())
        while True:
            await asyncio.to_thread(orders.recv)
            self._broken = sum(task.done() for task in tasks)
            orders.send(self._report())

    async def _open(self) -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(self._head + _BODY)
        await asyncio.wait_for(reader.readuntil(b"event: token"), _PATIENCE_S)
        self._writers.append(writer)
        return reader

    async def _follow(self, stream: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while chunk := await stream.read(65_536):
                self._tokens += chunk.count(b"event: token")

    def _report(self) -> Heard:
        heard, self._tokens = Heard(self._tokens, self._broken), 0
        return heard
