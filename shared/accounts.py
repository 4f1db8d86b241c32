"""Use cases of accounts and their sessions."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from shared.errors import InvalidToken, UsernameTaken
from shared.model import Credentials, Session, User, Verified, fold
from shared.schemas import Me, Registration
from shared.tables import refresh_tokens, sessions, users
from shared.tokens import Claims, new_refresh_token, refresh_token_hash


def register(connection: Connection, form: Registration, password_hash: str, now: datetime) -> Me:
    """Open an account; raises UsernameTaken when the canonical name has one."""
    row = {"username": form.username, "email": form.email, "created_at": now}
    statement = insert(users).values(**row, password_hash=password_hash).returning(users.c.id)
    try:
        user_id = connection.execute(statement).scalar_one()
    except IntegrityError:
        raise UsernameTaken from None
    return Me(id=user_id, **row)


def credentials(connection: Connection, username: str) -> Credentials | None:
    """What a login as `username` is checked against, None for an unknown name."""
    statement = select(users.c.id, users.c.password_hash).where(users.c.username == fold(username))
    row = connection.execute(statement).one_or_none()
    return Credentials(row.id, row.password_hash) if row else None


def open_session(connection: Connection, verified: Verified, now: datetime, lifetime: timedelta) -> Session:
    """Start a session for a user whose password was right."""
    session_id = start_session(connection, verified, now, lifetime)
    return Session(session_id, verified.user_id, _add_token(connection, session_id))


def start_session(connection: Connection, verified: Verified, now: datetime, lifetime: timedelta) -> str:
    """A new session of a user, by its id; those of the user that have expired are dropped."""
    user_id, new_hash = verified.user_id, verified.new_hash
    if new_hash is not None:
        connection.execute(update(users).where(users.c.id == user_id).values(password_hash=new_hash))
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id, sessions.c.expires_at <= now))
    session_id = secrets.token_hex(16)
    connection.execute(
        insert(sessions).values(id=session_id, user_id=user_id, created_at=now, expires_at=now + lifetime)
    )
    return session_id


def rotate(connection: Connection, token: str, now: datetime, lifetime: timedelta) -> Session | None:
    """Use up a refresh token for the next one.

    None when it is not good. One that was good once and comes again has been copied: its session is revoked
    (RFC 9700 section 4.14.2). That must be committed, which is why a refusal is a value here and no exception.
    """
    session_id = connection.execute(
        update(refresh_tokens)
        .where(refresh_tokens.c.hash == refresh_token_hash(token), refresh_tokens.c.used_at.is_(None))
        .values(used_at=now)
        .returning(refresh_tokens.c.session_id)
    ).scalar_one_or_none()
    if session_id is None:
        close_session(connection, token, now)
        return None
    user_id = connection.execute(
        update(sessions)
        .where(sessions.c.id == session_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)
        .values(expires_at=now + lifetime)
        .returning(sessions.c.user_id)
    ).scalar_one_or_none()
    return Session(session_id, user_id, _add_token(connection, session_id)) if user_id else None


def close_session(connection: Connection, token: str, now: datetime) -> bool:
    """Revoke the session of a refresh token, used or not; False when the token was never given out."""
    found = connection.execute(
        select(refresh_tokens.c.session_id).where(refresh_tokens.c.hash == refresh_token_hash(token))
    ).scalar_one_or_none()
    connection.execute(
        update(sessions).where(sessions.c.id == found, sessions.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    return found is not None


holders = (
    select(users.c.id, users.c.username)
    .join(sessions, sessions.c.user_id == users.c.id)
    .where(sessions.c.revoked_at.is_(None))
)


def identify(connection: Connection, claims: Claims) -> User:
    """The user whom an access token speaks for; raises InvalidToken once its session is revoked."""
    row = connection.execute(holders.where(sessions.c.id == claims.sid)).one_or_none()
    if row is None or str(row.id) != claims.sub:
        raise InvalidToken("The session of this access token has ended.")
    return User(row.id, row.username)


def me(connection: Connection, user: User) -> Me:
    """The user's own account."""
    columns = (users.c.id, users.c.username, users.c.email, users.c.created_at)
    row = connection.execute(select(*columns).where(users.c.id == user.id)).one()
    return Me(**row._mapping)


def _add_token(connection: Connection, session_id: str) -> str:
    token = new_refresh_token()
    connection.execute(insert(refresh_tokens).values(hash=refresh_token_hash(token), session_id=session_id))
    return token
