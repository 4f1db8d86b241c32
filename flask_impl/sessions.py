"""Sessions of browsers, held by a cookie."""

from flask import Blueprint, request

from flask_impl.current import current_session, replaced_session, services
from flask_impl.database import database
from flask_impl.logins import verified_login
from flask_impl.wire import NO_STORE, Reply, no_content, operation
from shared import accounts, sessions
from shared.model import utc_now
from shared.parsing import FORM
from shared.schemas import Login

router = Blueprint("sessions", __name__, url_prefix="/auth")


@router.post("/session")
@operation(body=Login, media_type=FORM, same_site=True)
def open_session(body: Login) -> Reply:
    """Log a browser in: its session comes as a cookie, in the place of one that it had."""
    verified = verified_login(body)
    opened = database.write(sessions.open_session, verified, replaced_session(), utc_now(), services.cookie_lifetime)
    return opened.account, 200, NO_STORE | services.cookies.granted(opened.session_id, secure=request.is_secure)


@router.get("/session")
@operation()
def get_session() -> Reply:
    """The account whose session the browser holds."""
    user = database.read(sessions.identify, current_session(), utc_now())
    return database.read(accounts.me, user), 200, NO_STORE


@router.delete("/session")
@operation()
def close_session() -> Reply:
    """Log the browser out: its session ends on the server, and the cookie with it."""
    database.write(sessions.close_session, current_session(), utc_now())
    return no_content(services.cookies.cleared(secure=request.is_secure))
