"""The reading list in the database: newest first, page by page, and of one user."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert

from shared import books, todo
from shared.cursors import Cursors
from shared.errors import InvalidInput
from shared.model import User
from shared.schemas import NewBook, NewTodo, TodoQuery
from shared.tables import todos, users

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEY = b"k" * 32
OWNER = User(1, "owner")


@pytest.fixture
def other(writable: Connection) -> User:
    """Somebody else, with a list of three entries."""
    row = {"username": "estraven", "created_at": NOW}
    user = User(writable.execute(insert(users).values(**row).returning(users.c.id)).scalar_one(), "estraven")
    listed(writable, user, [True, False, True])
    return user


def listed(connection: Connection, user: User, done: list[bool]) -> list[int]:
    """The ids of new entries, in the order in which they were made."""
    ids = []
    for number, state in enumerate(done):
        form = NewBook(title=f"{user.username} {number}", author="x", category="x", rating=1)
        book = books.create(connection, OWNER, form, NOW)
        ids.append(todo.add(connection, user, NewTodo(book_id=book.id, done=state), NOW).id)
    return ids


def walk(connection: Connection, user: User, limit: int, done: bool | None = None) -> list[list[int]]:
    """The ids of a list, page by page."""
    pages, cursor = [], None
    while True:
        page = todo.entries(connection, user, TodoQuery(done=done, limit=limit, cursor=cursor), Cursors(KEY))
        pages.append([entry.id for entry in page.items])
        cursor = page.next
        if cursor is None:
            return pages
        assert len(pages) < 10


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_a_list_is_walked_from_the_newest_and_holds_nobody_elses(writable: Connection, other: User, limit: int) -> None:
    newest_first = listed(writable, OWNER, [False, True, False, True])[::-1]
    assert walk(writable, OWNER, limit) == [newest_first[at : at + limit] for at in range(0, 4, limit)]
    assert sum(map(len, walk(writable, other, limit))) == 3


def test_a_walk_through_what_is_done_leaves_the_rest_out(writable: Connection, other: User) -> None:
    ids = listed(writable, OWNER, [False, True, False, True, True])
    assert walk(writable, OWNER, 2, done=True) == [[ids[4], ids[3]], [ids[1]]]
    assert walk(writable, OWNER, 2, done=False) == [[ids[2], ids[0]]]
    assert len(walk(writable, other, 1, done=True)) == 2


def test_an_empty_list_is_one_empty_page(writable: Connection) -> None:
    assert walk(writable, OWNER, 1) == [[]]


def test_a_page_is_found_again_when_the_entry_before_it_is_gone(writable: Connection) -> None:
    ids = listed(writable, OWNER, [False, False, False])
    first = todo.entries(writable, OWNER, TodoQuery(limit=1), Cursors(KEY))
    todo.remove(writable, OWNER, ids[2])
    rest = todo.entries(writable, OWNER, TodoQuery(limit=2, cursor=first.next), Cursors(KEY))
    assert [entry.id for entry in rest.items] == [ids[1], ids[0]]
    assert rest.next is None


def test_a_cursor_of_one_users_list_is_none_of_anothers(writable: Connection, other: User) -> None:
    cursor = todo.entries(writable, other, TodoQuery(limit=1), Cursors(KEY)).next
    with pytest.raises(InvalidInput):
        todo.entries(writable, OWNER, TodoQuery(limit=1, cursor=cursor), Cursors(KEY))
    assert writable.execute(todos.select().where(todos.c.user_id == other.id)).all()
