"""Two hosts whose clocks are apart, one of each twin, on one database: who is believed, and until exactly when.

Whatever ends is judged by the clock of the host that is asked. What another host has signed may come from the future by
as much as CLOCK_SKEW_S; an end has no leeway.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from fastapi_impl.app import create_app as create_fastapi
from flask_impl.app import create_app as create_flask
from shared.config import Settings
from shared.migrate import upgrade
from shared.tokens import CLOCK_SKEW_S
from tests.contract.client import PASSWORD
from tests.resilience.conftest import SECRET, Place
from tests.servers import TWINS

# Where each twin asks what time it is, for anything that ends.
MODULES = ("auth", "current", "logins", "sessions")
ACCESS_S, REFRESH_S, COOKIE_S = 900, 2_592_000, 604_800
LOGIN = {"username": "genly", "password": PASSWORD}

pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


class Host:
    """A twin in this process, and what its clock says beside the right time."""

    def __init__(self, twin: str, settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = now
        self.ahead_s = 0.0
        for module in MODULES:
            monkeypatch.setattr(f"{twin}_impl.{module}.utc_now", lambda: self._now + timedelta(seconds=self.ahead_s))
        self._send = {"flask": _to_flask, "fastapi": _to_fastapi}[twin](settings)

    def ask(self, method: str, path: str, **options: object) -> httpx2.Response:
        """One exchange."""
        return self._send(method, path, options)

    def log_in(self) -> dict[str, str]:
        """The tokens of a new session."""
        answer = self.ask("POST", "/auth/login", data=LOGIN)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()
        return tokens

    def takes(self, tokens: Mapping[str, str]) -> bool:
        """Whether an access token is good here."""
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        status = self.ask("GET", "/auth/me", headers=headers).status_code
        assert status in {200, 401}
        return status == 200


Send = Callable[[str, str, dict[str, object]], httpx2.Response]


def _to_flask(settings: Settings) -> Send:
    transport = httpx2.WSGITransport(create_flask(settings))

    def send(method: str, path: str, options: dict[str, object]) -> httpx2.Response:
        with httpx2.Client(transport=transport, base_url="http://test") as http:
            return http.request(method, path, **options)  # type: ignore[arg-type]

    return send


def _to_fastapi(settings: Settings) -> Send:
    transport = httpx2.ASGITransport(create_fastapi(settings))

    async def exchange(method: str, path: str, options: dict[str, object]) -> httpx2.Response:
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
            return await http.request(method, path, **options)  # type: ignore[arg-type]

    return lambda method, path, options: asyncio.run(exchange(method, path, options))


@pytest.fixture(params=TWINS)
def hosts(request: pytest.FixtureRequest, place: Place, monkeypatch: pytest.MonkeyPatch) -> tuple[Host, Host]:
    """The one that signs, and the one that is asked; genly has an account."""
    monkeypatch.setenv("SECRET_KEY", SECRET)
    settings = Settings(database_url=place.settings.database_url, files_dir=place.settings.files_dir)
    upgrade(settings)
    now = datetime.now(UTC).replace(microsecond=0)
    found = {twin: Host(twin, settings, now, monkeypatch) for twin in TWINS}
    signer = found.pop(request.param)
    assert signer.ask("POST", "/auth/register", json=LOGIN).status_code == 201
    return signer, found.popitem()[1]


def test_a_token_from_a_clock_that_is_ahead_is_good_up_to_the_skew(hosts: tuple[Host, Host]) -> None:
    signer, asked = hosts
    tokens = signer.log_in()
    for apart_s, good in ((-CLOCK_SKEW_S - 1, False), (-CLOCK_SKEW_S - 0.001, False), (-CLOCK_SKEW_S, True), (0, True)):
        asked.ahead_s = apart_s
        assert asked.takes(tokens) == good, apart_s


def test_a_token_ends_when_the_clock_of_the_host_that_is_asked_says_so(hosts: tuple[Host, Host]) -> None:
    signer, asked = hosts
    tokens = signer.log_in()
    for passed_s, good in ((ACCESS_S - 0.001, True), (ACCESS_S, False), (ACCESS_S + 1, False)):
        asked.ahead_s = passed_s
        assert asked.takes(tokens) == good, passed_s
        # Where the clock stands still, nothing has ended.
        assert signer.takes(tokens)


def test_a_session_ends_when_the_clock_of_the_host_that_is_asked_says_so(hosts: tuple[Host, Host]) -> None:
    signer, asked = hosts
    for passed_s, status in ((REFRESH_S - 1, 200), (REFRESH_S, 401)):
        token = {"refresh_token": signer.log_in()["refresh_token"]}
        asked.ahead_s = passed_s
        assert asked.ask("POST", "/auth/refresh", json=token).status_code == status, passed_s


def test_a_refresh_reckons_the_next_end_from_the_clock_of_the_host_that_did_it(hosts: tuple[Host, Host]) -> None:
    signer, asked = hosts
    asked.ahead_s = 3600
    token = {"refresh_token": signer.log_in()["refresh_token"]}
    later = {"refresh_token": asked.ask("POST", "/auth/refresh", json=token).json()["refresh_token"]}
    signer.ahead_s = REFRESH_S + 3599
    assert signer.ask("POST", "/auth/refresh", json=later).status_code == 200


def test_a_cookie_ends_when_the_clock_of_the_host_that_is_asked_says_so(hosts: tuple[Host, Host]) -> None:
    signer, asked = hosts
    opened = signer.ask("POST", "/auth/session", data=LOGIN)
    assert opened.status_code == 200, opened.text
    cookie = {"Cookie": opened.headers["set-cookie"].partition(";")[0]}
    for passed_s, status in ((COOKIE_S - 1, 200), (COOKIE_S, 401)):
        asked.ahead_s = passed_s
        assert asked.ask("GET", "/auth/session", headers=cookie).status_code == status, passed_s
