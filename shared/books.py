"""Use cases of the catalogue, but for its lists (`listing.py`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from shared import search
from shared.book_rows import Statement, from_row, public
from shared.errors import BookNotFound, NotTheOwner
from shared.fields import MAX_ID
from shared.model import User, etag, fold
from shared.preconditions import Preconditions
from shared.schemas import Book, BookPatch, FullBook, NewBook
from shared.tables import books as table
from shared.tables import covers

_by_id = select(*public).where(table.c.id == bindparam("book_id"))
_by_id_locked = _by_id.with_for_update()


def get(connection: Connection, book_id: int) -> Book:
    """One book; raises BookNotFound."""
    return _one(connection, _by_id, book_id)


def create(connection: Connection, user: User, body: NewBook, now: datetime) -> Book:
    """Add a book that `user` owns."""
    row = body.model_dump() | {"owner": user.username, "version": 1, "created_at": now, "updated_at": now}
    (book_id,) = insert_all(connection, [row])
    return Book(id=book_id, **row)


def insert_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Add books, each with all of its fields but the id, to the table and to the index; returns their ids in order."""
    ids = _insert_rows(connection, [row | _keys(row) for row in rows]) if rows else []
    search.index(connection, [row | {"id": book_id} for row, book_id in zip(rows, ids, strict=True)])
    return list(ids)


def _insert_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    if connection.dialect.name != "sqlite" or len(rows) == 1:
        return connection.execute(_insert, rows).scalars().all()
    # SQLite promises no order of returned rows, so many that return their ids would go in one by one. But while a
    # transaction writes, no other does: the next ids are known.
    last: int = connection.execute(_last_id).scalar() or 0
    ids = range(last + 1, last + 1 + len(rows))
    connection.execute(insert(table), [row | {"id": book_id} for row, book_id in zip(rows, ids, strict=True)])
    return ids


_last_id = text("SELECT seq FROM sqlite_sequence WHERE name = 'books'")
_insert = insert(table).returning(table.c.id, sort_by_parameter_order=True)


def replace(
    connection: Connection,
    user: User,
    book_id: int,
    body: FullBook,
    preconditions: Preconditions,
    now: datetime,
) -> Book:
    """Put `body` in the place of a book; raises BookNotFound, NotTheOwner or StaleVersion, in this order."""
    book = own(connection, user, book_id)
    preconditions.demand(etag(book.version))
    return _save(connection, book, body.model_dump(), now)


def patch(
    connection: Connection,
    user: User,
    book_id: int,
    body: BookPatch,
    preconditions: Preconditions,
    now: datetime,
) -> Book:
    """Change the fields that were sent, and nothing when none was; raises as `replace` does."""
    book = own(connection, user, book_id)
    preconditions.demand(etag(book.version))
    changes = body.model_dump(exclude_unset=True)
    return _save(connection, book, changes, now) if changes else book


def remove(connection: Connection, user: User, book_id: int, preconditions: Preconditions) -> tuple[str, ...]:
    """Delete a book and return the files of its cover, which are to be deleted too; raises as `replace` does."""
    book = own(connection, user, book_id)
    preconditions.demand(etag(book.version))
    cover = delete(covers).where(covers.c.book_id == book.id).returning(covers.c.file, covers.c.thumbnail)
    files = connection.execute(cover).one_or_none() or ()
    connection.execute(delete(table).where(table.c.id == book.id))
    return tuple(name for name in files if name)


def own(connection: Connection, user: User, book_id: int) -> Book:
    """A book that `user` is about to change, locked until the end of the transaction.

    Raises BookNotFound or NotTheOwner, in this order.
    """
    # Locked, so that what was checked is still true when it is changed.
    book = _one(connection, _by_id_locked, book_id)
    if book.owner != user.username:
        raise NotTheOwner
    return book


def _one(connection: Connection, statement: Statement, book_id: int) -> Book:
    # Ids above the range of the column exist in no database, and a driver would refuse to ask for them.
    row = connection.execute(statement, {"book_id": book_id}).one_or_none() if book_id <= MAX_ID else None
    if row is None:
        raise BookNotFound
    return from_row(row)


def _save(connection: Connection, book: Book, changes: dict[str, object], now: datetime) -> Book:
    changed = book.model_copy(update=changes | {"version": book.version + 1, "updated_at": now})
    row = changed.model_dump(exclude={"id", "owner", "created_at"})
    connection.execute(
        update(table).where(table.c.id == book.id, table.c.version == book.version).values(**row, **_keys(row))
    )
    if changes.keys() & search.FIELDS:
        search.index(connection, [row | {"id": book.id}])
    return changed


def _keys(row: dict[str, object]) -> dict[str, str]:
    """The folded copies of a book's texts, by which it is filtered and sorted."""
    return {f"{name}_key": fold(str(row[name])) for name in ("title", "author", "category")}
