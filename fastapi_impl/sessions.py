"""Sessions of browsers, held by a cookie."""

from fastapi import APIRouter, Depends, Request, Response

from fastapi_impl.current import CurrentServices, CurrentSession, ReplacedSession, check_site
from fastapi_impl.database import CurrentDatabase
from fastapi_impl.logins import VerifiedLogin
from fastapi_impl.openapi import problems, sends
from fastapi_impl.wire import NO_STORE, StrictRoute, is_secure
from shared import accounts, sessions
from shared.model import utc_now
from shared.schemas import Me

router = APIRouter(prefix="/auth", tags=["auth"], route_class=StrictRoute)


@router.post(
    "/session",
    dependencies=[Depends(check_site)],
    responses={200: sends("Set-Cookie"), **problems(400, 401, 403, 413, 415, 422, 429, 503)},
)
async def open_session(
    verified: VerifiedLogin,
    replaced: ReplacedSession,
    request: Request,
    database: CurrentDatabase,
    services: CurrentServices,
    response: Response,
) -> Me:
    """Log a browser in: its session comes as a cookie, in the place of one that it had."""
    opened = await database.write(sessions.open_session, verified, replaced, utc_now(), services.cookie_lifetime)
    response.headers.update(NO_STORE | services.cookies.granted(opened.session_id, secure=is_secure(request)))
    return opened.account


@router.get("/session", responses=problems(400, 401))
async def get_session(session: CurrentSession, database: CurrentDatabase, response: Response) -> Me:
    """The account whose session the browser holds."""
    user = await database.read(sessions.identify, session, utc_now())
    response.headers.update(NO_STORE)
    return await database.read(accounts.me, user)


@router.delete(
    "/session",
    status_code=204,
    response_class=Response,
    responses={204: sends("Set-Cookie"), **problems(400, 401, 403)},
)
async def close_session(
    session: CurrentSession, request: Request, database: CurrentDatabase, services: CurrentServices, response: Response
) -> None:
    """Log the browser out: its session ends on the server, and the cookie with it."""
    await database.write(sessions.close_session, session, utc_now())
    response.headers.update(services.cookies.cleared(secure=is_secure(request)))
