"""What a contract test cannot reach: searches that hit too many books to be ranked."""

import pytest
from sqlalchemy import Connection, delete

from shared import books, listing
from shared.cursors import Cursors
from shared.model import User, utc_now
from shared.schemas import BookPage, BookQuery, NewBook
from shared.tables import books as table

KEY = b"k" * 32
LIMIT = 4


@pytest.fixture
def connection(writable: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A catalogue of books whose titles get shorter, and a bound that is easy to pass."""
    monkeypatch.setattr(listing, "MAX_RANKED", LIMIT)
    for length in range(LIMIT, 0, -1):
        add(writable, "dune" + "!" * length)
    return writable


def add(connection: Connection, title: str) -> None:
    book = NewBook(title=title, author="x", category="x", rating=1)
    books.create(connection, User(1, "owner"), book, utc_now())


def page(connection: Connection, cursor: str | None = None) -> BookPage:
    return listing.find(connection, BookQuery(q="dune", limit=2, cursor=cursor), Cursors(KEY))


def lengths(found: BookPage) -> list[int]:
    return [book.title.count("!") for book in found.items]


def test_as_many_hits_as_the_bound_are_ranked(connection: Connection) -> None:
    assert lengths(page(connection)) == [1, 2]


def test_more_hits_than_the_bound_are_in_order_of_ids(connection: Connection) -> None:
    add(connection, "dune")
    assert lengths(page(connection)) == [4, 3]


def test_a_ranked_walk_stays_ranked_when_the_hits_become_too_many(connection: Connection) -> None:
    first = page(connection)
    add(connection, "dune")
    assert lengths(page(connection, first.next)) == [3, 4]


def test_a_walk_by_ids_stays_so_when_the_hits_become_few(connection: Connection) -> None:
    add(connection, "dune")
    first = page(connection)
    connection.execute(delete(table).where(table.c.id == first.items[0].id))
    assert lengths(page(connection, first.next)) == [2, 1]
