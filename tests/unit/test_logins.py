"""Failed logins in the database: when one counts, when it is forgotten, and what is stored of it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from shared import logins
from shared.config import Settings
from shared.engine import Engines
from shared.errors import TooManyLogins
from shared.logins import Attempt, LoginLimits
from shared.tables import login_failures

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SETTINGS = {"login_failures_per_account": 2, "login_failures_per_address": 3, "login_window_seconds": 60}


def seconds(count: float) -> datetime:
    return NOW + timedelta(seconds=count)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3", **SETTINGS)  # type: ignore[arg-type]


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    engines = Engines(settings)
    with engines.writes.begin() as opened:
        login_failures.create(opened)
        yield opened
    engines.dispose()


@pytest.fixture
def limits(settings: Settings) -> LoginLimits:
    return LoginLimits(b"k" * 32, settings)


@pytest.fixture
def attempt(limits: LoginLimits) -> Attempt:
    return limits.attempt("genly", "203.0.113.1")


def waiting(connection: Connection, attempt: Attempt, now: datetime) -> int:
    """The seconds that a login is told to wait."""
    with pytest.raises(TooManyLogins) as refused:
        logins.admit(connection, attempt, now)
    return int(refused.value.headers()["Retry-After"])


def test_the_wait_is_until_the_oldest_counted_failure_leaves(connection: Connection, attempt: Attempt) -> None:
    for at in (0, 20):
        logins.record(connection, attempt, seconds(at))
    assert [waiting(connection, attempt, seconds(at)) for at in (20, 21, 59, 59.5)] == [40, 39, 1, 1]
    assert logins.admit(connection, attempt, seconds(60))
    logins.record(connection, attempt, seconds(60))
    assert waiting(connection, attempt, seconds(60)) == 20


def test_the_wait_is_the_longer_of_account_and_address(connection: Connection, limits: LoginLimits) -> None:
    account = limits.attempt("genly", "203.0.113.1")
    logins.record(connection, account, seconds(0))
    logins.record(connection, limits.attempt("other", "203.0.113.1"), seconds(10))
    logins.record(connection, account, seconds(30))
    # The address may come back at 60, the account as well; then three more fill the address.
    assert waiting(connection, account, seconds(30)) == 30
    logins.record(connection, limits.attempt("other", "203.0.113.1"), seconds(61))
    assert waiting(connection, account, seconds(61)) == 9


def test_a_full_count_takes_no_more(connection: Connection, attempt: Attempt) -> None:
    for at in (0, 1):
        logins.record(connection, attempt, seconds(at))
    with pytest.raises(TooManyLogins):
        logins.record(connection, attempt, seconds(2))
    assert connection.execute(select(func.count()).select_from(login_failures)).scalar_one() == 4


def test_forgetting_is_for_the_account_and_not_for_the_address(connection: Connection, limits: LoginLimits) -> None:
    attempt = limits.attempt("genly", "203.0.113.1")
    for at in (0, 1):
        logins.record(connection, attempt, seconds(at))
    logins.forget(connection, attempt)
    assert not logins.admit(connection, attempt, seconds(2))
    logins.record(connection, attempt, seconds(2))
    assert waiting(connection, attempt, seconds(3)) == 57


def test_rows_that_count_no_more_are_deleted_as_new_ones_come(connection: Connection, limits: LoginLimits) -> None:
    for n in range(200):
        logins.record(connection, limits.attempt(f"name{n}", f"203.0.113.{n}"), seconds(0))
    for n in range(10):
        logins.record(connection, limits.attempt("genly", f"203.0.113.{n}"), seconds(61))
    assert connection.execute(select(func.count()).select_from(login_failures)).scalar_one() == 20


def test_neither_names_nor_addresses_are_stored(connection: Connection, attempt: Attempt, settings: Settings) -> None:
    logins.record(connection, attempt, NOW)
    stored = set(connection.execute(select(login_failures.c.key)).scalars())
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in stored)
    # Who has the table but not the secret cannot find out by trying: the addresses of IPv4 are few.
    elsewhere = LoginLimits(b"x" * 32, settings).attempt("genly", "203.0.113.1")
    assert not stored & {elsewhere.account.key, elsewhere.address.key}


def test_a_name_is_counted_in_its_canonical_form(limits: LoginLimits) -> None:
    spellings = {limits.attempt(name, "203.0.113.1").account for name in ("genly", "GENLY", "\uff47enly")}
    assert len(spellings) == 1
