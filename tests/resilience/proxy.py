"""A proxy for TCP that does to a connection what networks do: the eight faults that Toxiproxy knows.

They befall what the server answers; what the client sends goes through. It runs on the event loop of the test.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from shared.arrivals import ABANDON

_CHUNK = 65_536


@dataclass(frozen=True)
class Toxic:
    """A fault; by default none."""

    latency_s: float = 0.0
    down: bool = False
    bytes_per_s: float | None = None
    slow_close_s: float = 0.0
    # Nothing comes through, and nobody is told.
    silent: bool = False
    reset: bool = False
    # Pieces of this size, with a pause after each.
    slice_bytes: int | None = None
    slice_pause_s: float = 0.0
    limit_bytes: int | None = None


CLEAN = Toxic()


class Proxy:
    """Passes connections on to `target`, with a toxic that may be changed at any time."""

    def __init__(self, target: tuple[str, int], port: int) -> None:
        self._target, self.port = target, port
        self._toxic = CLEAN
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()

    @property
    def toxic(self) -> Toxic:
        """What befalls connections now."""
        return self._toxic

    async def set(self, toxic: Toxic) -> None:
        """Let this befall all connections; those on which something was withheld before are closed."""
        before, self._toxic = self._toxic, toxic
        for link in set(self._links):
            link.passed = 0
            if toxic.down or toxic.reset or link.spoiled:
                link.end(reset=toxic.reset)
        if toxic.down:
            await self.close()
        elif before.down:
            await self.open()

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def close(self) -> None:
        """Listen no longer, and end all connections."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for link in set(self._links):
            link.end(reset=False)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._toxic.reset:
            _abandon(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        link = _Link(self, writer, far_writer)
        self._links.add(link)
        try:
            await asyncio.gather(link.send(reader), link.answer(far_reader))
        finally:
            link.end(reset=False)
            self._links.discard(link)


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self._proxy, self._near, self._far = proxy, near, far
        self.passed, self.spoiled = 0, False

    def end(self, *, reset: bool) -> None:
        """Close both sides."""
        if reset:
            _abandon(self._near)
        self._near.close()
        self._far.close()

    async def send(self, reader: asyncio.StreamReader) -> None:
        """Pass on what the client says."""
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                self._far.write(data)
                await self._far.drain()
        self._far.close()

    async def answer(self, reader: asyncio.StreamReader) -> None:
        """Pass on what the server says, as the toxic of the moment lets it."""
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._let_through(data)
            await asyncio.sleep(self._proxy.toxic.slow_close_s)
        self._near.close()

    async def _let_through(self, data: bytes) -> None:
        toxic = self._proxy.toxic
        if toxic.silent:
            self.spoiled = True
            return
        await asyncio.sleep(toxic.latency_s)
        for piece in _pieces(data, toxic.slice_bytes):
            if toxic.bytes_per_s:
                await asyncio.sleep(len(piece) / toxic.bytes_per_s)
            left = len(piece) if toxic.limit_bytes is None else max(0, toxic.limit_bytes - self.passed)
            self.passed += len(piece)
            self._near.write(piece[:left])
            await self._near.drain()
            if left < len(piece):
                self.end(reset=False)
                return
            if toxic.slice_bytes:
                await asyncio.sleep(toxic.slice_pause_s)


def _pieces(data: bytes, size: int | None) -> Iterator[bytes]:
    size = size or len(data)
    return (data[start : start + size] for start in range(0, len(data), size))


def _abandon(writer: asyncio.StreamWriter) -> None:
    if writer.is_closing():
        return
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABANDON)
    writer.transport.abort()


@asynccontextmanager
async def proxying(target: tuple[str, int], port: int) -> AsyncIterator[Proxy]:
    """A proxy on a port of this machine, closed in the end."""
    proxy = Proxy(target, port)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.close()
