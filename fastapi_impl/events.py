"""Streams of server-sent events, which FastAPI sends from a generator: it pings, and ends when the client leaves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from fastapi.sse import ServerSentEvent

from fastapi_impl.current import CurrentPlaces
from shared.events import END, Event


async def stream_place(places: CurrentPlaces) -> AsyncIterator[None]:
    """Dependency: a place for a stream, held until its last byte is sent or its client has left; or NoFreePlace."""
    with places.streams.held():
        yield


# A handler that is a generator runs when its answer has begun: what can be refused has to be a dependency.
StreamPlace = Annotated[None, Depends(stream_place)]


def sse(event: Event) -> ServerSentEvent:
    """An event of ours as FastAPI takes it."""
    return ServerSentEvent(raw_data=event.data, event=event.name)


LAST = sse(END)
