"""What ends by itself ends when the server said. A rule that waits needs lifetimes that one can wait for."""

import time
from collections.abc import Callable

import httpx2
import pytest

from tests.contract.client import Api, assert_problem, sending, session_cookie

LONGEST_S = 10

pytestmark = pytest.mark.short_lifetimes


def assert_lasts(ask: Callable[[], httpx2.Response], lifetime_s: int, began: float) -> None:
    """Check that `ask` succeeds for the lifetime, which began after `began`, and is refused after it.

    The last second is left out: instants in tokens are whole seconds.
    """
    given = time.monotonic()
    if lifetime_s > LONGEST_S:
        pytest.skip(f"this lasts {lifetime_s} s: start the server with ACCESS_TOKEN_SECONDS=2 SESSION_SECONDS=2")
    while time.monotonic() - began < lifetime_s - 1:
        response = ask()
        # An answer that took its time says nothing of the moment at which it was made.
        assert response.status_code == 200 or time.monotonic() - began > lifetime_s - 1
        time.sleep(0.1)
    time.sleep(max(0.0, given + lifetime_s + 0.1 - time.monotonic()))
    assert_problem(ask(), 401, "invalid-token")


def me(api: Api, token: str) -> httpx2.Response:
    return api.http.get("/auth/me", headers={"Authorization": f"Bearer {token}"})


def test_an_access_token_lasts_as_long_as_the_login_said_and_then_is_renewed(api: Api) -> None:
    username = api.new_user().username
    began = time.monotonic()
    tokens = api.log_in(username).json()
    assert_lasts(lambda: me(api, tokens["access_token"]), tokens["expires_in"], began)
    renewed = api.http.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).json()
    assert me(api, renewed["access_token"]).status_code == 200


@pytest.mark.parametrize("path", ["/auth/session", "/auth/me"])
def test_a_session_of_a_browser_lasts_as_long_as_its_cookie(api: Api, path: str) -> None:
    username = api.new_user().username
    began = time.monotonic()
    opened = api.open_browser(username)
    (max_age,) = (part.partition("=")[2] for part in opened.headers["set-cookie"].split("; ") if "Max-Age" in part)
    cookie = sending(session_cookie(opened))
    assert_lasts(lambda: api.http.get(path, headers=cookie), int(max_age), began)
