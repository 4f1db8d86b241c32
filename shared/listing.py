"""Use case of the lists: the books that a query describes, page by page.

A list is paged by keyset: a page begins behind the last book of the page before, found through an index, so that page
10,000 costs what page 1 costs. Statements are built once for each shape of query.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)

from shared import search
from shared.book_rows import Found, Statement, from_row, public
from shared.cursors import Cursors, Position
from shared.model import fold
from shared.schemas import BookPage, BookQuery
from shared.tables import YEAR_LAST_ASCENDING, YEAR_LAST_DESCENDING
from shared.tables import books as table

# Ranking reads every hit: 2 to 10 us each. A search that hits more says too little to be worth it.
MAX_RANKED = 10_000
# Of the hits of a search, those in a narrower tier come first, then shorter titles; none is as long as this.
TIER: Final = 1_000

Values: TypeAlias = Mapping[str, str | int]

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
    dialect, position = connection.dialect.name, cursors.read(query)
    values = _values(dialect, query, position)
    broad = query.q is not None and _broad(connection, values)
    statement = _page(dialect, _order(query, position, broad), frozenset(values), broad)
    rows = connection.execute(statement, {**values, "rows": query.limit + 1}).all()
    return _present(rows, query, cursors)


def _broad(connection: Connection, values: Values) -> bool:
    """Whether a search hits more books than are ranked."""
    count = connection.execute(_count(connection.dialect.name), {**values, "most": MAX_RANKED + 1}).scalar_one()
    return bool(count > MAX_RANKED)


@cache
def _count(dialect: str) -> Select[int]:
    some = select(search.hits(dialect).c.book_id).limit(bindparam("most")).subquery()
    return select(func.count()).select_from(some)


def _order(query: BookQuery, position: Position | None, broad: bool) -> str:
    """The order of a list; a walk stays with the one in which it began, however many hits there are meanwhile."""
    if query.order != "relevance":
        return query.order
    # What a walk by ids stands at is its last id, twice; a rank is below zero.
    return "id" if (broad if position is None else position[0] == position[1]) else "relevance"


def _values(dialect: str, query: BookQuery, position: Position | None) -> Values:
    """What the statement for `query` will be given, by name."""
    filters: dict[str, str | int | None] = {
        "author": fold(query.author) if query.author else None,
        "category": fold(query.category) if query.category else None,
        "min_rating": query.min_rating,
    }
    words = search.match(dialect, query.q) if query.q else {}
    behind = {} if position is None else {"after_key": position[0], "after_id": position[1]}
    return {name: value for name, value in filters.items() if value is not None} | words | behind


def _present(rows: Sequence[Found], query: BookQuery, cursors: Cursors) -> BookPage:
    shown = rows[: query.limit]
    last = shown[-1] if len(rows) > len(shown) else None
    following = None if last is None else cursors.sign(query, (last.order_key, last.id))
    return BookPage(items=[from_row(row) for row in shown], next=following)


@cache
def _page(dialect: str, sort: str, names: frozenset[str], broad: bool) -> Statement:
    """The statement for one shape of query: an order, and the names of the values that it will be given."""
    # Few hits are collected and sorted; of many, the planner may come across enough while it follows the order.
    hits = search.hits(dialect, first=not broad or sort == "relevance")
    rank = func.length(table.c.title_key) - hits.c.tier * TIER
    order, down = rank if sort == "relevance" else _orders[sort], sort.startswith("-")
    conditions = [condition for name, condition in _filters.items() if name in names]
    matching = select(*public, order.label("order_key")).where(*conditions)
    if "in_all" in names:
        return _searched(matching, hits, order, down, behind="after_id" in names)
    if "after_id" in names:
        return _behind(matching, order, down)
    return _first(matching, *_keys(order, table.c.id), down=down)


def _keys(order: ColumnElement[Any], book_id: ColumnElement[int]) -> tuple[ColumnElement[Any], ...]:
    return (book_id,) if order is table.c.id else (order, book_id)


def _searched(matching: Statement, hits: Subquery, order: ColumnElement[Any], down: bool, behind: bool) -> Statement:
    """The same among the hits of a search, which are read whole: where to begin is one condition, nothing to seek.

    The ids are those of the hits: SQLite's index gives them in order, and stops when the page is full.
    """
    keys = _keys(order, hits.c.book_id)
    found = matching.join_from(table, hits, hits.c.book_id == table.c.id)
    if behind:
        place, position = tuple_(*keys), tuple_(*_position_of(order)[-len(keys) :])
        found = found.where(place < position if down else place > position)
    return _first(found, *keys, down=down)


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
    after_key, after_id = _position_of(order)
    later_id = table.c.id < after_id if down else table.c.id > after_id
    if order is table.c.id:
        return _first(matching.where(later_id), order, down=down)
    later_key = order < after_key if down else order > after_key
    same = _first(matching.where(order == after_key, later_id), table.c.id, down=down).subquery()
    later = _first(matching.where(later_key), order, table.c.id, down=down).subquery()
    both = union_all(select(same), select(later)).subquery()
    return _first(select(both), both.c.order_key, both.c.id, down=down)


def _position_of(order: ColumnElement[Any]) -> tuple[BindParameter[Any], BindParameter[int]]:
    return bindparam("after_key", type_=order.type), bindparam("after_id", type_=table.c.id.type)
