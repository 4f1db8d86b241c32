"""Use case of the lists: the books that a query describes, page by page.

A list is paged by keyset: a page begins behind the last book of the page before, found through an index, so that page
10,000 costs what page 1 costs. Statements are built once for each shape of query.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, literal_column, or_, select, union_all

from shared import search
from shared.book_rows import Found, Statement, from_row, public
from shared.cursors import Cursors, Position
from shared.model import fold
from shared.schemas import BookPage, BookQuery
from shared.tables import YEAR_LAST_ASCENDING, YEAR_LAST_DESCENDING
from shared.tables import books as table

# More than the length of a folded title.
TIER: Final = 1_000

_year, _year_down = (
    # Written out, not bound: only then does the index on this expression serve.
    func.coalesce(table.c.published_year, literal_column(str(last)))
    for last in (YEAR_LAST_ASCENDING, YEAR_LAST_DESCENDING)
)
# Of the books that a search hits, those that hold the words in the narrowest fields come first, then shorter titles.
_hits = {dialect: search.hits(dialect) for dialect in search.DIALECTS}
_relevance = {dialect: func.length(table.c.title_key) - hits.c.tier * TIER for dialect, hits in _hits.items()}
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
    dialect = connection.dialect.name
    values = _values(dialect, query, cursors.read(query))
    statement = _page(dialect, query.order, frozenset(values))
    rows = connection.execute(statement, values | {"rows": query.limit + 1}).all()
    return _present(rows, query, cursors)


def _values(dialect: str, query: BookQuery, position: Position | None) -> dict[str, str | int]:
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
def _page(dialect: str, sort: str, names: frozenset[str]) -> Statement:
    """The statement for one shape of query: an order, and the names of the values that it will be given."""
    relevance = sort == "relevance"
    order, down = _relevance[dialect] if relevance else _orders[sort], sort.startswith("-")
    conditions = [condition for name, condition in _filters.items() if name in names]
    matching = select(*public, order.label("order_key")).where(*conditions)
    if "in_all" in names:
        hits = _hits[dialect]
        matching = matching.join_from(table, hits, hits.c.book_id == table.c.id)
    if "after_id" in names:
        return _behind_rank(matching, order) if relevance else _behind(matching, order, down)
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


def _behind_rank(matching: Statement, rank: ColumnElement[Any]) -> Statement:
    """The same for ranks, which no index holds: all of them are computed, so one condition is enough."""
    after_key, after_id = bindparam("after_key", type_=rank.type), bindparam("after_id", type_=table.c.id.type)
    behind = or_(rank > after_key, and_(rank == after_key, table.c.id > after_id))
    return _first(matching.where(behind), rank, table.c.id, down=False)
