"""What takes its time: streams, uploads and sockets."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from fastapi_impl.current import CurrentPlaces, CurrentStopping, CurrentUser
from fastapi_impl.events import LAST, sse
from fastapi_impl.openapi import may_read_bytes, problems
from fastapi_impl.sockets import Socket, SocketRouter, messages
from fastapi_impl.wire import StreamBody, StrictRoute
from shared.events import Event
from shared.schemas import StreamQuery, Uploaded
from shared.streaming import UPLOAD, Digest

router = SocketRouter(tags=["live"], route_class=StrictRoute)


async def placed(query: Annotated[StreamQuery, Query()], places: CurrentPlaces) -> AsyncIterator[StreamQuery]:
    """Dependency: what a stream shall be, with its place, which only valid values get."""
    # A handler that is a generator runs when its answer has begun: what can be refused has to be a dependency.
    with places.streams.held():
        yield query


@router.get("/stream/", response_class=EventSourceResponse, responses=problems(400, 422, 503))
async def stream(
    query: Annotated[StreamQuery, Depends(placed)], stopping: CurrentStopping
) -> AsyncIterator[ServerSentEvent]:
    """Events that count from 0, one each interval."""
    for number in range(query.count):
        if number and await stopping.within(query.interval):
            yield LAST
            return
        yield sse(Event(str(number)))


@router.post(
    "/upload/", responses=problems(400, 401, 403, 413, 503), openapi_extra=may_read_bytes("application/octet-stream")
)
async def upload(
    body: Annotated[AsyncIterator[bytes], Depends(StreamBody(UPLOAD))], user: CurrentUser, places: CurrentPlaces
) -> Uploaded:
    """Number and SHA-256 of the bytes that are sent, of any media type, in any amount up to the limit."""
    digest = Digest()
    with places.transfers.held():
        async for chunk in body:
            # On the event loop: 64 KiB cost it less than handing them to a thread does (37 and 150 us of CPU).
            digest.add(chunk)
    return digest.result()


@router.websocket("/ws/")
async def echo(socket: Socket) -> None:
    """Send back each text that comes."""
    async for message in messages(socket):
        await socket.send_text(f"Message text was: {message}")
