"""The reading list."""

from datetime import datetime
from typing import Annotated

from pydantic import MISSING, BaseModel, ConfigDict, Field

from shared.fields import BookNumber, Flag, Note, TodoId
from shared.schemas.base import Body, PagedQuery


class NewTodo(Body):
    """A book to read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"book_id": 1, "note": "Lent by a friend."}]})

    book_id: BookNumber
    note: Note = ""
    done: Annotated[bool, Field(description="Whether it has been read.")] = False


class TodoPatch(Body):
    """The fields to change, as a JSON merge patch (RFC 7396)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"done": True}]})

    note: Note | MISSING = MISSING
    done: Annotated[bool, Field(description="Whether it has been read.")] | MISSING = MISSING


class Todo(BaseModel):
    """An entry of a reading list."""

    id: int
    book_id: Annotated[int | None, Field(description="The book, or null once it has been deleted.")]
    title: Annotated[str, Field(description="Title of the book when it was listed.")]
    author: Annotated[str, Field(description="Author of the book when it was listed.")]
    note: str
    done: bool
    created_at: datetime
    updated_at: datetime


class TodoPage(BaseModel):
    """One page of a reading list, newest first."""

    items: list[Todo]
    next: Annotated[
        str | None,
        Field(description="Pass it as cursor, with the same query, for the next page; null at the end."),
    ]


class TodoQuery(PagedQuery):
    """Which entries of the list."""

    done: Annotated[Flag | None, Field(description="Only entries that are done, or only those that are not.")] = None


class TodoPath(BaseModel):
    """Path of one entry."""

    todo_id: TodoId
