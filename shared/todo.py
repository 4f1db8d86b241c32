"""Use cases of the reading list, which only its owner sees: an entry of somebody else does not exist."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from shared.cursors import Cursors
from shared.errors import AlreadyListed, BookNotFound, TodoNotFound
from shared.fields import MAX_ID
from shared.model import User
from shared.schemas import NewTodo, Todo, TodoPage, TodoPatch, TodoQuery
from shared.tables import books
from shared.tables import todos as table

_public = [table.c[name] for name in Todo.model_fields]


def entries(connection: Connection, user: User, query: TodoQuery, cursors: Cursors) -> TodoPage:
    """One page of the user's list, newest first; raises InvalidInput for a cursor that is not its own."""
    scope = f"todo of {user.id}"
    statement = select(*_public).where(table.c.user_id == user.id).order_by(table.c.id.desc())
    if query.done is not None:
        statement = statement.where(table.c.done == query.done)
    position = cursors.read(query, scope)
    if position is not None:
        statement = statement.where(table.c.id < position[1])
    found = [Todo.model_validate(row._mapping) for row in connection.execute(statement.limit(query.limit + 1))]
    items = found[: query.limit]
    following = cursors.sign(query, (items[-1].id, items[-1].id), scope) if len(found) > len(items) else None
    return TodoPage(items=items, next=following)


def add(connection: Connection, user: User, body: NewTodo, now: datetime) -> Todo:
    """List a book; raises BookNotFound or AlreadyListed."""
    # Locked against deletion, so that the only conflict left is that of two equal entries.
    statement = select(books.c.title, books.c.author).where(books.c.id == body.book_id)
    locked = statement.with_for_update(read=True, key_share=True)
    book = connection.execute(locked).one_or_none() if body.book_id <= MAX_ID else None
    if book is None:
        raise BookNotFound
    row = body.model_dump() | {"title": book.title, "author": book.author, "created_at": now, "updated_at": now}
    try:
        todo_id = connection.execute(insert(table).values(**row, user_id=user.id).returning(table.c.id)).scalar_one()
    except IntegrityError:
        raise AlreadyListed from None
    return Todo(id=todo_id, **row)


def change(connection: Connection, user: User, todo_id: int, body: TodoPatch, now: datetime) -> Todo:
    """Change the fields that were sent, and nothing when none was; raises TodoNotFound."""
    changes = body.model_dump(exclude_unset=True)
    own = _own(user, todo_id)
    if changes:
        statement = update(table).where(*own).values(**changes, updated_at=now).returning(*_public)
        row = connection.execute(statement).one_or_none()
    else:
        row = connection.execute(select(*_public).where(*own)).one_or_none()
    if row is None:
        raise TodoNotFound
    return Todo.model_validate(row._mapping)


def remove(connection: Connection, user: User, todo_id: int) -> None:
    """Take an entry off the list; raises TodoNotFound."""
    if not connection.execute(delete(table).where(*_own(user, todo_id))).rowcount:
        raise TodoNotFound


def _own(user: User, todo_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # Ids above the range of the column exist in no database, and a driver would refuse to ask for them.
    return table.c.id == min(todo_id, MAX_ID), table.c.user_id == user.id
