"""Accounts and their sessions in the database: what a login, a refresh and a logout leave behind, to the second."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from shared import accounts
from shared.errors import InvalidToken, UsernameTaken
from shared.model import Credentials, Session, User, Verified
from shared.schemas import Me, Registration
from shared.tables import refresh_tokens, sessions, users
from shared.tokens import Claims, refresh_token_hash

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def me(writable: Connection) -> Me:
    """A new account."""
    form = Registration(username="Genly", password="winter is long", email="genly@example.org")
    return accounts.register(writable, form, "its hash", NOW)


@pytest.fixture
def session(writable: Connection, me: Me) -> Session:
    """A session of the account, which ends in a day."""
    return accounts.open_session(writable, Verified(me.id, None), NOW, DAY)


def claims_of(session: Session, sub: object | None = None) -> Claims:
    """What an access token of the session says."""
    subject = str(sub or session.user_id)
    return Claims(iss="books", aud="books-api", sub=subject, sid=session.id, jti="j", iat=0, exp=9)


def row_of(connection: Connection, session_id: str) -> tuple[datetime, datetime, datetime | None]:
    columns = (sessions.c.created_at, sessions.c.expires_at, sessions.c.revoked_at)
    created, expires, revoked = connection.execute(select(*columns).where(sessions.c.id == session_id)).one()
    return created, expires, revoked


def is_alive(connection: Connection, session: Session) -> bool:
    try:
        accounts.identify(connection, claims_of(session))
    except InvalidToken:
        return False
    return True


def test_an_account_is_kept_under_its_canonical_name(writable: Connection, me: Me) -> None:
    row = writable.execute(select(users).where(users.c.id == me.id)).one()
    assert (row.username, row.email, row.password_hash, row.created_at) == ("genly", me.email, "its hash", NOW)
    assert (me.username, me.email, me.created_at) == ("genly", "genly@example.org", NOW)


def test_a_name_that_somebody_has_is_taken(writable: Connection, me: Me) -> None:
    form = Registration(username=me.username.upper(), password="another password")
    with pytest.raises(UsernameTaken), writable.begin_nested():
        accounts.register(writable, form, "another hash", NOW)
    assert accounts.credentials(writable, me.username) == Credentials(me.id, "its hash")


@pytest.mark.parametrize("spelling", ["genly", "GENLY", "\uff47enly"])
def test_a_login_is_checked_against_the_account_of_any_spelling(writable: Connection, me: Me, spelling: str) -> None:
    assert accounts.credentials(writable, spelling) == Credentials(me.id, "its hash")


def test_an_unknown_name_has_no_credentials(writable: Connection, me: Me) -> None:
    assert accounts.credentials(writable, f"{me.username}x") is None


def test_a_session_lasts_for_its_lifetime(writable: Connection, session: Session) -> None:
    assert row_of(writable, session.id) == (NOW, NOW + DAY, None)
    stored = writable.execute(select(refresh_tokens).where(refresh_tokens.c.session_id == session.id)).one()
    assert (stored.hash, stored.used_at) == (refresh_token_hash(session.refresh_token), None)


def test_sessions_and_refresh_tokens_are_never_the_same(writable: Connection, me: Me) -> None:
    opened = [accounts.open_session(writable, Verified(me.id, None), NOW, DAY) for _ in range(3)]
    assert len({one.id for one in opened}) == len({one.refresh_token for one in opened}) == 3
    assert all(len(one.id) == 32 for one in opened)


@pytest.mark.usefixtures("session")
def test_a_login_keeps_the_hash_unless_there_is_a_new_one(writable: Connection, me: Me) -> None:
    other = accounts.register(writable, Registration(username="estraven", password="another one"), "theirs", NOW)
    assert accounts.credentials(writable, "genly") == Credentials(me.id, "its hash")
    accounts.open_session(writable, Verified(me.id, "a dearer hash"), NOW, DAY)
    assert accounts.credentials(writable, "genly") == Credentials(me.id, "a dearer hash")
    assert accounts.credentials(writable, "estraven") == Credentials(other.id, "theirs")


def test_a_login_drops_the_expired_sessions_of_its_user_only(writable: Connection, me: Me, session: Session) -> None:
    other = accounts.register(writable, Registration(username="estraven", password="another one"), "theirs", NOW)
    theirs = accounts.open_session(writable, Verified(other.id, None), NOW, DAY)
    longer = accounts.open_session(writable, Verified(me.id, None), NOW, DAY + SECOND)
    new = accounts.open_session(writable, Verified(me.id, None), NOW + DAY, DAY)
    left = set(writable.scalars(select(sessions.c.id)))
    assert left >= {theirs.id, longer.id, new.id}
    assert session.id not in left


def test_a_refresh_gives_the_next_token_and_puts_the_end_off(writable: Connection, session: Session) -> None:
    later = NOW + DAY - SECOND
    renewed = accounts.rotate(writable, session.refresh_token, later, DAY)
    assert renewed
    assert (renewed.id, renewed.user_id) == (session.id, session.user_id)
    assert renewed.refresh_token != session.refresh_token
    assert row_of(writable, session.id) == (NOW, later + DAY, None)
    used = select(refresh_tokens.c.used_at).where(refresh_tokens.c.hash == refresh_token_hash(session.refresh_token))
    assert writable.execute(used).scalar_one() == later


def test_a_refresh_at_the_end_comes_too_late(writable: Connection, session: Session) -> None:
    assert accounts.rotate(writable, session.refresh_token, NOW + DAY, DAY) is None
    assert row_of(writable, session.id)[1] == NOW + DAY
    assert writable.scalar(select(func.count()).where(refresh_tokens.c.session_id == session.id)) == 1


def test_a_token_that_comes_twice_ends_its_session_and_no_other(writable: Connection, me: Me, session: Session) -> None:
    other = accounts.open_session(writable, Verified(me.id, None), NOW, DAY)
    renewed = accounts.rotate(writable, session.refresh_token, NOW, DAY)
    assert renewed
    assert accounts.rotate(writable, session.refresh_token, NOW + SECOND, DAY) is None
    assert row_of(writable, session.id)[2] == NOW + SECOND
    assert accounts.rotate(writable, renewed.refresh_token, NOW + SECOND, DAY) is None
    assert row_of(writable, other.id) == (NOW, NOW + DAY, None)
    assert is_alive(writable, other)


def test_an_unknown_token_ends_nothing(writable: Connection, session: Session) -> None:
    assert accounts.rotate(writable, "unknown", NOW, DAY) is None
    assert accounts.close_session(writable, "unknown", NOW) is False
    assert is_alive(writable, session)


def test_a_logout_revokes_the_session_once(writable: Connection, me: Me, session: Session) -> None:
    other = accounts.open_session(writable, Verified(me.id, None), NOW, DAY)
    for later in (SECOND, 2 * SECOND):
        assert accounts.close_session(writable, session.refresh_token, NOW + later) is True
    assert row_of(writable, session.id)[2] == NOW + SECOND
    assert not is_alive(writable, session)
    assert is_alive(writable, other)


def test_a_token_speaks_for_the_user_of_its_session(writable: Connection, me: Me, session: Session) -> None:
    assert accounts.identify(writable, claims_of(session)) == User(me.id, "genly")
    assert accounts.me(writable, User(me.id, "genly")) == me


def test_a_token_of_another_user_or_session_speaks_for_nobody(writable: Connection, me: Me, session: Session) -> None:
    for claims in (claims_of(session, me.id + 1), claims_of(Session("other", me.id, ""))):
        with pytest.raises(InvalidToken, match=r"^The session of this access token has ended\.$"):
            accounts.identify(writable, claims)
