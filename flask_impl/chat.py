"""Talking to the librarian, by an event stream or a WebSocket."""

from collections.abc import Callable, Iterator

from flask_impl.current import current_user, stopping, upstream
from flask_impl.database import database
from flask_impl.events import client_left, event_stream
from flask_impl.sockets import Socket, SocketBlueprint, close, messages
from flask_impl.wire import Reply, operation
from shared import librarian
from shared.chat import Piece, as_event, as_message, failure, read_question
from shared.errors import DomainError, Interrupted, Unauthorized
from shared.events import Event
from shared.handshake import POLICY
from shared.model import User
from shared.schemas import ChatMessage, Done, Stopped, Token

router = SocketBlueprint("chat", __name__)


@router.post("/chat")
@operation(user=True, body=ChatMessage)
def chat(user: User, body: ChatMessage) -> Reply:
    """Ask the librarian, whose answer comes token by token."""
    stops, leaves = stopping.is_set, client_left()
    return event_stream(_events(_answer(body.message, lambda: stops() or leaves())))


@router.websocket("/ws/chat", user=True)
def chat_socket(socket: Socket, user: User) -> None:
    """Talk with the librarian; a message interrupts the answer to the one before."""
    for message in messages(socket):
        for piece in _reply(socket, message):
            socket.send(as_message(piece))


def _answer(question: str, deserted: Callable[[], bool]) -> Iterator[Piece]:
    """The librarian's own answer, or a language model's from what the librarian found."""
    found = database.read(librarian.answer, question)
    tokens = upstream.tokens(question, found.text, deserted) if upstream else librarian.tokens(found.text)
    for text in tokens:
        if deserted():
            raise Interrupted
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


def _reply(socket: Socket, message: str) -> Iterator[Piece]:
    """What is said to a message, up to one end; the session may have ended since the last one."""
    stops = stopping.is_set
    try:
        current_user()
        question = read_question(message)
        if question is not None:
            yield from _answer(question, lambda: stops() or bool(socket.input_buffer) or not socket.connected)
    except Interrupted:
        yield Stopped()
    except DomainError as error:
        yield failure(error)
        if isinstance(error, Unauthorized):
            close(socket, POLICY, "the session has ended")
