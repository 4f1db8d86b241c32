"""Requests that a page of another site makes a browser send: the table of CrossOriginProtection in Go's net/http."""

import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, book_fields, sending, unique, url
from tests.contract.routes import NEEDING_USERS, UNSAFE, Route
from tests.contract.violations import CROSS_SITE, Attempt

CHANGING = [route for route in NEEDING_USERS if route in UNSAFE]
FORM = b"username=nobody-at-all&password=a+password"
HERE = "{scheme}://{host}"
ALLOWED = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": HERE},
    {"Origin": "HTTP://{host}"},
    {"Origin": "https://{host}"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "", "Origin": HERE},
    {"Sec-Fetch-Site": "same-origin", "Origin": HERE},
    # Sec-Fetch-Site is what a page cannot choose: where it is, it decides.
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://elsewhere.example"},
    {"Sec-Fetch-Site": "none", "Origin": "null"},
    {"Referer": "https://elsewhere.example/"},
]
REFUSED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "SAME-ORIGIN"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Origin": "{host}"},
    {"Origin": "//{host}"},
    {"Origin": "{scheme}://{host}.elsewhere.example"},
    {"Origin": "{scheme}://elsewhere.example#{host}"},
    {"Origin": "{scheme}://{host}@elsewhere.example"},
    {"Origin": "{scheme}://elsewhere.example@{host}"},
    {"Origin": "{scheme}://{host}:1"},
    {"Origin": "{scheme}://elsewhere{host}"},
    {"Origin": "{scheme}://elsewhere.{host}"},
    {"Origin": "{scheme}://{host}/"},
    {"Origin": "{scheme}://{host} {scheme}://{host}"},
    {"Origin": "https://elsewhere.example", "X-Forwarded-Host": "elsewhere.example"},
]


def lines(api: Api, headers: dict[str, str]) -> list[str]:
    """Headers with the server's own scheme and host filled in."""
    own = {"scheme": api.http.base_url.scheme, "host": api.http.base_url.netloc.decode()}
    return [f"{name}: {value.format(**own)}" for name, value in headers.items()]


@pytest.fixture(scope="module")
def cookie(api: Api, alice: User) -> str:
    """A session of alice's."""
    return api.browser(alice.username)


def delete(api: Api, cookie: str, target: str, headers: dict[str, str]) -> int:
    return raw.ask(api, "DELETE", target, [f"Cookie: session={cookie}", *lines(api, headers)]).status_code


@pytest.mark.parametrize("headers", ALLOWED, ids=str)
def test_a_change_with_a_cookie_from_our_own_pages_is_done(
    api: Api, alice: User, cookie: str, headers: dict[str, str]
) -> None:
    assert delete(api, cookie, url(api.new_book(alice)), headers) == 204


@pytest.mark.parametrize("headers", REFUSED, ids=str)
def test_a_change_with_a_cookie_from_another_site_is_refused_and_not_done(
    api: Api, alice: User, cookie: str, headers: dict[str, str]
) -> None:
    book = api.new_book(alice)
    response = raw.ask(api, "DELETE", url(book), [f"Cookie: session={cookie}", *lines(api, headers)])
    assert_problem(response, 403, "cross-site")
    assert api.read(book) == book


@pytest.mark.parametrize("header", ["Sec-Fetch-Site: same-origin", "Origin: {scheme}://{host}"])
def test_a_header_that_comes_twice_vouches_for_nothing(api: Api, alice: User, cookie: str, header: str) -> None:
    name, _, value = header.partition(": ")
    twice = lines(api, {name: value}) * 2
    response = raw.ask(api, "DELETE", url(api.new_book(alice)), [f"Cookie: session={cookie}", *twice])
    assert_problem(response, 403, "cross-site")


@pytest.mark.parametrize("route", CHANGING, ids=str)
def test_every_change_with_a_cookie_is_refused_to_another_site(api: Api, alice: User, bob: User, route: Route) -> None:
    attempt = Attempt(api, alice, bob, route, {CROSS_SITE}, by_cookie=True)
    assert_problem(attempt.send(), 403, "cross-site")


@pytest.mark.parametrize("route", CHANGING, ids=str)
def test_a_token_is_not_affected(api: Api, alice: User, bob: User, route: Route) -> None:
    # No browser adds it by itself, so who sends it wants to.
    assert Attempt(api, alice, bob, route, {CROSS_SITE}).send().is_success


@pytest.mark.parametrize("headers", REFUSED, ids=str)
def test_another_site_can_neither_log_a_browser_in_nor_out(
    api: Api, alice: User, cookie: str, headers: dict[str, str]
) -> None:
    form = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(FORM)}"]
    for method, body, own in (("POST", FORM, form), ("DELETE", b"", [f"Cookie: session={cookie}"])):
        response = raw.ask(api, method, "/auth/session", [*own, *lines(api, headers)], body)
        assert_problem(response, 403, "cross-site")
        assert "set-cookie" not in response.headers
    assert api.http.get("/auth/session", headers=sending(cookie)).status_code == 200


@pytest.mark.parametrize("path", ["/auth/me", "/auth/session", "/books/?limit=1"])
@pytest.mark.parametrize("headers", REFUSED, ids=str)
def test_reading_is_not_affected(api: Api, cookie: str, path: str, headers: dict[str, str]) -> None:
    # What a page may read of it is the browser's affair, and no header here lets it.
    response = raw.ask(api, "GET", path, [f"Cookie: session={cookie}", *lines(api, headers)])
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("path", ["/books/", "/auth/me", "/auth/session", "/health/live", "/openapi.json", "/nothing"])
def test_no_answer_may_be_read_by_pages_of_another_site(api: Api, cookie: str, path: str, method: str) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    response = api.http.request(method, path, headers=sending(cookie) | asked)
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_it_is_refused_before_the_session_is_looked_up(api: Api) -> None:
    for value in ("nonsense", "a; session=b"):
        headers = sending(value) | {"Sec-Fetch-Site": "cross-site"}
        response = api.http.post("/books/", json=book_fields(), headers=headers)
        assert_problem(response, 403, "cross-site")


def test_a_change_without_any_credentials_is_401_from_wherever_it_comes(api: Api) -> None:
    response = api.http.post("/books/", json=book_fields(), headers={"Sec-Fetch-Site": "cross-site"})
    assert_problem(response, 401, "credentials-required")


def test_an_account_is_opened_from_anywhere_as_it_logs_nobody_in(api: Api) -> None:
    body = {"username": unique("user"), "password": "long enough"}
    response = api.http.post("/auth/register", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 201
