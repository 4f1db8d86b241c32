"""Adding, replacing, patching and deleting books, and who may do it."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contract.client import (
    Api,
    User,
    assert_problem,
    book_fields,
    fields_of,
    locations,
    unique,
    url,
)

REQUIRED = ["title", "author", "category", "rating"]
ALL = [*book_fields()]
CHANGES: dict[str, object] = {
    "title": "Another title",
    "author": "Another Author",
    "category": "another",
    "description": "",
    "rating": 5,
    "published_year": None,
}
WRITING = ["PUT", "PATCH", "DELETE"]
RFC_3339_UTC = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"


def change(api: Api, method: str, book: dict[str, Any], headers: dict[str, str]) -> Any:
    """A valid request that changes `book`, by any of the three methods."""
    content = None if method == "DELETE" else book_fields(title="Changed")
    return api.http.request(method, url(book), json=content, headers=headers)


def test_a_new_book_has_the_eleven_members_of_a_book(api: Api, alice: User) -> None:
    fields = book_fields()
    response = api.add(alice, **fields)
    assert response.status_code == 201
    book = response.json()
    assert set(book) == {*fields, "id", "owner", "version", "created_at", "updated_at"}
    assert fields_of(book) == fields
    assert (book["owner"], book["version"]) == (alice.username, 1)
    assert book["id"] > 0


def test_a_new_book_is_where_location_says(api: Api, alice: User) -> None:
    response = api.add(alice)
    assert response.headers["location"] == url(response.json())
    assert api.http.get(response.headers["location"]).json() == response.json()


def test_a_new_book_has_the_etag_of_version_one(api: Api, alice: User) -> None:
    assert api.add(alice).headers["etag"] == '"1"'


def test_a_new_book_is_dated_now_in_utc(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    assert re.fullmatch(RFC_3339_UTC, book["created_at"])
    assert book["updated_at"] == book["created_at"]
    # A remote server's clock may be off, but not by another time zone.
    age = datetime.now(UTC) - datetime.fromisoformat(book["created_at"])
    assert abs(age.total_seconds()) < 600


def test_description_and_year_may_be_left_out_of_a_new_book(api: Api, alice: User) -> None:
    fields = {name: value for name, value in book_fields().items() if name in REQUIRED}
    response = api.http.post("/books/", json=fields, headers=alice.auth)
    assert response.status_code == 201
    assert (response.json()["description"], response.json()["published_year"]) == ("", None)


@pytest.mark.parametrize("field", REQUIRED)
def test_a_new_book_needs_its_required_fields(api: Api, alice: User, field: str) -> None:
    fields = book_fields()
    del fields[field]
    problem = assert_problem(api.http.post("/books/", json=fields, headers=alice.auth), 422, "invalid-input")
    assert locations(problem) == [["body", field]]


@pytest.mark.parametrize(("method", "missing"), [("POST", REQUIRED), ("PUT", ALL)], ids=["POST", "PUT"])
def test_an_empty_object_is_told_everything_that_is_missing(
    api: Api, alice: User, method: str, missing: list[str]
) -> None:
    target = "/books/" if method == "POST" else url(api.new_book(alice))
    problem = assert_problem(api.http.request(method, target, json={}, headers=alice.auth), 422)
    assert locations(problem) == [["body", field] for field in missing]


def test_equal_books_are_different_books(api: Api, alice: User) -> None:
    fields = book_fields()
    one, other = api.new_book(alice, **fields), api.new_book(alice, **fields)
    assert fields_of(one) == fields_of(other)
    assert one["id"] != other["id"]


def test_a_put_replaces_every_field_and_nothing_else(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    response = api.http.put(url(book), json=CHANGES, headers=alice.auth)
    assert response.status_code == 200
    after = response.json()
    assert after == book | CHANGES | {"version": 2, "updated_at": after["updated_at"]}
    assert after["updated_at"] > book["updated_at"]
    assert re.fullmatch(RFC_3339_UTC, after["updated_at"])
    assert api.read(book) == after


@pytest.mark.parametrize("field", ALL)
def test_a_put_needs_every_field(api: Api, alice: User, field: str) -> None:
    book = api.new_book(alice)
    fields = book_fields()
    del fields[field]
    problem = assert_problem(api.http.put(url(book), json=fields, headers=alice.auth), 422, "invalid-input")
    assert locations(problem) == [["body", field]]
    assert api.read(book) == book


@pytest.mark.parametrize("field", ALL)
def test_a_patch_changes_only_what_it_names(api: Api, alice: User, field: str) -> None:
    book = api.new_book(alice)
    response = api.http.patch(url(book), json={field: CHANGES[field]}, headers=alice.auth)
    assert response.status_code == 200
    after = response.json()
    assert after == book | {field: CHANGES[field], "version": 2, "updated_at": after["updated_at"]}
    assert after["updated_at"] > book["updated_at"]
    assert api.read(book) == after


@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
def test_a_patch_may_be_called_json_or_merge_patch(api: Api, alice: User, media_type: str) -> None:
    book = api.new_book(alice)
    headers = {**alice.auth, "Content-Type": media_type}
    response = api.http.patch(url(book), content=b'{"rating": 1}', headers=headers)
    assert response.status_code == 200
    assert response.json()["rating"] == 1


def test_an_empty_patch_changes_nothing(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    response = api.http.patch(url(book), json={}, headers=alice.auth)
    assert response.status_code == 200
    assert response.headers["etag"] == '"1"'
    assert response.json() == book == api.read(book)


def test_versions_count_the_changes(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    for version, method in enumerate(["PUT", "PATCH", "PATCH", "PUT"], start=2):
        response = change(api, method, book, alice.auth)
        assert response.json()["version"] == version
        assert response.headers["etag"] == f'"{version}"'


def test_a_deleted_book_is_gone(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    response = api.http.delete(url(book), headers=alice.auth)
    assert response.status_code == 204
    assert response.content == b""
    assert "content-type" not in response.headers
    assert_problem(api.http.get(url(book)), 404, "book-not-found")
    assert api.page(author=book["author"])["items"] == []


@pytest.mark.parametrize("method", WRITING)
def test_a_deleted_book_cannot_be_changed_or_brought_back(api: Api, alice: User, method: str) -> None:
    book = api.new_book(alice)
    api.http.delete(url(book), headers=alice.auth)
    assert_problem(change(api, method, book, alice.auth), 404, "book-not-found")
    assert_problem(api.http.get(url(book)), 404, "book-not-found")


def test_the_id_of_a_deleted_book_is_not_given_out_again(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    api.http.delete(url(book), headers=alice.auth)
    assert api.new_book(alice)["id"] > book["id"]


@pytest.mark.parametrize("method", WRITING)
def test_only_the_owner_may_change_a_book(api: Api, alice: User, bob: User, method: str) -> None:
    book = api.new_book(alice)
    assert_problem(change(api, method, book, bob.auth), 403, "not-the-owner")
    assert api.read(book) == book


@pytest.mark.parametrize("method", WRITING)
def test_nobody_changes_a_book_without_credentials(api: Api, alice: User, method: str) -> None:
    book = api.new_book(alice)
    response = change(api, method, book, {})
    assert_problem(response, 401, "credentials-required")
    assert response.headers["www-authenticate"] == 'Bearer realm="books"'
    assert api.read(book) == book


def test_nobody_adds_a_book_without_credentials(api: Api) -> None:
    author = unique("Author ")
    response = api.http.post("/books/", json=book_fields(author=author))
    assert_problem(response, 401, "credentials-required")
    assert api.page(author=author)["items"] == []


@pytest.mark.parametrize("method", WRITING)
def test_an_owner_may_come_back_in_another_session(api: Api, alice: User, method: str) -> None:
    book = api.new_book(alice)
    later = api.session(alice.username)
    assert change(api, method, book, later.auth).status_code in {200, 204}


def test_a_change_by_one_user_leaves_the_books_of_others_alone(api: Api, alice: User, bob: User) -> None:
    fields = book_fields()
    hers, his = api.new_book(alice, **fields), api.new_book(bob, **fields)
    change(api, "PUT", hers, alice.auth)
    change(api, "DELETE", hers, alice.auth)
    assert api.read(his) == his
