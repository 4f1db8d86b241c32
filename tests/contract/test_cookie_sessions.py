"""Sessions of browsers: a cookie that logs in, is good wherever a token is, and ends on the server."""

import re
from collections.abc import Iterable

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, sending, session_cookie, unique
from tests.contract.routes import NEEDING_USERS, Route
from tests.contract.violations import Attempt

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def ask(api: Api, header: str, path: str = "/auth/session") -> httpx2.Response:
    """Ask who one is, with this Cookie header."""
    return api.http.get(path, headers={"Cookie": header})


def accepted(api: Api, values: Iterable[str]) -> list[str]:
    """Those cookies that are not refused as they should be."""
    return [
        value for value in values if raw.ask(api, "GET", "/auth/me", [f"Cookie: session={value}"]).status_code != 401
    ]


def assert_ended(api: Api, cookie: str) -> None:
    for path in ("/auth/session", "/auth/me"):
        assert_problem(ask(api, f"session={cookie}", path), 401, "invalid-token")


@pytest.fixture
def cookie(api: Api, alice: User) -> str:
    """A session of alice's that the test may end."""
    return api.browser(alice.username)


def test_a_login_answers_with_the_account_and_sets_the_cookie(api: Api, alice: User) -> None:
    response = api.open_browser(alice.username)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == api.http.get("/auth/me", headers=alice.auth).json()
    first, *attributes = response.headers["set-cookie"].split("; ")
    assert re.fullmatch(r"session=[A-Za-z0-9._-]{32,200}", first)
    named = {name.lower(): value for name, _, value in (attribute.partition("=") for attribute in attributes)}
    assert int(named.pop("max-age")) > 0
    # Secure is added behind https, where the scheme is known.
    named.pop("secure", None)
    assert named == {"httponly": "", "samesite": "Lax", "path": "/"}


def test_the_cookie_is_secure_exactly_where_the_request_is(api: Api, alice: User) -> None:
    response = api.open_browser(alice.username)
    assert ("secure" in response.headers["set-cookie"].lower().split("; ")) == (api.http.base_url.scheme == "https")


def test_every_login_has_a_session_of_its_own(api: Api, alice: User) -> None:
    assert api.browser(alice.username) != api.browser(alice.username)


def test_the_cookie_tells_who_one_is(api: Api, alice: User, cookie: str) -> None:
    response = ask(api, f"session={cookie}")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == api.http.get("/auth/me", headers=alice.auth).json()


def test_the_cookie_tells_nothing_about_its_holder(api: Api, alice: User, cookie: str) -> None:
    assert alice.username not in cookie


def test_a_wrong_login_sets_no_cookie(api: Api, alice: User) -> None:
    for response in (api.open_browser(alice.username, "not the password"), api.open_browser(unique("nobody"))):
        assert_problem(response, 401, "wrong-password")
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize("route", NEEDING_USERS, ids=str)
def test_the_cookie_is_good_wherever_a_token_is(api: Api, alice: User, bob: User, route: Route) -> None:
    assert Attempt(api, alice, bob, route, by_cookie=True).send().is_success


@pytest.mark.parametrize("authorization", ["Bearer x.y.z", "Bearer", "Basic eDp5", ""], ids=ascii)
def test_an_authorization_header_is_judged_alone(api: Api, cookie: str, authorization: str) -> None:
    response = raw.ask(api, "GET", "/auth/me", [f"Authorization: {authorization}", f"Cookie: session={cookie}"])
    assert_problem(response, 401)


def test_a_bad_cookie_does_not_disturb_a_good_token(api: Api, alice: User) -> None:
    assert api.http.get("/auth/me", headers=alice.auth | sending("nonsense")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_token_is_not_looked_at_where_the_session_itself_is_asked_for(api: Api, alice: User, method: str) -> None:
    assert_problem(api.http.request(method, "/auth/session", headers=alice.auth), 401, "credentials-required")


def test_a_logout_ends_the_session_on_the_server(api: Api, cookie: str) -> None:
    response = api.http.delete("/auth/session", headers=sending(cookie))
    assert response.status_code == 204
    assert response.content == b""
    assert_ended(api, cookie)
    assert_problem(api.http.delete("/auth/session", headers=sending(cookie)), 401, "invalid-token")


def test_a_logout_clears_the_cookie_in_the_browser(api: Api, cookie: str) -> None:
    response = api.http.delete("/auth/session", headers=sending(cookie))
    assert session_cookie(response).strip('"') == ""
    assert {"Max-Age=0", "Path=/"} <= set(response.headers["set-cookie"].split("; "))


def test_a_logout_ends_no_other_session(api: Api, alice: User, cookie: str) -> None:
    other = api.browser(alice.username)
    assert api.http.delete("/auth/session", headers=sending(cookie)).status_code == 204
    assert ask(api, f"session={other}").status_code == 200
    assert api.http.get("/auth/me", headers=alice.auth).status_code == 200


def test_a_login_ends_the_session_that_the_browser_had(api: Api, alice: User, bob: User, cookie: str) -> None:
    response = api.open_browser(bob.username, Cookie=f"session={cookie}")
    assert response.json()["username"] == bob.username
    assert_ended(api, cookie)
    assert ask(api, f"session={session_cookie(response)}").status_code == 200


def test_a_login_that_fails_ends_nothing(api: Api, alice: User, cookie: str) -> None:
    response = api.open_browser(alice.username, "not the password", Cookie=f"session={cookie}")
    assert response.status_code == 401
    assert ask(api, f"session={cookie}").status_code == 200


@pytest.mark.parametrize("header", ["session=x.y", "session=", "session=a; session=b", ";;=;", "session"], ids=ascii)
def test_a_login_never_takes_over_a_cookie_that_was_sent(api: Api, alice: User, header: str) -> None:
    response = api.open_browser(alice.username, Cookie=header)
    assert response.status_code == 200
    assert len(session_cookie(response)) > 32


def test_a_cookie_changed_in_any_one_bit_is_refused(api: Api, cookie: str) -> None:
    changed = [
        cookie[:place] + BASE64URL[BASE64URL.index(character) ^ (1 << place % 6)] + cookie[place + 1 :]
        for place, character in enumerate(cookie)
        if character in BASE64URL
    ]
    assert accepted(api, changed) == []


def test_a_cookie_has_one_spelling(api: Api, cookie: str) -> None:
    endings = [BASE64URL[BASE64URL.index(cookie[-1]) ^ bits] for bits in range(1, 64)]
    odd = [f'"{cookie}"', f"{cookie}=", f"{cookie}.", f".{cookie}", f"{cookie} ,", cookie.swapcase(), cookie * 2]
    assert accepted(api, [cookie[:-1] + ending for ending in endings] + odd) == []


@pytest.mark.parametrize(
    "value", ["", "null", "x", "x.y", "A" * 4000, "..", "WyJhIl0.x", "%00", "\xff", "ImEi.", '""'], ids=ascii
)
def test_what_is_not_a_cookie_of_the_server_is_refused(api: Api, value: str) -> None:
    for path in ("/auth/session", "/auth/me"):
        response = raw.ask(api, "GET", path, [f"Cookie: session={value}"])
        assert_problem(response, 401, "invalid-token")


@pytest.mark.parametrize("path", ["/auth/session", "/auth/me"])
@pytest.mark.parametrize(
    "pattern", ["session={0}; session={0}", "session={0}; session=", "session=x; a=b; session={0}"]
)
def test_two_session_cookies_are_refused(api: Api, cookie: str, pattern: str, path: str) -> None:
    assert_problem(ask(api, pattern.format(cookie), path), 401, "invalid-token")


@pytest.mark.parametrize("path", ["/auth/session", "/auth/me"])
def test_a_session_cookie_in_each_of_two_headers_is_refused(api: Api, cookie: str, path: str) -> None:
    assert_problem(raw.ask(api, "GET", path, [f"Cookie: session={cookie}"] * 2), 401, "invalid-token")


@pytest.mark.parametrize("header", ["Session={}", "SESSION={}", "sessions={}", "a=session={}", "session/={}", "{}"])
def test_a_cookie_of_another_name_is_no_session(api: Api, cookie: str, header: str) -> None:
    assert_problem(ask(api, header.format(cookie), "/auth/me"), 401, "credentials-required")


@pytest.mark.parametrize(
    "header",
    ["session={}", "theme=dark; session={}", "session={};", "a=;;  session={} ;b", "a=\xff; session={}"],
    ids=ascii,
)
def test_other_cookies_do_not_disturb(api: Api, cookie: str, header: str) -> None:
    response = raw.ask(api, "GET", "/auth/me", [f"Cookie: {header.format(cookie)}"])
    assert response.status_code == 200


def test_neither_a_token_nor_a_refresh_token_is_a_cookie(api: Api, alice: User) -> None:
    assert accepted(api, [alice.access_token, alice.refresh_token]) == []


def test_a_cookie_is_no_token(api: Api, cookie: str) -> None:
    assert_problem(api.http.get("/auth/me", headers={"Authorization": f"Bearer {cookie}"}), 401, "invalid-token")
    for path in ("/auth/refresh", "/auth/logout"):
        assert_problem(api.http.post(path, json={"refresh_token": cookie}), 401, "invalid-token")
    assert ask(api, f"session={cookie}").status_code == 200


def test_a_cursor_is_no_cookie(api: Api, alice: User) -> None:
    category = unique()
    for _ in range(2):
        api.new_book(alice, category=category)
    assert accepted(api, [api.page(category=category, limit=1)["next"]]) == []


@pytest.mark.parametrize("path", ["/books/?limit=1", "/health/live"])
def test_a_bad_cookie_does_not_disturb_what_is_public(api: Api, path: str) -> None:
    assert ask(api, "session=nonsense; session=more", path).status_code == 200
