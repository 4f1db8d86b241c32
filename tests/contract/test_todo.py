"""The reading list: each user's own, and nobody else's."""

from typing import Any

import pytest

from tests.contract.client import Api, User, assert_problem, locations, url
from tests.contract.routes import NO_SUCH_ID


@pytest.fixture
def reader(api: Api) -> User:
    """Somebody whose list is empty."""
    return api.new_user()


def at(entry: dict[str, Any]) -> str:
    return f"/todo/{entry['id']}"


def entries(api: Api, user: User, **query: Any) -> list[dict[str, Any]]:
    """The whole list, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        response = api.http.get("/todo/", params=query, headers=user.auth)
        assert response.status_code == 200, response.text
        found += response.json()["items"]
        query["cursor"] = response.json()["next"]
        if query["cursor"] is None:
            return found


def test_a_new_list_is_empty_and_is_not_to_be_stored(api: Api, reader: User) -> None:
    response = api.http.get("/todo/", headers=reader.auth)
    assert response.json() == {"items": [], "next": None}
    assert response.headers["cache-control"] == "no-store"


def test_a_listed_book_appears_with_its_title_and_author(api: Api, reader: User, alice: User) -> None:
    book = api.new_book(alice)
    response = api.list_todo(reader, book["id"], note="Lent by a friend.")
    entry = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == at(entry)
    assert set(entry) == {"id", "book_id", "title", "author", "note", "done", "created_at", "updated_at"}
    assert (entry["book_id"], entry["title"], entry["author"]) == (book["id"], book["title"], book["author"])
    assert (entry["note"], entry["done"], entry["created_at"]) == ("Lent by a friend.", False, entry["updated_at"])
    assert entries(api, reader) == [entry]


def test_note_and_state_may_be_left_out_or_given(api: Api, reader: User) -> None:
    assert api.new_todo(reader)["note"] == ""
    assert api.new_todo(reader, done=True)["done"] is True


def test_the_newest_entry_comes_first(api: Api, reader: User) -> None:
    made = [api.new_todo(reader) for _ in range(3)]
    assert entries(api, reader) == made[::-1]


def test_a_list_is_paged_without_gap_or_repetition(api: Api, reader: User) -> None:
    made = [api.new_todo(reader, done=number % 2 == 0) for number in range(7)]
    assert entries(api, reader, limit=2) == made[::-1]
    assert entries(api, reader, limit=1, done="true") == [entry for entry in made[::-1] if entry["done"]]
    assert entries(api, reader, limit=3, done="false") == [entry for entry in made[::-1] if not entry["done"]]


def test_a_page_holds_twenty_unless_asked_otherwise(api: Api, reader: User) -> None:
    for _ in range(21):
        api.new_todo(reader)
    page = api.http.get("/todo/", headers=reader.auth).json()
    assert len(page["items"]) == 20
    assert page["next"]


def test_an_entry_added_meanwhile_does_not_move_the_next_page(api: Api, reader: User) -> None:
    made = [api.new_todo(reader) for _ in range(3)]
    first = api.http.get("/todo/?limit=2", headers=reader.auth).json()
    api.new_todo(reader)
    second = api.http.get("/todo/", params={"limit": 2, "cursor": first["next"]}, headers=reader.auth).json()
    assert first["items"] + second["items"] == made[::-1]


@pytest.mark.parametrize("done", ["True", "1", "yes", "on", "", "null"])
def test_the_state_in_a_query_is_true_or_false(api: Api, reader: User, done: str) -> None:
    problem = assert_problem(api.http.get("/todo/", params={"done": done}, headers=reader.auth), 422, "invalid-input")
    assert locations(problem) == [["query", "done"]]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "page=2", "done=true&done=false", "cursor=x.y"])
def test_a_wrong_query_is_refused(api: Api, reader: User, query: str) -> None:
    problem = assert_problem(api.http.get(f"/todo/?{query}", headers=reader.auth), 422, "invalid-input")
    assert locations(problem) == [["query", query.partition("=")[0]]]


def test_a_cursor_belongs_to_its_user_its_query_and_its_list(api: Api, reader: User, alice: User) -> None:
    for _ in range(2):
        api.new_todo(reader)
        api.new_todo(alice)
        api.new_book(alice)
    mine = api.http.get("/todo/?limit=1", headers=reader.auth).json()["next"]
    of_books = api.page(limit=1)["next"]
    for query, user in (
        ({"cursor": mine}, alice),
        ({"cursor": mine, "done": "false"}, reader),
        ({"cursor": of_books}, reader),
    ):
        assert_problem(api.http.get("/todo/", params=query, headers=user.auth), 422, "invalid-input")
    assert_problem(api.http.get("/books/", params={"cursor": mine}), 422, "invalid-input")


def test_a_book_is_listed_once(api: Api, reader: User, bob: User) -> None:
    entry = api.new_todo(reader)
    assert_problem(api.list_todo(reader, entry["book_id"]), 409, "already-listed")
    assert api.list_todo(bob, entry["book_id"]).status_code == 201
    assert entries(api, reader) == [entry]


def test_a_book_that_was_taken_off_may_be_listed_again(api: Api, reader: User) -> None:
    entry = api.new_todo(reader)
    api.http.delete(at(entry), headers=reader.auth)
    assert api.list_todo(reader, entry["book_id"]).json()["id"] != entry["id"]


@pytest.mark.parametrize("book_id", [NO_SUCH_ID, NO_SUCH_ID + 1, 10**30])
def test_a_book_that_does_not_exist_cannot_be_listed(api: Api, reader: User, book_id: int) -> None:
    assert_problem(api.list_todo(reader, book_id), 404, "book-not-found")


@pytest.mark.parametrize("book_id", [0, -1, "1", 1.0, 1.5, True, None, [1]], ids=repr)
def test_what_is_not_the_id_of_a_book_is_invalid(api: Api, reader: User, book_id: object) -> None:
    problem = assert_problem(api.list_todo(reader, book_id), 422, "invalid-input")
    assert locations(problem) == [["body", "book_id"]]


@pytest.mark.parametrize(
    "fields", [{"note": "x" * 1001}, {"note": None}, {"note": "\0"}, {"done": "true"}, {"done": 1}, {"title": "x"}]
)
def test_every_field_has_its_bounds(api: Api, reader: User, fields: dict[str, Any]) -> None:
    entry = api.new_todo(reader)
    name = next(iter(fields))
    for response in (
        api.list_todo(reader, entry["book_id"], **fields),
        api.http.patch(at(entry), json=fields, headers=reader.auth),
    ):
        assert locations(assert_problem(response, 422, "invalid-input")) == [["body", name]]
    assert entries(api, reader) == [entry]


def test_a_note_of_1000_characters_is_kept_as_it_was_sent(api: Api, reader: User) -> None:
    note = " \u00e9\U0001f4da\n" + "x" * 996
    assert api.new_todo(reader, note=note)["note"] == note


@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
def test_only_the_fields_that_are_sent_change(api: Api, reader: User, media_type: str) -> None:
    entry = api.new_todo(reader, note="before")
    headers = {**reader.auth, "Content-Type": media_type}
    done = api.http.patch(at(entry), content=b'{"done": true}', headers=headers)
    assert done.status_code == 200
    assert done.json() | {"updated_at": entry["updated_at"]} == entry | {"done": True}
    assert done.json()["updated_at"] > entry["updated_at"]
    noted = api.http.patch(at(entry), content=b'{"note": ""}', headers=headers).json()
    assert (noted["done"], noted["note"]) == (True, "")
    assert entries(api, reader) == [noted]


def test_an_empty_patch_changes_nothing(api: Api, reader: User) -> None:
    entry = api.new_todo(reader)
    assert api.http.patch(at(entry), json={}, headers=reader.auth).json() == entry


def test_an_entry_of_somebody_else_does_not_exist(api: Api, reader: User, bob: User) -> None:
    entry = api.new_todo(reader)
    assert_problem(api.http.patch(at(entry), json={"done": True}, headers=bob.auth), 404, "todo-not-found")
    assert_problem(api.http.patch(at(entry), json={}, headers=bob.auth), 404, "todo-not-found")
    assert_problem(api.http.delete(at(entry), headers=bob.auth), 404, "todo-not-found")
    assert entry["id"] not in {other["id"] for other in entries(api, bob)}
    assert entries(api, reader) == [entry]


def test_an_entry_is_taken_off_once(api: Api, reader: User) -> None:
    entry = api.new_todo(reader)
    response = api.http.delete(at(entry), headers=reader.auth)
    assert (response.status_code, response.content) == (204, b"")
    assert_problem(api.http.delete(at(entry), headers=reader.auth), 404, "todo-not-found")
    assert entries(api, reader) == []


@pytest.mark.parametrize("todo_id", ["0", "-1", "01", "abc", "1.0"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_what_is_not_the_id_of_an_entry_is_422(api: Api, reader: User, method: str, todo_id: str) -> None:
    body: dict[str, object] | None = {} if method == "PATCH" else None
    problem = assert_problem(api.http.request(method, f"/todo/{todo_id}", json=body, headers=reader.auth), 422)
    assert locations(problem) == [["path", "todo_id"]]


@pytest.mark.parametrize("todo_id", [NO_SUCH_ID, NO_SUCH_ID + 1, "9" * 30])
def test_an_id_that_no_entry_has_is_404(api: Api, reader: User, todo_id: object) -> None:
    assert_problem(api.http.delete(f"/todo/{todo_id}", headers=reader.auth), 404, "todo-not-found")


def test_an_entry_outlives_its_book(api: Api, reader: User, alice: User) -> None:
    book = api.new_book(alice)
    entry = api.list_todo(reader, book["id"], note="soon").json()
    assert api.http.delete(url(book), headers=alice.auth).status_code == 204
    assert entries(api, reader) == [entry | {"book_id": None}]
    changed = api.http.patch(at(entry), json={"done": True}, headers=reader.auth).json()
    assert (changed["title"], changed["book_id"], changed["done"]) == (book["title"], None, True)


def test_two_deleted_books_may_both_stay_on_a_list(api: Api, reader: User, alice: User) -> None:
    for _ in range(2):
        book = api.new_book(alice)
        api.list_todo(reader, book["id"])
        api.http.delete(url(book), headers=alice.auth)
    assert [entry["book_id"] for entry in entries(api, reader)] == [None, None]


def test_a_book_that_changes_its_title_keeps_its_entry_as_it_was_listed(api: Api, reader: User, alice: User) -> None:
    book = api.new_book(alice)
    entry = api.list_todo(reader, book["id"]).json()
    api.http.patch(url(book), json={"title": "Another"}, headers=alice.auth)
    assert entries(api, reader) == [entry]
