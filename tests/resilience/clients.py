"""A client that costs little: HTTP/1.1 on one kept connection of asyncio, so that the servers have the processor."""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.contract.client import PASSWORD, unique

PATIENCE_S = 30.0
# Servers end what was idle for five seconds, perhaps just when it is used again.
IDLE_S = 3.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after: *(\d+)\r\n", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)


class Refused(Exception):
    """Nobody listens: the request was never sent."""


class Cut(Exception):
    """The connection ended, or nothing came for too long: what has become of the request is not known."""


class Answer(NamedTuple):
    """What has come back."""

    status: int
    body: bytes
    retry_after_s: int | None

    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Client:
    """Sends one request after another; a connection that has ended is opened anew for the next."""

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        self._host = f" HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        self._patience_s = patience_s
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0

    async def ask(
        self, method: str, target: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One exchange; raises Refused or Cut."""
        try:
            async with asyncio.timeout(self._patience_s):
                reader, writer = await self._connected()
                writer.write(self._message(method, target, body, headers or {}))
                return await self._receive(reader)
        except (OSError, EOFError) as error:
            self.close()
            raise Cut(repr(error)) from None

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        now = time.monotonic()
        if now - self._used > IDLE_S:
            self.close()
        self._used = now
        if self._streams is None:
            try:
                self._streams = await asyncio.open_connection(*self._address)
            except ConnectionRefusedError:
                raise Refused from None
        return self._streams

    def _message(self, method: str, target: str, body: object, headers: Mapping[str, str]) -> bytes:
        content, kind = b"", ""
        if isinstance(body, str):
            content, kind = body.encode(), "Content-Type: application/x-www-form-urlencoded\r\n"
        elif body is not None:
            content, kind = json.dumps(body).encode(), "Content-Type: application/json\r\n"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{method} {target}{self._host}{lines}{kind}Content-Length: {len(content)}\r\n\r\n".encode() + content

    async def _receive(self, reader: asyncio.StreamReader) -> Answer:
        head = await reader.readuntil(b"\r\n\r\n")
        length, retry = _LENGTH.search(head), _RETRY.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        if _CLOSE.search(head):
            self.close()
        return Answer(int(head[9:12]), body, int(retry[1]) if retry else None)

    def close(self) -> None:
        """End the connection; the next request opens another."""
        if self._streams is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._streams[1].close()
            self._streams = None


async def new_user(client: Client) -> dict[str, str]:
    """The header that makes a request that of a new account."""
    return {"Authorization": f"Bearer {(await log_in(client, await register(client)))['access_token']}"}


async def register(client: Client) -> str:
    """The name of a new account."""
    name = unique("user")
    answer = await client.ask("POST", "/auth/register", {"username": name, "password": PASSWORD})
    assert answer.status == 201, answer
    return name


async def log_in(client: Client, name: str) -> dict[str, str]:
    """The tokens of a new session."""
    answer = await client.ask("POST", "/auth/login", f"username={name}&password={PASSWORD.replace(' ', '+')}")
    assert answer.status == 200, answer
    tokens: dict[str, str] = answer.json()
    return tokens
