"""Talking to the librarian, by an event stream or a WebSocket."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Annotated

from anyio import CancelScope, create_task_group, get_cancelled_exc_class
from fastapi import Depends, Request, WebSocket, WebSocketDisconnect
from fastapi.sse import EventSourceResponse, ServerSentEvent

from fastapi_impl.current import (
    CurrentPlaces,
    CurrentServices,
    CurrentStopping,
    CurrentUpstream,
    CurrentUser,
    current_user,
)
from fastapi_impl.database import CurrentDatabase, Database
from fastapi_impl.events import LAST, sse, unless_left
from fastapi_impl.openapi import problems
from fastapi_impl.sockets import Socket, SocketRouter, messages
from fastapi_impl.stopping import Stopping
from fastapi_impl.upstream import Upstream
from fastapi_impl.wire import StrictRoute
from shared import librarian
from shared.chat import Piece, as_event, as_message, failure, read_question
from shared.errors import DomainError, Unauthorized
from shared.handshake import POLICY
from shared.schemas import ChatMessage, Done, Stopped, Token
from shared.services import Services

router = SocketRouter(tags=["chat"], route_class=StrictRoute)


async def begun_answer(
    request: Request,
    _user: CurrentUser,
    body: ChatMessage,
    database: CurrentDatabase,
    places: CurrentPlaces,
    stopping: CurrentStopping,
    upstream: CurrentUpstream,
) -> AsyncIterator[AsyncIterator[ServerSentEvent]]:
    """Dependency: the events of an answer of which the first is there, so that a failure before it is a problem.

    It holds a place for as long as the answer is sent.
    """
    with places.streams.held():
        async with aclosing(_answer(body.message, database, upstream)) as pieces:
            first = await unless_left(request, stopping, anext(pieces))
            yield _events(first, pieces, stopping)


@router.post(
    "/chat", response_class=EventSourceResponse, responses=problems(400, 401, 403, 413, 415, 422, 502, 503, 504)
)
async def chat(
    events: Annotated[AsyncIterator[ServerSentEvent], Depends(begun_answer)],
) -> AsyncIterator[ServerSentEvent]:
    """Ask the librarian, whose answer comes token by token."""
    async for event in events:
        yield event


@router.websocket("/ws/chat")
async def chat_socket(
    user: CurrentUser, socket: Socket, database: CurrentDatabase, services: CurrentServices, upstream: CurrentUpstream
) -> None:
    """Talk with the librarian; a message interrupts the answer to the one before."""
    received = messages(socket)
    message = await anext(received, None)
    while message is not None:
        async with create_task_group() as group:
            question = await _question(socket, message, database, services)
            if question is not None:
                group.start_soon(_tell, socket, _answer(question, database, upstream))
            message = await anext(received, None)
            group.cancel_scope.cancel()


async def _answer(question: str, database: Database, upstream: Upstream | None) -> AsyncGenerator[Piece, None]:
    """The librarian's own answer, or a language model's from what the librarian found."""
    found = await database.read(librarian.answer, question)
    if upstream:
        async with aclosing(upstream.tokens(question, found.text)) as tokens:
            async for text in tokens:
                yield Token(text=text)
    else:
        for text in librarian.tokens(found.text):
            yield Token(text=text)
    yield Done(books=found.books)


async def _events(
    first: Piece, pieces: AsyncGenerator[Piece, None], stopping: Stopping
) -> AsyncIterator[ServerSentEvent]:
    piece: Piece | None = first
    try:
        while piece is not None:
            yield sse(as_event(piece))
            with stopping.cancelling() as scope:
                piece = await anext(pieces, None)
            if scope.cancelled_caught:
                yield LAST
                return
    except DomainError as error:
        yield sse(as_event(failure(error)))


async def _question(socket: WebSocket, message: str, database: Database, services: Services) -> str | None:
    """The question of a message, if it asks one; the session may have ended since the last one."""
    try:
        await current_user(socket, database, services, None, None)
        return read_question(message)
    except DomainError as error:
        await _send(socket, failure(error))
        if isinstance(error, Unauthorized):
            await socket.close(POLICY, "the session has ended")
        return None


async def _tell(socket: WebSocket, pieces: AsyncGenerator[Piece, None]) -> None:
    """Send an answer, up to one end."""
    socket.state.answering = True
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                await _send(socket, piece)
    except DomainError as error:
        await _send(socket, failure(error))
    except get_cancelled_exc_class():
        with CancelScope(shield=True):
            await _send(socket, Stopped())
        raise
    finally:
        socket.state.answering = False


async def _send(socket: WebSocket, piece: Piece) -> None:
    # That the socket has been closed is told to whoever receives; uvicorn and Starlette raise one or the other here.
    with suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_text(as_message(piece))
