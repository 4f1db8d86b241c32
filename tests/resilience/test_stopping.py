"""A stream that would outlast its server ends when the server is told to stop."""

import asyncio
import time
from pathlib import Path

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from fastapi_impl.app import create_app as create_fastapi
from flask_impl.app import create_app as create_flask
from shared.config import Settings

LASTING = "/stream/?count=2&interval=60"
CUT_SHORT = b"data: 0\n\nevent: end\ndata: stopping\n\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3", secret_key_file=tmp_path / "key")


def test_a_stream_of_flask_ends_with_its_server(settings: Settings) -> None:
    app = create_flask(settings)
    began = time.monotonic()
    pieces = app.test_client().get(LASTING).iter_encoded()
    first = next(pieces)
    app.extensions["stopping"].set()
    assert first + b"".join(pieces) == CUT_SHORT
    assert time.monotonic() - began < 10


def test_a_stream_of_fastapi_ends_with_its_server(settings: Settings) -> None:
    app = create_fastapi(settings)

    async def stopped_at_the_first_piece(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            await send(message)
            if message.get("body"):
                app.state.stopping.set()

        await app(scope, receive, sending)

    async def ask() -> bytes:
        transport = httpx2.ASGITransport(stopped_at_the_first_piece)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
            return (await http.get(LASTING)).content

    began = time.monotonic()
    assert asyncio.run(ask()) == CUT_SHORT
    assert time.monotonic() - began < 10
