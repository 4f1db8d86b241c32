"""Use cases of the sessions that browsers hold by a cookie: of one length, without a refresh token."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, update

from shared.accounts import holders, me, start_session
from shared.errors import InvalidToken
from shared.model import User, Verified
from shared.schemas import Me
from shared.tables import sessions


class Opened(NamedTuple):
    """A new session and whose it is."""

    session_id: str
    account: Me


def open_session(
    connection: Connection, verified: Verified, replaced: str | None, now: datetime, lifetime: timedelta
) -> Opened:
    """Start a session for a user whose password was right, and end the one that the browser had before."""
    if replaced is not None:
        _revoke(connection, replaced, now)
    session_id = start_session(connection, verified, now, lifetime)
    return Opened(session_id, me(connection, identify(connection, session_id, now)))


def identify(connection: Connection, session_id: str, now: datetime) -> User:
    """The user whose session this is; raises InvalidToken once it is revoked or expired."""
    alive = holders.where(sessions.c.id == session_id, sessions.c.expires_at > now)
    row = connection.execute(alive).one_or_none()
    if row is None:
        raise InvalidToken("The session has ended.")
    return User(row.id, row.username)


def close_session(connection: Connection, session_id: str, now: datetime) -> None:
    """Revoke a session; raises InvalidToken when it had ended before."""
    if not _revoke(connection, session_id, now):
        raise InvalidToken("The session has ended.")


def _revoke(connection: Connection, session_id: str, now: datetime) -> bool:
    alive = (sessions.c.id == session_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)
    return connection.execute(update(sessions).where(*alive).values(revoked_at=now)).rowcount == 1
