"""Use cases of the catalogue.

A list is paged by keyset: a page begins behind the last book of the page before, found through an index, so that page
10,000 costs what page 1 costs. Statements are built once for each shape of query.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from shared.cursors import Cursors, Position
from shared.errors import BookNotFound, NotTheOwner
from shared.fields import MAX_ID
from shared.model import User, fold, search_text, search_words
from shared.preconditions import Preconditions
from shared.schemas import Book, BookPage, BookPatch, BookQuery, FullBook, NewBook
from shared.tables import YEAR_LAST_ASCENDING, YEAR_LAST_DESCENDING
from shared.tables import books as table

Statement: TypeAlias = Select[*tuple[Any, ...]]
Found: TypeAlias = Row[*tuple[Any, ...]]

_names = tuple(Book.model_fields)
_public: list[Column[object]] = [table.c[name] for name in _names]
_year, _year_down = (
    # Written out, not bound: only then does the index on this expression serve.
    func.coalesce(table.c.published_year, literal_column(str(last)))
    for last in (YEAR_LAST_ASCENDING, YEAR_LAST_DESCENDING)
)
_orders: dict[str, ColumnElement[Any]] = {
    "id": table.c.id,
    "-id": table.c.id,
    "title": table.c.title_key,
    "-title": table.c.title_key,
    "author": table.c.author_key,
    "-author": table.c.author_key,
    "rating": table.c.rating,
    "-rating": table.c.rating,
    "published_year": _year,
    "-published_year": _year_down,
}


def find(connection: Connection, query: BookQuery, cursors: Cursors) -> BookPage:
    """One page of the books that `query` describes; raises InvalidInput for a cursor that is not its own."""
    values = _values(query, cursors.read(query))
    statement = _page(query.sort, frozenset(values))
    rows = connection.execute(statement, values | {"rows": query.limit + 1}).all()
    return _present(rows, query, cursors)


def _values(query: BookQuery, position: Position | None) -> dict[str, str | int]:
    """What the statement for `query` will be given, by name."""
    filters: dict[str, str | int | None] = {
        "author": fold(query.author) if query.author else None,
        "category": fold(query.category) if query.category else None,
        "min_rating": query.min_rating,
    }
    words = {f"word_{n}": f"% {word}%" for n, word in enumerate(search_words(query.q or ""))}
    behind = {} if position is None else {"after_key": position[0], "after_id": position[1]}
    return {name: value for name, value in filters.items() if value is not None} | words | behind


def _present(rows: Sequence[Found], query: BookQuery, cursors: Cursors) -> BookPage:
    shown = rows[: query.limit]
    last = shown[-1] if len(rows) > len(shown) else None
    following = None if last is None else cursors.sign(query, (last.order_key, last.id))
    return BookPage(items=[_book(row) for row in shown], next=following)


@cache
def _page(sort: str, names: frozenset[str]) -> Statement:
    """The statement for one shape of query: an order, and the names of the values that it will be given."""
    order, down = _orders[sort], sort.startswith("-")
    conditions = [
        _filters[name] if name in _filters else table.c.search_text.like(bindparam(name))
        for name in sorted(names - {"after_key", "after_id"})
    ]
    matching = select(*_public, order.label("order_key")).where(*conditions)
    if "after_id" in names:
        return _behind(matching, order, down)
    keys = (order,) if order is table.c.id else (order, table.c.id)
    return _first(matching, *keys, down=down)


_filters: dict[str, ColumnElement[bool]] = {
    "author": table.c.author_key == bindparam("author"),
    "category": table.c.category_key == bindparam("category"),
    "min_rating": table.c.rating >= bindparam("min_rating"),
}


def _first(statement: Statement, *keys: ColumnElement[Any], down: bool) -> Statement:
    return statement.order_by(*(key.desc() if down else key for key in keys)).limit(bindparam("rows"))


def _behind(matching: Statement, order: ColumnElement[Any], down: bool) -> Statement:
    """The rows behind a position: those with its key and a later id, then those with a later key.

    One condition on both, `(key, id) > (…)`, would read all rows that share the key: SQLite seeks by one column only.
    """
    after_key, after_id = bindparam("after_key", type_=order.type), bindparam("after_id", type_=table.c.id.type)
    later_id = table.c.id < after_id if down else table.c.id > after_id
    if order is table.c.id:
        return _first(matching.where(later_id), order, down=down)
    later_key = order < after_key if down else order > after_key
    same = _first(matching.where(order == after_key, later_id), table.c.id, down=down).subquery()
    later = _first(matching.where(later_key), order, table.c.id, down=down).subquery()
    both = union_all(select(same), select(later)).subquery()
    return _first(select(both), both.c.order_key, both.c.id, down=down)


_by_id = select(*_public).where(table.c.id == bindparam("book_id"))
_by_id_locked = _by_id.with_for_update()


def get(connection: Connection, book_id: int) -> Book:
    """One book; raises BookNotFound."""
    return _one(connection, _by_id, book_id)


def create(connection: Connection, user: User, body: NewBook, now: datetime) -> Book:
    """Add a book that `user` owns."""
    row = body.model_dump() | {"owner": user.username, "version": 1, "created_at": now, "updated_at": now}
    book_id = connection.execute(_insert, row | search_keys(row)).scalar_one()
    return Book(id=book_id, **row)


_insert = insert(table).returning(table.c.id)


def replace(
    connection: Connection,
    user: User,
    book_id: int,
    body: FullBook,
    preconditions: Preconditions,
    now: datetime,
) -> Book:
    """Put `body` in the place of a book; raises BookNotFound, NotTheOwner or StaleVersion, in this order."""
    return _save(connection, _own(connection, user, book_id, preconditions), body.model_dump(), now)


def patch(
    connection: Connection,
    user: User,
    book_id: int,
    body: BookPatch,
    preconditions: Preconditions,
    now: datetime,
) -> Book:
    """Change the fields that were sent, and nothing when none was; raises as `replace` does."""
    book = _own(connection, user, book_id, preconditions)
    changes = body.model_dump(exclude_unset=True)
    return _save(connection, book, changes, now) if changes else book


def remove(connection: Connection, user: User, book_id: int, preconditions: Preconditions) -> None:
    """Delete a book; raises as `replace` does."""
    book = _own(connection, user, book_id, preconditions)
    connection.execute(delete(table).where(table.c.id == book.id))


def _one(connection: Connection, statement: Statement, book_id: int) -> Book:
    # Ids above the range of the column exist in no database, and a driver would refuse to ask for them.
    row = connection.execute(statement, {"book_id": book_id}).one_or_none() if book_id <= MAX_ID else None
    if row is None:
        raise BookNotFound
    return _book(row)


def _own(connection: Connection, user: User, book_id: int, preconditions: Preconditions) -> Book:
    # Locked until the end of the transaction, so that what was checked is still true when it is changed.
    book = _one(connection, _by_id_locked, book_id)
    if book.owner != user.username:
        raise NotTheOwner
    preconditions.demand(book.version)
    return book


def _save(connection: Connection, book: Book, changes: dict[str, object], now: datetime) -> Book:
    changed = book.model_copy(update=changes | {"version": book.version + 1, "updated_at": now})
    row = changed.model_dump(exclude={"id", "owner", "created_at"})
    connection.execute(
        update(table).where(table.c.id == book.id, table.c.version == book.version).values(**row, **search_keys(row))
    )
    return changed


def search_keys(row: dict[str, object]) -> dict[str, str]:
    """The folded copies of a book's texts, by which it is found and sorted."""
    title, author, category = (str(row[name]) for name in ("title", "author", "category"))
    return {
        "title_key": fold(title),
        "author_key": fold(author),
        "category_key": fold(category),
        "search_text": search_text(title, author, category),
    }


def _book(row: Found) -> Book:
    # By position: asking a row for its columns by name costs more than validating them.
    return Book.model_validate(dict(zip(_names, row, strict=False)))
