"""What one server issued or wrote, the other accepts and reads: users may alternate and never notice."""

import itertools
from typing import Any

import httpx2
import pytest

from tests.contract.client import (
    Api,
    User,
    assert_problem,
    book_fields,
    fields_of,
    sending,
    session_cookie,
    unique,
    url,
)

SORTS = ["id", "-id", "title", "-title", "author", "-author", "rating", "-rating", "published_year", "-published_year"]


def refresh(api: Api, token: str) -> httpx2.Response:
    return api.http.post("/auth/refresh", json={"refresh_token": token})


def me(api: Api, user: User) -> httpx2.Response:
    return api.http.get("/auth/me", headers=user.auth)


@pytest.fixture
def session(here: Api, alice: User) -> User:
    """A session that was opened here and may be ended."""
    return here.session(alice.username)


def test_an_account_opened_here_logs_in_there(here: Api, there: Api) -> None:
    name = unique("user")
    account = here.register(name.upper(), "contrase\u00f1a 1", email=f"{name}@example.org").json()
    assert there.log_in(name, "contrasen\u0303a 1").status_code == 200
    assert me(there, User(name, there.log_in(name, "contrase\u00f1a 1").json()["access_token"], "")).json() == account


def test_a_name_taken_here_is_taken_there(here: Api, there: Api) -> None:
    name = unique("user")
    assert here.register(name).status_code == 201
    assert_problem(there.register(name.upper()), 409, "username-taken")


def test_an_access_token_from_here_is_good_there(here: Api, there: Api, session: User) -> None:
    assert me(there, session).status_code == 200
    assert me(there, session).json() == me(here, session).json()


def test_a_session_is_refreshed_now_here_now_there(here: Api, there: Api, session: User) -> None:
    for api in (there, here, there, here):
        response = refresh(api, session.refresh_token)
        assert response.status_code == 200
        session = User(session.username, response.json()["access_token"], response.json()["refresh_token"])
        assert me(here, session).status_code == me(there, session).status_code == 200


def test_a_refresh_token_used_here_and_there_ends_the_session_on_both(here: Api, there: Api, session: User) -> None:
    tokens = refresh(here, session.refresh_token).json()
    assert_problem(refresh(there, session.refresh_token), 401, "invalid-token")
    new = User(session.username, tokens["access_token"], tokens["refresh_token"])
    for api in (here, there):
        assert_problem(me(api, new), 401, "invalid-token")
        assert_problem(refresh(api, new.refresh_token), 401, "invalid-token")


def test_a_logout_there_ends_the_session_here(here: Api, there: Api, session: User) -> None:
    assert there.http.post("/auth/logout", json={"refresh_token": session.refresh_token}).status_code == 204
    assert_problem(me(here, session), 401, "invalid-token")
    assert_problem(refresh(here, session.refresh_token), 401, "invalid-token")


def test_a_browser_logged_in_here_is_logged_in_there(here: Api, there: Api, alice: User) -> None:
    cookie = sending(here.browser(alice.username))
    for path in ("/auth/session", "/auth/me"):
        assert there.http.get(path, headers=cookie).json() == here.http.get(path, headers=cookie).json()
    assert there.http.post("/books/", json=book_fields(), headers=cookie).status_code == 201


def test_a_browser_logged_out_there_is_logged_out_here(here: Api, there: Api, alice: User) -> None:
    cookie = sending(here.browser(alice.username))
    assert there.http.delete("/auth/session", headers=cookie).status_code == 204
    for path in ("/auth/session", "/auth/me"):
        assert_problem(here.http.get(path, headers=cookie), 401, "invalid-token")


def test_a_login_there_ends_the_session_that_the_browser_had_from_here(here: Api, there: Api, alice: User) -> None:
    old = here.browser(alice.username)
    new = session_cookie(there.open_browser(alice.username, **sending(old)))
    assert_problem(here.http.get("/auth/session", headers=sending(old)), 401, "invalid-token")
    assert here.http.get("/auth/session", headers=sending(new)).status_code == 200


def test_a_book_added_here_is_read_there(here: Api, there: Api, alice: User) -> None:
    text = unique("\u00e9\U0001f4da, O'Brien/")
    response = here.add(alice, title=text, author=text, category=text[:50], description=text, published_year=-44)
    book = response.json()
    read = there.http.get(response.headers["location"])
    assert read.content == response.content
    assert read.headers["etag"] == response.headers["etag"]
    for query in ({"author": text}, {"category": text[:50]}, {"q": text}):
        assert there.page(**query)["items"] == [book]


def test_a_ranked_search_is_paged_now_here_now_there(here: Api, there: Api, alice: User) -> None:
    word = unique()
    books = [here.new_book(alice, title=f"{'x' * length} {word}") for length in (5, 4, 3, 2, 1)]
    query, seen = {"q": word}, []
    for api in itertools.islice(itertools.cycle([there, here]), 5):
        page = api.page(**query, limit=1)
        query["cursor"] = page["next"]
        seen += page["items"]
    assert (seen, page["next"]) == (books[::-1], None)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_book_changed_here_is_read_there(here: Api, there: Api, alice: User, method: str) -> None:
    book = there.new_book(alice)
    fields = fields_of(book) | {"title": unique(), "published_year": None}
    response = here.http.request(method, url(book), json=fields, headers=alice.auth)
    assert there.http.get(url(book)).content == response.content
    assert there.page(q=fields["title"])["items"] == [response.json()]


def test_a_book_deleted_here_is_gone_there(here: Api, there: Api, alice: User) -> None:
    book = there.new_book(alice)
    assert here.http.delete(url(book), headers=alice.auth).status_code == 204
    assert_problem(there.http.get(url(book)), 404, "book-not-found")


def test_a_book_of_here_has_its_owner_there(here: Api, there: Api, alice: User, bob: User) -> None:
    book = here.new_book(alice)
    assert_problem(there.http.delete(url(book), headers=bob.auth), 403, "not-the-owner")
    assert there.http.delete(url(book), headers=alice.auth).status_code == 204


def test_an_etag_from_here_is_current_there(here: Api, there: Api, alice: User) -> None:
    response = here.add(alice)
    path, etag = response.headers["location"], response.headers["etag"]
    assert there.http.get(path, headers={"If-None-Match": etag}).status_code == 304
    changed = there.http.patch(path, json={"rating": 1}, headers={**alice.auth, "If-Match": etag})
    assert changed.status_code == 200
    stale = here.http.patch(path, json={"rating": 2}, headers={**alice.auth, "If-Match": etag})
    assert_problem(stale, 412, "stale-version")
    again = {**alice.auth, "If-Match": changed.headers["etag"]}
    assert here.http.delete(path, headers=again).status_code == 204


@pytest.mark.parametrize("sort", SORTS)
def test_a_list_is_paged_now_here_now_there(here: Api, there: Api, alice: User, sort: str) -> None:
    category = unique("\u00e9t\u00e9")
    for n, (title, year) in enumerate(zip("bAab\u00e9", (None, -3, 5, None, 5), strict=True)):
        here.new_book(alice, category=category, title=title, author=title, rating=n % 3 + 1, published_year=year)
    query: dict[str, Any] = {"category": category, "sort": sort, "min_rating": 1}
    whole = here.walk(**query)
    assert whole == there.walk(**query)
    assert len(whole) == 5
    seen: list[dict[str, Any]] = []
    for api in itertools.islice(itertools.cycle([here, there]), 5):
        page = api.page(**query, limit=1)
        query["cursor"] = page["next"]
        seen += page["items"]
    assert (seen, page["next"]) == (whole, None)


def test_a_reading_list_written_here_is_read_and_paged_there(here: Api, there: Api) -> None:
    reader = here.new_user()
    made = [api.new_todo(reader, note=unique()) for api in (here, there, here)][::-1]
    first = here.http.get("/todo/?limit=2", headers=reader.auth).json()
    second = there.http.get("/todo/", params={"limit": 2, "cursor": first["next"]}, headers=reader.auth).json()
    assert first["items"] + second["items"] == made
    changed = there.http.patch(f"/todo/{made[0]['id']}", json={"done": True}, headers=reader.auth).json()
    assert here.http.get("/todo/?done=true", headers=reader.auth).json()["items"] == [changed]


def test_a_cursor_from_here_belongs_to_its_query_there(here: Api, there: Api, alice: User) -> None:
    category = unique()
    for _ in range(2):
        here.new_book(alice, category=category)
    cursor = here.page(category=category, limit=1)["next"]
    query = {"category": category, "sort": "title", "cursor": cursor}
    assert_problem(there.http.get("/books/", params=query), 422, "invalid-input")
