"""The order of checks: of all that is wrong with a request, the answer names what comes first."""

from itertools import combinations

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem
from tests.contract.routes import ROUTES, Route
from tests.contract.violations import (
    BEYOND_THE_LIMIT,
    GUARDED,
    IMPOSSIBLE,
    MALFORMED,
    TOO_LARGE,
    WRONG_TYPE,
    Attempt,
    Violation,
)

SINGLE = [pytest.param(route, broken, id=f"{route}-{broken}") for route, checks in GUARDED.items() for broken in checks]
PAIRS = [
    pytest.param(route, first, then, id=f"{route}-{first}-before-{then}")
    for route, checks in GUARDED.items()
    for first, then in combinations(checks, 2)
    if {first, then} not in IMPOSSIBLE
]
EVERYTHING_WRONG = ["Content-Type: text/plain", f"Content-Length: {BEYOND_THE_LIMIT}", "Authorization: Bearer x"]


def refused(response: httpx2.Response, reason: Violation) -> None:
    assert_problem(response, reason.status, reason.slug)


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_a_request_that_fails_no_check_succeeds(api: Api, alice: User, bob: User, route: Route) -> None:
    assert Attempt(api, alice, bob, route).send().is_success


@pytest.mark.parametrize(("route", "broken"), SINGLE)
def test_a_request_that_fails_one_check_is_refused_for_it(
    api: Api, alice: User, bob: User, route: Route, broken: Violation
) -> None:
    refused(Attempt(api, alice, bob, route, {broken}).send(), broken)


@pytest.mark.parametrize(("route", "first", "then"), PAIRS)
def test_a_request_that_fails_two_checks_is_refused_for_the_first(
    api: Api, alice: User, bob: User, route: Route, first: Violation, then: Violation
) -> None:
    refused(Attempt(api, alice, bob, route, {first, then}).send(), first)


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_a_request_that_fails_every_check_is_refused_for_the_first(
    api: Api, alice: User, bob: User, route: Route
) -> None:
    refused(Attempt(api, alice, bob, route, set(GUARDED[route])).send(), GUARDED[route][0])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/nothing", "/books", "/auth/login/"])
def test_a_missing_path_comes_before_everything(api: Api, path: str, method: str) -> None:
    assert_problem(raw.ask(api, method, path, EVERYTHING_WRONG), 404, "path-not-found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/books/"),
        ("DELETE", "/books/"),
        ("POST", "/books/0"),
        ("POST", "/books/author/"),
        ("PUT", "/auth/login"),
        ("PATCH", "/auth/me"),
        ("POST", "/health/live"),
    ],
)
def test_a_wrong_method_comes_before_everything_but_the_path(api: Api, method: str, path: str) -> None:
    assert_problem(raw.ask(api, method, f"{path}?limit=0&%FF", EVERYTHING_WRONG), 405, "method-not-allowed")


@pytest.mark.parametrize(("route", "broken"), SINGLE)
def test_a_query_that_cannot_be_read_comes_after_size_and_type_and_before_the_rest(
    api: Api, alice: User, bob: User, route: Route, broken: Violation
) -> None:
    first = broken if broken in {TOO_LARGE, WRONG_TYPE} else MALFORMED
    refused(Attempt(api, alice, bob, route, {broken}, query="%FF").send(), first)


@pytest.mark.parametrize("path", ["/books/?limit=0&category=%FF", "/books/author/?category=%FF"])
def test_a_query_that_cannot_be_read_comes_before_invalid_values(api: Api, path: str) -> None:
    assert_problem(raw.ask(api, "GET", path), 400, "malformed-request")


@pytest.mark.parametrize("book_id", ["0", "abc"])
def test_credentials_come_before_the_id(api: Api, book_id: str) -> None:
    assert_problem(api.http.delete(f"/books/{book_id}"), 401, "credentials-required")


@pytest.mark.parametrize("condition", ['If-Match: "0"', "If-None-Match: *"])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_nothing_of_a_refused_request_is_done(api: Api, alice: User, bob: User, method: str, condition: str) -> None:
    book = api.new_book(alice)
    name, value = condition.split(": ")
    headers = {**bob.auth, name: value}
    body = {key: book[key] for key in ("title", "author", "category", "description", "published_year")} | {"rating": 1}
    response = api.http.request(method, f"/books/{book['id']}", json=body, headers=headers)
    assert_problem(response, 403, "not-the-owner")
    assert api.read(book) == book


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if not route.user and not route.cookie and route.method == "GET"], ids=str
)
@pytest.mark.parametrize("credentials", ["Bearer x.y.z", "Basic YTpi", "Bearer", ""])
def test_credentials_on_a_public_route_are_not_judged(
    api: Api, alice: User, bob: User, route: Route, credentials: str
) -> None:
    path = Attempt(api, alice, bob, route).path()
    assert api.http.get(path, params=route.query, headers={"Authorization": credentials}).is_success
