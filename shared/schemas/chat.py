"""Questions to the librarian, and the pieces of the answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.fields import Question
from shared.schemas.base import Body
from shared.schemas.problems import Problem


class ChatMessage(Body):
    """A question to the librarian."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "What did Ursula K. Le Guin write?"}]})

    message: Question


class StopMessage(Body):
    """What interrupts the answer that is being given on a WebSocket, and asks for no other."""

    type: Literal["stop"]


class Token(BaseModel):
    """The next piece of an answer."""

    type: Literal["token"] = "token"
    text: str


class Done(BaseModel):
    """The end of an answer."""

    type: Literal["done"] = "done"
    books: Annotated[list[int], Field(description="Ids of the books that the answer speaks of.")]


class Stopped(BaseModel):
    """The end of an answer that was interrupted."""

    type: Literal["stopped"] = "stopped"


class Failure(BaseModel):
    """The end of an answer that failed, or of a question that could not be read."""

    type: Literal["error"] = "error"
    problem: Problem
