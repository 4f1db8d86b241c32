"""Talking to the librarian."""

from collections.abc import Callable, Iterator

from flask import Blueprint

from flask_impl.current import stopping, upstream
from flask_impl.database import database
from flask_impl.events import client_left, event_stream
from flask_impl.wire import Reply, operation
from shared import librarian
from shared.chat import Piece, as_event, failure
from shared.errors import DomainError, Interrupted
from shared.events import Event
from shared.model import User
from shared.schemas import ChatMessage, Done, Token

router = Blueprint("chat", __name__)


@router.post("/chat")
@operation(user=True, body=ChatMessage)
def chat(user: User, body: ChatMessage) -> Reply:
    """Ask the librarian, whose answer comes token by token."""
    stops, leaves = stopping.is_set, client_left()
    return event_stream(_events(_answer(body.message, lambda: stops() or leaves())))


def _answer(question: str, deserted: Callable[[], bool]) -> Iterator[Piece]:
    """The librarian's own answer, or a language model's from what the librarian found."""
    found = database.read(librarian.answer, question)
    tokens = upstream.tokens(question, found.text, deserted) if upstream else librarian.tokens(found.text)
    for text in tokens:
        yield Token(text=text)
    yield Done(books=found.books)


def _events(pieces: Iterator[Piece]) -> Iterator[Event | None]:
    # What fails before the first piece is the answer to the request; after it, an event is all that can still be sent.
    yield as_event(next(pieces))
    try:
        yield from map(as_event, pieces)
    except Interrupted:
        yield None
    except DomainError as error:
        yield as_event(failure(error))
