"""What FastAPI answers when the time of a graceful stop is over before the request is."""

import asyncio
import json
from pathlib import Path
from typing import Any

from fastapi_impl.app import create_app
from shared.config import Settings


async def cancelled_while_it_waits_for_a_body(settings: Settings) -> list[dict[str, Any]]:
    """What is sent when uvicorn cancels a request as it does then."""
    waiting = asyncio.Event()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        waiting.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": "/auth/register", "query_string": b"", "headers": headers}
    app = create_app(settings)
    task = asyncio.create_task(app(scope, receive, send))
    await waiting.wait()
    task.cancel()
    await task
    await app.state.database.close()
    return sent


def test_a_request_that_is_cancelled_is_told_to_come_again(tmp_path: Path) -> None:
    settings = Settings.model_validate({"database_url": f"sqlite:///{tmp_path}/b.sqlite3", "secret_key": "x" * 40})
    start, body = asyncio.run(cancelled_while_it_waits_for_a_body(settings))
    assert start["status"] == 503
    assert (b"retry-after", b"1") in start["headers"]
    assert json.loads(body["body"])["type"] == "urn:problem:interrupted"
