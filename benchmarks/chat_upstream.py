"""A stand-in for an OpenAI-compatible chat endpoint, for tests and load: tokens at a set rate, and faults on demand.

    python -m benchmarks.chat_upstream --port 9000 --tokens 40 --rate 20

A question may order another answer, by pairs after a colon: `stand-in: tokens=3 then=cut`. GET /stats tells what became
of the answers so far, and what the last question was.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

END = "data: [DONE]\n\n"
_KIB = 1024
_ENDLESS_PAUSE_S = 0.01


class Script(BaseModel):
    """One answer: how it begins, its tokens, and what comes after them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: int = Field(40, ge=0)
    rate: float = Field(20.0, ge=0, description="Tokens a second; 0 is as fast as they go.")
    delay: float = Field(0.0, ge=0, description="Seconds before the head.")
    status: int = 200
    media: str = "text/event-stream"
    drip: bool = Field(default=False, description="The head comes a byte at a time, without end.")
    then: str = "done"

    def asked_for(self, question: str) -> "Script":
        """This script, but for what the question orders."""
        _, _, order = question.partition("stand-in:")
        return Script.model_validate(self.model_dump() | dict(pair.split("=", 1) for pair in order.split()))


def event(document: object) -> str:
    """A chunk of an answer as the endpoint sends it."""
    return f"data: {json.dumps(document)}\n\n"


def token(text: str) -> str:
    """The event of one token."""
    return event({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}}]})


async def _forever(text: str) -> AsyncIterator[str]:
    while True:
        yield text
        await asyncio.sleep(_ENDLESS_PAUSE_S)


async def _once(text: str) -> AsyncIterator[str]:
    yield text


async def _silence() -> AsyncIterator[str]:
    await asyncio.Event().wait()
    yield ""


class Cut(Exception):
    """The answer breaks off here."""


async def _cut() -> AsyncIterator[str]:
    yield 'data: {"choices": [{"del'
    raise Cut


# What may come after the tokens; all but the first are faults.
ENDINGS: dict[str, Callable[[], AsyncIterator[str]]] = {
    "done": lambda: _once(END),
    "nothing": lambda: _once(""),
    "cut": _cut,
    "silence": _silence,
    "comments": lambda: _forever(": patience\n\n"),
    "empty": lambda: _forever(token("")),
    "endless": lambda: _forever(token("word " * _KIB)),
    "line": lambda: _forever("data: " + "x" * 64 * _KIB),
    "garbage": lambda: _once("data: {not json\n\n"),
    "shapeless": lambda: _once(event({"choices": [{"text": "an answer of another kind"}]})),
    "error": lambda: _once(event({"error": {"message": "out of memory"}})),
}


class StandIn:
    """Answers one question a connection, and counts."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._stats: dict[str, Any] = {
            "begun": 0,
            "open": 0,
            "ended": 0,
            "left": 0,
            "authorization": None,
            "last": None,
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, which ends with its answer or when the client leaves."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            line, headers = _head(await reader.readuntil(b"\r\n\r\n"))
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            if line.startswith("GET /stats "):
                writer.write(_whole(200, json.dumps(self._stats)))
            elif line.startswith("POST /v1/chat/completions "):
                await self._answer(headers, json.loads(body), reader, writer)
            else:
                writer.write(_whole(404, "{}"))
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer(
        self, headers: Mapping[str, str], question: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._stats |= {"authorization": headers.get("authorization"), "last": question}
        script = self._script.asked_for(question["messages"][-1]["content"])
        speaking = asyncio.create_task(_speak(script, writer))
        # The client sends nothing more: whatever ends this read is its leaving.
        leaving = asyncio.create_task(reader.read())
        self._count(begun=1, open=1)
        await asyncio.wait({speaking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finished = speaking.done() and speaking.exception() is None
        self._count(open=-1, **{"ended" if finished else "left": 1})
        for task in (speaking, leaving):
            task.cancel()
        await asyncio.gather(speaking, leaving, return_exceptions=True)

    def _count(self, **changes: int) -> None:
        for name, change in changes.items():
            self._stats[name] += change


def _head(raw: bytes) -> tuple[str, dict[str, str]]:
    line, *fields = raw.decode("latin-1").split("\r\n")
    pairs = (field.partition(":") for field in fields if field)
    return line, {name.lower(): value.strip() for name, _, value in pairs}


def _whole(status: int, body: str, *headers: str) -> bytes:
    phrase, length = HTTPStatus(status).phrase, len(body.encode())
    lines = [f"HTTP/1.1 {status} {phrase}", "Content-Type: application/json", f"Content-Length: {length}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", body]).encode()


async def _speak(script: Script, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(script.delay)
    if script.status != 200:
        writer.write(_whole(script.status, '{"error": {"message": "no"}}', "Location: /elsewhere", "Retry-After: 1"))
        return
    await _send_head(script, writer)
    with suppress(Cut):
        async for text in _events(script):
            if text:
                raw = text.encode()
                writer.write(b"%x\r\n%s\r\n" % (len(raw), raw))
                await writer.drain()
        writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _send_head(script: Script, writer: asyncio.StreamWriter) -> None:
    lines = ["HTTP/1.1 200 OK", f"Content-Type: {script.media}", "Transfer-Encoding: chunked", "Connection: close"]
    if script.drip:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while True:
            await asyncio.sleep(0.1)
            writer.write(b"x")
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await writer.drain()


async def _events(script: Script) -> AsyncIterator[str]:
    for number in range(script.tokens):
        yield token(f"word{number} ")
        if script.rate:
            await asyncio.sleep(1 / script.rate)
    async for text in ENDINGS[script.then]():
        yield text


async def _listen(port: int, script: Script) -> None:
    # 200 clients may come in one instant.
    server = await asyncio.start_server(StandIn(script).serve, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chat_upstream", description=__doc__.partition(":")[0])
    parser.add_argument("--port", type=int, default=9000, help="port of the loopback address (default: 9000)")
    parser.add_argument("--tokens", type=int, default=40, help="tokens of an answer (default: 40)")
    parser.add_argument("--rate", type=float, default=20.0, help="tokens a second (default: 20)")
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_listen(options.port, Script(tokens=options.tokens, rate=options.rate)))


if __name__ == "__main__":
    main()
