"""Streams of server-sent events, which FastAPI sends from a generator: it pings, and ends when the client leaves."""

from asyncio import create_task
from collections.abc import Awaitable
from typing import TypeVar

from anyio import CancelScope
from fastapi import Request
from fastapi.sse import ServerSentEvent
from starlette.requests import ClientDisconnect

from fastapi_impl.stopping import Stopping
from shared.errors import Interrupted
from shared.events import END, Event

T = TypeVar("T")


def sse(event: Event) -> ServerSentEvent:
    """An event of ours as FastAPI takes it."""
    return ServerSentEvent(raw_data=event.data, event=event.name)


LAST = sse(END)


async def unless_left(request: Request, stopping: Stopping, awaitable: Awaitable[T]) -> T:
    """What is awaited before the answer begins, given up when the client leaves or the server is about to stop.

    Once an answer has begun, FastAPI listens for its client; until then nobody does.
    """
    with stopping.cancelling() as scope:
        listener = create_task(_cancel_when_left(request, scope))
        try:
            return await awaitable
        finally:
            listener.cancel()
    raise Interrupted if stopping.is_set() else ClientDisconnect


async def _cancel_when_left(request: Request, scope: CancelScope) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
