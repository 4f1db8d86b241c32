"""Accounts and their sessions."""

from flask import Blueprint

from flask_impl.current import passwords, services
from flask_impl.database import database
from flask_impl.logins import verified_login
from flask_impl.wire import NO_STORE, Reply, no_content, operation
from shared import accounts
from shared.errors import InvalidToken
from shared.model import User, utc_now
from shared.parsing import FORM
from shared.schemas import Login, Refresh, Registration

router = Blueprint("auth", __name__, url_prefix="/auth")


@router.post("/register")
@operation(body=Registration)
def register(body: Registration) -> Reply:
    """Open an account."""
    password_hash = passwords.hash(body.password)
    account = database.write(accounts.register, body, password_hash, utc_now())
    return account, 201, {"Location": "/auth/me"}


@router.post("/login")
@operation(body=Login, media_type=FORM)
def log_in(body: Login) -> Reply:
    """Open a session with username and password."""
    verified = verified_login(body)
    session = database.write(accounts.open_session, verified, utc_now(), services.session_lifetime)
    return services.tokens.pair(session, utc_now()), 200, NO_STORE


@router.post("/refresh")
@operation(body=Refresh)
def refresh(body: Refresh) -> Reply:
    """Exchange a refresh token for new tokens; one that comes twice ends its session."""
    session = database.write(accounts.rotate, body.refresh_token, utc_now(), services.session_lifetime)
    if session is None:
        raise InvalidToken
    return services.tokens.pair(session, utc_now()), 200, NO_STORE


@router.post("/logout")
@operation(body=Refresh)
def log_out(body: Refresh) -> Reply:
    """End the session of a refresh token, and with it every access token of that session."""
    if not database.write(accounts.close_session, body.refresh_token, utc_now()):
        raise InvalidToken
    return no_content()


@router.get("/me")
@operation(user=True)
def get_me(user: User) -> Reply:
    """The user's own account."""
    return database.read(accounts.me, user), 200, NO_STORE
