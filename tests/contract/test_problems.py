"""The shape of every answer that is not a success, and what it must not tell."""

import json
import re

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, book_fields, locations, unique, url
from tests.contract.routes import JSON, NO_SUCH_ID
from tests.contract.violations import ONE_EACH, Attempt, Violation

INSIDE = re.compile(
    r"Traceback|File \"|line \d+, in|\.py\b|werkzeug|flask|starlette|fastapi|pydantic|sqlalchemy|sqlite|psycopg|"
    r"gunicorn|uvicorn|SELECT |INSERT |UPDATE |errors\.pydantic\.dev|0x[0-9a-f]{6}",
    re.IGNORECASE,
)
ODD_REQUESTS = [
    "/books/'%20OR%201=1",
    "/books/%00",
    "/books/author/%00",
    "/books/?sort=id;DROP%20TABLE%20books",
    "/books/?cursor=eyJhIjoxfQ==",
    "/books/?cursor=%F0%9F%93%9A",
    "/books/?limit=1e999",
    "/books/?min_rating=NaN",
    "/books/?q=%25%25%25",
    "/books/?q=%00",
    "/docs/assets/%2e%2e/%2e%2e/config.py",
    "/nothing/{0.__class__}/%s/%n",
]


def marker() -> str:
    """A text that looks like trouble when it comes back."""
    return f"<script>{unique()}</script>"


def assert_not_echoed(response: httpx2.Response, sent: str) -> None:
    token = re.sub(r"<[^>]*>", "", sent)
    assert response.status_code >= 400
    assert token not in response.text
    assert not any(token in value for value in response.headers.values())


@pytest.mark.parametrize("broken", ONE_EACH, ids=str)
def test_a_problem_has_these_members_and_no_others(api: Api, alice: User, bob: User, broken: Violation) -> None:
    response = Attempt(api, alice, bob, ONE_EACH[broken], {broken}).send()
    problem = assert_problem(response, broken.status, broken.slug)
    expected = {"type", "title", "status", "detail"} | ({"errors"} if broken.status == 422 else set())
    assert set(problem) == expected
    assert type(problem["status"]) is int
    assert problem["detail"] != problem["title"]
    assert problem["detail"].endswith(".")
    assert int(response.headers["content-length"]) == len(response.content)


@pytest.mark.parametrize("path", ["/books/0", "/books/?limit=0&offset=1", "/books/author/"])
def test_each_invalid_value_has_its_place_a_message_and_the_broken_rule(api: Api, path: str) -> None:
    for item in assert_problem(api.http.get(path), 422, "invalid-input")["errors"]:
        assert set(item) == {"loc", "msg", "type"}
        assert item["loc"][0] in {"path", "query"}
        assert item["msg"]
        assert re.fullmatch(r"[a-z_]+", item["type"])


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "application/json;q=0", ""])
def test_a_problem_is_json_whatever_the_client_accepts(api: Api, accept: str) -> None:
    assert_problem(api.http.get("/nothing", headers={"Accept": accept}), 404)
    assert_problem(api.http.delete("/books/", headers={"Accept": accept}), 405)
    assert_problem(api.http.get("/books/0", headers={"Accept": accept}), 422)


def test_invalid_values_of_path_and_query_are_reported_at_once_in_this_order(api: Api) -> None:
    problem = assert_problem(api.http.get("/books/author/?sort=x&limit=0&offset=1"), 422, "invalid-input")
    found = locations(problem)
    assert found[0] == ["path", "book_author"]
    assert sorted(found[1:]) == [["query", "limit"], ["query", "offset"], ["query", "sort"]]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_invalid_values_of_path_and_body_are_reported_at_once_in_this_order(api: Api, alice: User, method: str) -> None:
    body = book_fields(title="", rating=6, extra=1)
    problem = assert_problem(api.http.request(method, "/books/0", json=body, headers=alice.auth), 422)
    found = locations(problem)
    assert found[0] == ["path", "book_id"]
    assert sorted(found[1:]) == [["body", "extra"], ["body", "rating"], ["body", "title"]]


def test_an_invalid_path_and_a_body_that_is_no_object_are_reported_at_once(api: Api, alice: User) -> None:
    response = api.http.put("/books/0", json=[], headers=alice.auth)
    assert locations(assert_problem(response, 422)) == [["path", "book_id"], ["body"]]


def test_all_missing_fields_are_reported_at_once(api: Api, alice: User) -> None:
    posted = assert_problem(api.http.post("/books/", json={}, headers=alice.auth), 422)
    assert locations(posted) == [["body", name] for name in ("title", "author", "category", "rating")]
    put = assert_problem(api.http.put(f"/books/{NO_SUCH_ID}", json={}, headers=alice.auth), 422)
    assert locations(put) == [["body", name] for name in book_fields()]


def test_all_invalid_members_of_a_registration_are_reported_at_once(api: Api) -> None:
    response = api.register("x", password="y", email="z", role="admin")
    found = locations(assert_problem(response, 422, "invalid-input"))
    assert sorted(found) == [["body", "email"], ["body", "password"], ["body", "role"], ["body", "username"]]


@pytest.mark.parametrize("field", ["title", "author", "category", "description"])
def test_a_refused_text_is_not_echoed(api: Api, alice: User, field: str) -> None:
    sent = marker()
    assert_not_echoed(api.add(alice, **{field: [sent]}), sent)
    assert_not_echoed(api.add(alice, **{field: sent + "\0"}), sent)
    assert_not_echoed(api.add(alice, **{field: sent * 200}), sent)


def test_a_name_that_could_be_markup_is_not_echoed(api: Api, alice: User) -> None:
    sent = marker()
    assert_not_echoed(api.add(alice, **{sent: 1}), sent)
    assert_not_echoed(api.http.get("/books/", params={sent: "1"}), sent)
    assert_not_echoed(api.http.patch("/books/1", json={sent: 1}, headers=alice.auth), sent)


@pytest.mark.parametrize("name", ["sort", "limit", "cursor", "min_rating", "unknown"])
def test_a_refused_query_is_not_echoed(api: Api, name: str) -> None:
    sent = marker()
    assert_not_echoed(api.http.get("/books/", params={name: sent}), sent)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/{}", "/books/{}", "/books/1/{}", "/auth/{}", "/docs/assets/{}"])
def test_a_refused_path_is_not_echoed(api: Api, path: str, method: str) -> None:
    sent = marker()
    assert_not_echoed(api.http.request(method, path.format(sent)), sent)


@pytest.mark.parametrize("body", ["{}", '{{"title": "{}', '{{"{}": 1, "{}": 2}}', '["{}"] x', '"{}"'])
def test_a_body_that_does_not_parse_is_not_echoed(api: Api, alice: User, body: str) -> None:
    sent = marker()
    content = body.format(sent, sent).encode()
    response = api.http.post("/books/", content=content, headers={**alice.auth, "Content-Type": JSON})
    assert_not_echoed(response, sent)


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "Token", '"Bearer"'])
def test_refused_credentials_are_not_echoed(api: Api, scheme: str) -> None:
    sent = unique()
    assert_not_echoed(api.http.get("/auth/me", headers={"Authorization": f"{scheme} {sent}"}), sent)


def test_a_refused_media_type_is_not_echoed(api: Api, alice: User) -> None:
    sent = unique()
    headers = {**alice.auth, "Content-Type": f"text/{sent}"}
    assert_not_echoed(api.http.post("/books/", content=b"{}", headers=headers), sent)


def test_a_refused_password_is_never_echoed(api: Api, alice: User) -> None:
    sent = unique("secret")
    assert_not_echoed(api.register("x", password=sent), sent)
    assert_not_echoed(api.register(alice.username, password=sent), sent)
    assert_not_echoed(api.log_in(alice.username, password=sent), sent)
    assert_not_echoed(api.log_in(alice.username, password=sent * 20), sent)


def test_a_refused_refresh_token_is_not_echoed(api: Api) -> None:
    sent = unique("token")
    for path in ("/auth/refresh", "/auth/logout"):
        assert_not_echoed(api.http.post(path, json={"refresh_token": sent}), sent)
        assert_not_echoed(api.http.post(path, json={"refresh_token": [sent]}), sent)


@pytest.mark.parametrize("target", ODD_REQUESTS)
def test_an_odd_request_is_a_client_error_that_tells_nothing_of_the_inside(api: Api, target: str) -> None:
    response = raw.ask(api, "GET", target)
    assert 400 <= response.status_code < 500
    assert not INSIDE.search(response.text)


@pytest.mark.parametrize("broken", ONE_EACH, ids=str)
def test_no_problem_tells_of_the_inside(api: Api, alice: User, bob: User, broken: Violation) -> None:
    response = Attempt(api, alice, bob, ONE_EACH[broken], {broken}).send()
    assert not INSIDE.search(response.text)


def test_a_refusal_does_not_name_the_owner(api: Api, alice: User, bob: User) -> None:
    book = api.new_book(alice)
    response = api.http.delete(url(book), headers=bob.auth)
    assert_problem(response, 403, "not-the-owner")
    assert alice.username not in response.text
    assert book["title"] not in json.dumps(response.json())
