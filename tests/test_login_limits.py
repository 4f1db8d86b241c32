"""Limits of logins where a test needs servers of its own: a second address, a small limit, a short window, proxies."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import forks
from tests.conftest import CHEAP_HASHES
from tests.contract.client import Api, assert_problem, client_of, unique
from tests.databases import fresh_postgresql
from tests.postgres import NoPostgres, cluster
from tests.servers import TWINS, serving

WRONG = "not the password"
LIMIT = 6


@contextmanager
def server(twin: str, database: str, tmp_path: Path, *, workers: int = 1, **settings: object) -> Iterator[str]:
    environment = {
        "DATABASE_URL": database,
        "SECRET_KEY": "a secret of at least thirty-two bytes",
        **CHEAP_HASHES,
        **{name.upper(): str(value) for name, value in settings.items()},
    }
    log = tmp_path / f"{twin}.log"
    with (
        forks.serving(twin, environment, log)
        if workers == 1
        else serving(twin, environment, log, workers=workers) as url
    ):
        yield url


@contextmanager
def client(url: str, address: str = "127.0.0.1", **headers: str) -> Iterator[Api]:
    """A client at an address of its own: all of 127.0.0.0/8 is this machine."""
    with client_of(url, local_address=address) as http:
        http.headers.update(headers)
        yield Api(http)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/books.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, sqlite: str) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite
        return
    try:
        with cluster() as url, fresh_postgresql(url) as fresh:
            yield fresh
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=TWINS)
def strict(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that lets an account fail twice and an address a few times; each test has addresses of its own."""
    folder = tmp_path_factory.mktemp(request.param)
    limits = {"login_failures_per_account": 2, "login_failures_per_address": LIMIT}
    with server(request.param, f"sqlite:///{folder}/books.sqlite3", folder, **limits) as url:
        yield url


@pytest.fixture(scope="module", params=TWINS)
def trusting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server behind a proxy at 127.0.0.1, and behind others further away; it lets an account fail once."""
    folder = tmp_path_factory.mktemp(request.param)
    trusted: dict[str, Any] = {"trusted_proxies": "127.0.0.1, 10.0.0.0/8", "login_failures_per_account": 1}
    with server(request.param, f"sqlite:///{folder}/books.sqlite3", folder, **trusted) as url:
        yield url


def fail(api: Api, username: str, times: int) -> list[int]:
    return [api.log_in(username, WRONG).status_code for _ in range(times)]


def test_who_fails_on_purpose_shuts_out_nobody_but_himself(strict: str) -> None:
    with client(strict, "127.0.0.1") as owner, client(strict, "127.0.0.2") as stranger:
        username = owner.new_user().username
        assert fail(stranger, username, 3) == [401, 401, 429]
        assert owner.log_in(username).status_code == 200
        assert_problem(stranger.log_in(username), 429, "too-many-logins")


def test_an_address_may_fail_only_so_often_whatever_the_account(strict: str) -> None:
    with client(strict, "127.0.0.3") as owner, client(strict, "127.0.0.4") as stranger:
        username = owner.new_user().username
        assert [fail(stranger, unique("guess"), 1) for _ in range(LIMIT)] == [[401]] * LIMIT
        assert_problem(stranger.log_in(username), 429, "too-many-logins")
        assert owner.log_in(username).status_code == 200


def test_a_right_password_does_not_give_the_address_new_tries(strict: str) -> None:
    with client(strict, "127.0.0.5") as api:
        own = api.new_user().username
        for _ in range(LIMIT):
            assert fail(api, unique("guess"), 1) == [401]
            api.log_in(own)
        assert_problem(api.log_in(own), 429, "too-many-logins")


@pytest.mark.parametrize("twin", TWINS)
def test_a_failure_is_forgotten_when_its_window_ends_and_retry_after_says_when(
    twin: str, sqlite: str, tmp_path: Path
) -> None:
    with (
        server(twin, sqlite, tmp_path, login_failures_per_account=2, login_window_seconds=3) as url,
        client(url) as api,
    ):
        username = api.new_user().username
        assert fail(api, username, 2) == [401, 401]
        refused = api.log_in(username)
        assert_problem(refused, 429, "too-many-logins")
        wait_s = int(refused.headers["retry-after"])
        assert 1 <= wait_s <= 3
        time.sleep(wait_s)
        assert api.log_in(username).status_code == 200


def test_both_servers_and_all_workers_share_the_count_to_the_last_guess(database: str, tmp_path: Path) -> None:
    limits: dict[str, Any] = {"workers": 2, "login_failures_per_account": LIMIT, "password_hash_wait_seconds": 20}
    with (
        server("flask", database, tmp_path, **limits) as one,
        server("fastapi", database, tmp_path, **limits) as other,
        client(one) as flask,
        client(other) as fastapi,
    ):
        username = flask.new_user().username
        with ThreadPoolExecutor(8) as threads:
            guesses = [threads.submit(fail, api, username, 1) for api in (flask, fastapi) * (2 * LIMIT)]
        answers = [guess.result()[0] for guess in guesses]
        assert (answers.count(401), answers.count(429)) == (LIMIT, 3 * LIMIT)
        for api in (flask, fastapi):
            assert_problem(api.log_in(username), 429, "too-many-logins")


def test_without_trusted_proxies_nobody_chooses_his_address_or_scheme(strict: str) -> None:
    address = "127.0.0.6"
    with client(strict, address) as api:
        username = api.new_user().username
        response = api.open_browser(username, **{"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on"})
        assert "Secure" not in response.headers["set-cookie"]
        for n in range(LIMIT):
            forged = {"X-Forwarded-For": f"203.0.113.{n}", "Forwarded": f"for=203.0.113.{n}"}
            with client(strict, address, **forged) as forger:
                assert fail(forger, unique("guess"), 1) == [401]
        assert_problem(api.log_in(username), 429, "too-many-logins")


def test_a_trusted_proxy_says_whose_request_it_is_and_by_which_scheme(trusting: str) -> None:
    with client(trusting) as proxy:
        username = proxy.new_user().username

        def guess(forwarded_for: str) -> int:
            with client(trusting, **{"X-Forwarded-For": forwarded_for}) as api:
                return api.log_in(username, WRONG).status_code

        assert [guess("203.0.113.1"), guess("203.0.113.1")] == [401, 429]
        # Our own proxies further away are passed over, and what a client wrote before its own address does not count.
        assert guess("198.51.100.9, 203.0.113.1, 10.1.2.3") == 429
        assert guess("203.0.113.1, 203.0.113.2") == 401
        assert "Secure" in proxy.open_browser(username, **{"X-Forwarded-Proto": "https"}).headers["set-cookie"]
        assert "Secure" not in proxy.open_browser(username, **{"X-Forwarded-Proto": "http"}).headers["set-cookie"]


def test_who_calls_past_the_proxy_is_not_believed(trusting: str) -> None:
    with client(trusting, "127.0.0.2", **{"X-Forwarded-Proto": "https"}) as stranger:
        assert "Secure" not in stranger.open_browser(stranger.new_user().username).headers["set-cookie"]
