"""Talking to the librarian."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from fastapi_impl.current import CurrentPlaces, CurrentStopping, CurrentUpstream, CurrentUser
from fastapi_impl.database import CurrentDatabase, Database
from fastapi_impl.events import LAST, sse, unless_left
from fastapi_impl.openapi import problems
from fastapi_impl.stopping import Stopping
from fastapi_impl.upstream import Upstream
from fastapi_impl.wire import StrictRoute
from shared import librarian
from shared.chat import Piece, as_event, failure
from shared.errors import DomainError
from shared.schemas import ChatMessage, Done, Token

router = APIRouter(tags=["chat"], route_class=StrictRoute)


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
