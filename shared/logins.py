"""How often a login may fail. The count is kept in the database, so all workers, hosts and both servers share it.

A failure counts for its account as tried from its address, and for its address in all. An account by itself is never
closed: who fails on purpose shuts out nobody but himself.
"""

import hmac
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_network
from math import ceil
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from shared import accounts
from shared.config import Settings
from shared.errors import TooManyLogins
from shared.model import Credentials, fold
from shared.proxies import parsed_address
from shared.tables import login_failures as table

_DROPPED_AT_ONCE = 100


class Counted(NamedTuple):
    """Something that failures are counted for, and how many there may be."""

    key: str
    limit: int


class Attempt(NamedTuple):
    """What a failed login would count for."""

    account: Counted
    address: Counted
    window: timedelta


class LoginLimits:
    """The limits of the settings; names and addresses are stored hashed, with a key that is not in the database."""

    def __init__(self, key: bytes, settings: Settings) -> None:
        self._key = key
        self._per_account = settings.login_failures_per_account
        self._per_address = settings.login_failures_per_address
        self._window = timedelta(seconds=settings.login_window_seconds)

    def attempt(self, username: str, address: str) -> Attempt:
        """A login as `username`, whether there is such an account or not."""
        network = client_network(address)
        return Attempt(
            Counted(self._hash(f"login account {network} {fold(username)}"), self._per_account),
            Counted(self._hash(f"login address {network}"), self._per_address),
            self._window,
        )

    def _hash(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), "sha256").hex()


def client_network(address: str) -> str:
    """What counts as one address: of IPv6 the first 64 bits, of which every client has the rest for itself."""
    parsed = parsed_address(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed or address)


def credentials(connection: Connection, attempt: Attempt, username: str, now: datetime) -> Credentials | None:
    """What the login is checked against, None for an unknown name; raises TooManyLogins."""
    admit(connection, attempt, now)
    return accounts.credentials(connection, username)


def admit(connection: Connection, attempt: Attempt, now: datetime) -> bool:
    """Whether failures are counted for the account; raises TooManyLogins while there are too many of any kind."""
    since = now - attempt.window
    oldest = [_newest(connection, counted, counted.limit, since) for counted in (attempt.account, attempt.address)]
    waits = [failed_at - since for failed_at in oldest if failed_at is not None]
    if waits:
        raise TooManyLogins(max(1, ceil(max(waits).total_seconds())))
    return _newest(connection, attempt.account, 1, since) is not None


def record(connection: Connection, attempt: Attempt, now: datetime) -> None:
    """Count a failure; raises TooManyLogins when others, sent at the same time, have filled the count meanwhile."""
    _one_at_a_time(connection, attempt)
    admit(connection, attempt, now)
    _drop(connection, now - attempt.window)
    rows = [{"key": counted.key, "failed_at": now} for counted in (attempt.account, attempt.address)]
    connection.execute(insert(table), rows)


def forget(connection: Connection, attempt: Attempt) -> None:
    """Count no failure of the account any more."""
    connection.execute(delete(table).where(table.c.key == attempt.account.key))


def _newest(connection: Connection, counted: Counted, number: int, since: datetime) -> datetime | None:
    """When the failure happened that has `number` in the order from the newest, None if there are fewer."""
    statement = select(table.c.failed_at).where(table.c.key == counted.key, table.c.failed_at > since)
    newest_first = statement.order_by(table.c.failed_at.desc()).offset(number - 1).limit(1)
    return connection.execute(newest_first).scalar_one_or_none()


def _one_at_a_time(connection: Connection, attempt: Attempt) -> None:
    # PostgreSQL would let two transactions count the same rows; SQLite has one writer at a time.
    if connection.dialect.name == "postgresql":
        for key in sorted((attempt.account.key, attempt.address.key)):
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def _drop(connection: Connection, until: datetime) -> None:
    # The oldest by id, so that this costs the same however many there are; each failure adds two rows.
    oldest = select(table.c.id).order_by(table.c.id).limit(_DROPPED_AT_ONCE).with_for_update(skip_locked=True)
    connection.execute(delete(table).where(table.c.id.in_(oldest), table.c.failed_at <= until))
