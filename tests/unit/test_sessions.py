"""Sessions of browsers in the database: of one length, and one at a time for each browser."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from shared import accounts, sessions
from shared.errors import InvalidToken
from shared.model import User, Verified
from shared.schemas import Me, Registration
from shared.tables import sessions as table

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ENDED = r"^The session has ended\.$"


@pytest.fixture
def me(writable: Connection) -> Me:
    """A new account."""
    return accounts.register(writable, Registration(username="genly", password="winter is long"), "its hash", NOW)


def opened(connection: Connection, me: Me, replaced: str | None = None, now: datetime = NOW) -> str:
    session = sessions.open_session(connection, Verified(me.id, None), replaced, now, DAY)
    assert session.account == me
    return session.session_id


def revoked_at(connection: Connection, session_id: str) -> datetime | None:
    ended: datetime | None = connection.scalars(select(table.c.revoked_at).where(table.c.id == session_id)).one()
    return ended


def test_a_session_is_its_users_until_it_expires(writable: Connection, me: Me) -> None:
    session_id = opened(writable, me)
    for now in (NOW, NOW + DAY - SECOND):
        assert sessions.identify(writable, session_id, now) == User(me.id, "genly")
    with pytest.raises(InvalidToken, match=ENDED):
        sessions.identify(writable, session_id, NOW + DAY)


def test_an_unknown_session_is_nobodys(writable: Connection, me: Me) -> None:
    opened(writable, me)
    with pytest.raises(InvalidToken, match=ENDED):
        sessions.identify(writable, "unknown", NOW)


def test_a_login_ends_the_session_that_it_replaces_and_no_other(writable: Connection, me: Me) -> None:
    first, second = opened(writable, me), opened(writable, me)
    third = opened(writable, me, replaced=first, now=NOW + SECOND)
    assert [revoked_at(writable, one) for one in (first, second, third)] == [NOW + SECOND, None, None]


def test_a_logout_ends_a_session_once(writable: Connection, me: Me) -> None:
    first, second = opened(writable, me), opened(writable, me)
    sessions.close_session(writable, first, NOW + SECOND)
    with pytest.raises(InvalidToken, match=ENDED):
        sessions.close_session(writable, first, NOW + 2 * SECOND)
    with pytest.raises(InvalidToken, match=ENDED):
        sessions.identify(writable, first, NOW)
    assert [revoked_at(writable, one) for one in (first, second)] == [NOW + SECOND, None]


def test_a_session_that_has_expired_cannot_be_ended(writable: Connection, me: Me) -> None:
    session_id = opened(writable, me)
    with pytest.raises(InvalidToken, match=ENDED):
        sessions.close_session(writable, session_id, NOW + DAY)
    assert revoked_at(writable, session_id) is None
    sessions.close_session(writable, session_id, NOW + DAY - SECOND)
