"""The reading list in the database: newest first, page by page, and of one user."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert

from shared import books, todo
from shared.cursors import Cursors
from shared.errors import AlreadyListed, BookNotFound, InvalidInput, TodoNotFound
from shared.fields import MAX_ID
from shared.model import User
from shared.schemas import NewBook, NewTodo, TodoPatch, TodoQuery
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


def test_a_new_entry_keeps_what_the_book_is_called(writable: Connection) -> None:
    [entry_id] = listed(writable, OWNER, [True])
    [entry] = todo.entries(writable, OWNER, TodoQuery(), Cursors(KEY)).items
    assert (entry.id, entry.title, entry.author, entry.done, entry.note) == (entry_id, "owner 0", "x", True, "")
    assert (entry.created_at, entry.updated_at) == (NOW, NOW)


def test_a_book_is_listed_once_by_each_user(writable: Connection, other: User) -> None:
    listed(writable, OWNER, [False])
    [entry] = todo.entries(writable, OWNER, TodoQuery(), Cursors(KEY)).items
    body = NewTodo(book_id=entry.book_id or 0, note="again")
    with pytest.raises(AlreadyListed), writable.begin_nested():
        todo.add(writable, OWNER, body, NOW)
    assert todo.add(writable, other, body, NOW).note == "again"


@pytest.mark.parametrize("book_id", [MAX_ID, MAX_ID + 1])
def test_a_book_that_does_not_exist_is_not_listed(writable: Connection, book_id: int) -> None:
    with pytest.raises(BookNotFound):
        todo.add(writable, OWNER, NewTodo(book_id=book_id), NOW)


def test_a_change_is_of_the_fields_that_are_sent_and_of_no_other_entry(writable: Connection) -> None:
    first, second = listed(writable, OWNER, [False, False])
    later = NOW + timedelta(seconds=1)
    changed = todo.change(writable, OWNER, first, TodoPatch(note="lent"), later)
    assert (changed.id, changed.note, changed.done, changed.created_at, changed.updated_at) == (
        first, "lent", False, NOW, later,
    )  # fmt: skip
    entries = {entry.id: entry for entry in todo.entries(writable, OWNER, TodoQuery(), Cursors(KEY)).items}
    assert entries[first] == changed
    assert (entries[second].note, entries[second].updated_at) == ("", NOW)


def test_a_change_of_nothing_is_none(writable: Connection) -> None:
    [entry_id] = listed(writable, OWNER, [True])
    [before] = todo.entries(writable, OWNER, TodoQuery(), Cursors(KEY)).items
    assert todo.change(writable, OWNER, entry_id, TodoPatch(), NOW + timedelta(seconds=1)) == before


@pytest.mark.parametrize("body", [TodoPatch(), TodoPatch(done=True)], ids=["nothing", "something"])
def test_an_entry_of_somebody_else_or_of_nobody_is_not_changed(
    writable: Connection, other: User, body: TodoPatch
) -> None:
    [own] = listed(writable, OWNER, [False])
    for entry_id in (own, MAX_ID, MAX_ID + 1):
        with pytest.raises(TodoNotFound):
            todo.change(writable, other, entry_id, body, NOW)
        with pytest.raises(TodoNotFound):
            todo.remove(writable, other, entry_id)
    todo.remove(writable, OWNER, own)
    assert not todo.entries(writable, OWNER, TodoQuery(), Cursors(KEY)).items
