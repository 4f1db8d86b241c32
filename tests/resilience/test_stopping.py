"""A stream that would outlast its server ends when the server is told to stop."""

import asyncio
import time
from pathlib import Path
from threading import Timer

import httpx2
import pytest

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
    Timer(0.3, app.extensions["stopping"].set).start()
    assert app.test_client().get(LASTING).data == CUT_SHORT
    assert time.monotonic() - began < 10


def test_a_stream_of_fastapi_ends_with_its_server(settings: Settings) -> None:
    app = create_fastapi(settings)

    async def ask() -> bytes:
        asyncio.get_running_loop().call_later(0.3, app.state.stopping.set)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as http:
            return (await http.get(LASTING)).content

    began = time.monotonic()
    assert asyncio.run(ask()) == CUT_SHORT
    assert time.monotonic() - began < 10
