"""What a conversation is made of, the same for an event stream and for a WebSocket."""

from typing import TypeAlias

from shared import problems
from shared.errors import DomainError
from shared.events import Event
from shared.schemas import Done, Failure, Token

Piece: TypeAlias = Token | Done | Failure


def failure(error: DomainError) -> Failure:
    """How an answer ends that breaks off."""
    return Failure(problem=problems.document(error))


def as_event(piece: Piece) -> Event:
    """A piece in a stream of events, where its type is the name."""
    if isinstance(piece, Failure):
        return Event(piece.problem.model_dump_json(exclude_none=True), piece.type)
    return Event(piece.model_dump_json(exclude={"type"}), piece.type)
