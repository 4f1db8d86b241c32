"""What must hold when requests come at the same time."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

import httpx2
import pytest

from tests.contract.client import PASSWORD, Api, User, assert_problem, book_fields, fields_of, unique, url

T = TypeVar("T")
ROUNDS = 6


def together(*calls: Callable[[], T]) -> list[T]:
    """The results of calls that start at the same moment, each on a thread of its own."""
    barrier = Barrier(len(calls))

    def start(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(start, calls))


def statuses(responses: list[httpx2.Response]) -> Counter[int]:
    return Counter(response.status_code for response in responses)


@pytest.mark.parametrize("spelling", [str, str.upper], ids=["same-spelling", "other-spelling"])
def test_of_two_registrations_of_one_name_exactly_one_succeeds(api: Api, spelling: Callable[[str], str]) -> None:
    for _ in range(ROUNDS):
        name = unique("user")
        answers = together(
            partial(api.register, name, "the first password"),
            partial(api.register, spelling(name), "the second password"),
        )
        assert statuses(answers) == {201: 1, 409: 1}
        won = "the first password" if answers[0].status_code == 201 else "the second password"
        assert api.log_in(name, won).status_code == 200


def test_of_many_registrations_of_one_name_exactly_one_succeeds(api: Api) -> None:
    name = unique("user")
    answers = together(*[partial(api.register, name)] * 8)
    assert statuses(answers) == {201: 1, 409: 7}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_of_two_changes_of_one_version_exactly_one_succeeds(api: Api, alice: User, method: str) -> None:
    for _ in range(ROUNDS):
        book = api.new_book(alice)
        write = partial(api.http.request, method, url(book), headers={**alice.auth, "If-Match": '"1"'})
        answers = together(*[partial(write, json=book_fields(title=title)) for title in ("one", "other")])
        assert statuses(answers) == {200: 1, 412: 1}
        (won,) = (answer for answer in answers if answer.status_code == 200)
        assert api.read(book) == won.json()
        assert won.json()["version"] == 2


def test_no_increment_is_lost_when_writers_try_again(api: Api, alice: User) -> None:
    writers, increments = 6, 4
    book = api.new_book(alice, published_year=0)

    def increment_all() -> int:
        done = attempts = 0
        while done < increments and attempts < writers * increments * 5:
            attempts += 1
            now = api.http.get(url(book))
            body = {"published_year": now.json()["published_year"] + 1}
            headers = {**alice.auth, "If-Match": now.headers["etag"]}
            answer = api.http.patch(url(book), json=body, headers=headers)
            assert answer.status_code in {200, 412}, answer.text
            done += answer.status_code == 200
        return done

    assert together(*[increment_all] * writers) == [increments] * writers
    after = api.read(book)
    assert after["published_year"] == writers * increments
    assert after["version"] == 1 + writers * increments


def test_patches_of_different_fields_do_not_undo_each_other(api: Api, alice: User) -> None:
    changes: dict[str, object] = {
        "title": "T", "author": "A", "category": "C", "description": "D", "rating": 5, "published_year": 7,
    }  # fmt: skip
    for _ in range(ROUNDS):
        book = api.new_book(alice)
        patch = partial(api.http.patch, url(book), headers=alice.auth)
        answers = together(*[partial(patch, json={name: value}) for name, value in changes.items()])
        assert statuses(answers) == {200: len(changes)}
        assert sorted(answer.json()["version"] for answer in answers) == [2, 3, 4, 5, 6, 7]
        after = api.read(book)
        assert (fields_of(after), after["version"]) == (changes, 7)


def test_of_two_deletions_exactly_one_succeeds(api: Api, alice: User) -> None:
    for _ in range(ROUNDS):
        path = url(api.new_book(alice))
        answers = together(*[partial(api.http.delete, path, headers=alice.auth)] * 2)
        assert statuses(answers) == {204: 1, 404: 1}


def test_a_change_and_a_deletion_leave_no_book(api: Api, alice: User) -> None:
    for _ in range(ROUNDS):
        path = url(api.new_book(alice))
        changed, deleted = together(
            partial(api.http.patch, path, json={"rating": 1}, headers=alice.auth),
            partial(api.http.delete, path, headers=alice.auth),
        )
        assert deleted.status_code == 204
        assert changed.status_code in {200, 404}
        assert_problem(api.http.get(path), 404, "book-not-found")


def test_books_added_at_once_are_all_there(api: Api, alice: User, bob: User) -> None:
    category = unique()
    books = together(*[partial(api.new_book, user, category=category) for user in (alice, bob)] * 10)
    assert len({book["id"] for book in books}) == 20
    found = api.walk(category=category, limit=100)
    assert sorted(found, key=lambda book: book["id"]) == sorted(books, key=lambda book: book["id"])


def test_readers_never_see_half_a_change(api: Api, alice: User) -> None:
    book = api.new_book(alice, title="0", author="0", category="0", description="0")

    def write_all() -> list[str]:
        for n in range(1, 15):
            fields = fields_of(book) | dict.fromkeys(("title", "author", "category", "description"), str(n))
            assert api.http.put(url(book), json=fields, headers=alice.auth).status_code == 200
        return []

    def read_all() -> list[str]:
        seen = [api.read(book) for _ in range(30)]
        return [now["title"] for now in seen if len({now["title"], now["author"], now["description"]}) > 1]

    assert together(write_all, read_all, read_all, read_all) == [[], [], [], []]


def test_a_refresh_token_used_many_times_at_once_has_at_most_one_winner(api: Api, alice: User) -> None:
    session = api.session(alice.username)
    body = {"refresh_token": session.refresh_token}
    answers = together(*[partial(api.http.post, "/auth/refresh", json=body)] * 20)
    counted = statuses(answers)
    assert set(counted) <= {200, 401}
    assert counted[200] <= 1
    # Nineteen of them were a reuse, so that not even the winner has a session now.
    for answer in answers:
        if answer.status_code == 200:
            tokens = answer.json()
            won = User(alice.username, tokens["access_token"], tokens["refresh_token"])
            assert_problem(api.http.get("/auth/me", headers=won.auth), 401, "invalid-token")
            again = api.http.post("/auth/refresh", json={"refresh_token": won.refresh_token})
            assert_problem(again, 401, "invalid-token")


def test_logins_at_once_open_a_session_each(api: Api, alice: User) -> None:
    answers = together(*[partial(api.log_in, alice.username, PASSWORD)] * 6)
    assert statuses(answers) == {200: 6}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 6


def test_a_session_may_be_ended_by_many_at_once(api: Api, alice: User) -> None:
    session = api.session(alice.username)
    body = {"refresh_token": session.refresh_token}
    answers = together(*[partial(api.http.post, "/auth/logout", json=body)] * 8)
    assert statuses(answers) == {204: 8}
    assert_problem(api.http.get("/auth/me", headers=session.auth), 401, "invalid-token")
