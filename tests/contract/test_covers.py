"""Covers of books: whose they are, how they change, and what happens at the same time."""

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

import httpx2
import pytest

from tests.contract.client import Api, User, assert_problem, url
from tests.contract.pictures import (
    FORMATS,
    cover_of,
    decoded,
    picture,
    put_cover,
    upload,
)
from tests.contract.test_races import together


def test_the_first_cover_is_201_with_its_location_and_the_next_is_200(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    first, second = (upload(api, alice, book, picture(kind)) for kind in ("PNG", "JPEG"))
    assert first.status_code == 201
    assert first.headers["location"] == cover_of(book)
    assert second.status_code == 200
    assert "location" not in second.headers
    assert api.http.get(cover_of(book)).headers["etag"] == second.headers["etag"] != first.headers["etag"]


def test_a_cover_does_not_change_the_version_of_its_book(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    assert api.read(book) == book


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_only_the_owner_changes_a_cover(api: Api, alice: User, bob: User, method: str) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    before = api.http.get(cover_of(book)).content
    answer = upload(api, bob, book, picture("JPEG")) if method == "PUT" else delete_cover(api, bob, book)
    assert_problem(answer, 403, "not-the-owner")
    assert api.http.get(cover_of(book)).content == before


def delete_cover(api: Api, user: User, book: dict[str, Any], **headers: str) -> httpx2.Response:
    return api.http.delete(cover_of(book), headers={**user.auth, **headers})


def test_a_deleted_cover_is_gone_and_may_come_again(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    assert delete_cover(api, alice, book).status_code == 204
    assert_problem(api.http.get(cover_of(book)), 404, "cover-not-found")
    assert_problem(delete_cover(api, alice, book), 404, "cover-not-found")
    assert upload(api, alice, book, picture()).status_code == 201


def test_a_cover_goes_with_its_book(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    assert api.http.delete(url(book), headers=alice.auth).status_code == 204
    assert_problem(api.http.get(cover_of(book)), 404, "book-not-found")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_change_may_demand_the_current_cover(api: Api, alice: User, method: str) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    change: Callable[..., httpx2.Response] = (
        partial(upload, content=picture("JPEG")) if method == "PUT" else delete_cover
    )
    tag = api.http.get(cover_of(book)).headers["etag"]
    for wrong in ({"If-Match": '"0"'}, {"If-Match": f"W/{tag}"}, {"If-None-Match": tag}, {"If-None-Match": "*"}):
        assert_problem(change(api, alice, book, **wrong), 412, "stale-version")
    assert change(api, alice, book, **{"If-Match": tag}).is_success


def test_a_first_cover_may_demand_that_there_is_none(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    only_first = {"If-None-Match": "*"}
    assert_problem(upload(api, alice, book, picture(), **{"If-Match": "*"}), 412, "stale-version")
    assert upload(api, alice, book, picture(), **only_first).status_code == 201
    assert_problem(upload(api, alice, book, picture(), **only_first), 412, "stale-version")


def test_of_two_uploads_at_once_one_comes_last_and_is_whole(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    for _ in range(4):
        answers = together(*[partial(upload, api, alice, book, picture(kind, (400, 300))) for kind in FORMATS])
        assert {answer.status_code for answer in answers} <= {200, 201}
        got = api.http.get(cover_of(book))
        assert got.headers["etag"] in {answer.headers["etag"] for answer in answers}
        assert decoded(got.content).size == (400, 300)


def test_of_first_uploads_at_once_exactly_one_is_the_first(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    answers = together(*[partial(upload, api, alice, book, picture(kind)) for kind in FORMATS])
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]


def test_an_upload_to_a_book_that_is_being_deleted_is_404_or_came_first(api: Api, alice: User) -> None:
    for _ in range(4):
        book = api.new_book(alice)
        uploaded, deleted = together(
            partial(upload, api, alice, book, picture()), partial(api.http.delete, url(book), headers=alice.auth)
        )
        assert deleted.status_code == 204
        assert uploaded.status_code in {201, 404}
        assert_problem(api.http.get(cover_of(book)), 404, "book-not-found")


def test_a_cover_that_is_replaced_all_the_time_is_always_one_or_the_other(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)

    def replace() -> list[httpx2.Response]:
        return [upload(api, alice, book, picture(kind, (300, 200))) for kind in FORMATS * 3]

    def read() -> list[httpx2.Response]:
        return [api.http.get(cover_of(book)) for _ in range(40)]

    written, *got = together(replace, read, read)
    assert {answer.status_code for answer in written} == {200}
    for answer in chain(*got):
        assert answer.status_code == 200, answer.text
        decoded(answer.content)
