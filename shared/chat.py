"""What a conversation is made of, the same for an event stream and for a WebSocket."""

from typing import TypeAlias

from pydantic import ValidationError

from shared import problems
from shared.errors import DomainError, InvalidInput
from shared.events import Event
from shared.parsing import parse_json
from shared.schemas import ChatMessage, Done, Failure, StopMessage, Stopped, Token

Piece: TypeAlias = Token | Done | Stopped | Failure


def read_question(text: str) -> str | None:
    """The question of a message that came on a WebSocket, or None when it only says stop.

    Raises MalformedRequest or InvalidInput.
    """
    value = parse_json(text.encode())
    try:
        if isinstance(value, dict) and "type" in value:
            StopMessage.model_validate(value)
            return None
        return ChatMessage.model_validate(value).message
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidInput(problems.invalid_input(details, "body")) from None


def as_message(piece: Piece) -> str:
    """A piece as it is sent on a WebSocket."""
    return piece.model_dump_json(exclude_none=True)


def failure(error: DomainError) -> Failure:
    """How an answer ends that breaks off."""
    return Failure(problem=problems.document(error))


def as_event(piece: Piece) -> Event:
    """A piece in a stream of events, where its type is the name."""
    if isinstance(piece, Failure):
        return Event(piece.problem.model_dump_json(exclude_none=True), piece.type)
    return Event(piece.model_dump_json(exclude={"type"}), piece.type)
