"""Accounts and their sessions."""

from fastapi import APIRouter, Response

from fastapi_impl.current import CurrentPasswords, CurrentServices, CurrentUser
from fastapi_impl.database import CurrentDatabase
from fastapi_impl.logins import VerifiedLogin
from fastapi_impl.openapi import problems, sends
from fastapi_impl.wire import NO_STORE, StrictRoute
from shared import accounts
from shared.errors import InvalidToken
from shared.model import utc_now
from shared.schemas import Me, Refresh, Registration, TokenPair

router = APIRouter(prefix="/auth", tags=["auth"], route_class=StrictRoute)


@router.post("/register", status_code=201, responses={201: sends("Location"), **problems(400, 409, 413, 415, 422, 503)})
async def register(
    body: Registration, database: CurrentDatabase, passwords: CurrentPasswords, response: Response
) -> Me:
    """Open an account."""
    password_hash = await passwords.hash(body.password)
    account = await database.write(accounts.register, body, password_hash, utc_now())
    response.headers["Location"] = "/auth/me"
    return account


@router.post("/login", responses=problems(400, 401, 413, 415, 422, 429, 503))
async def log_in(
    verified: VerifiedLogin, database: CurrentDatabase, services: CurrentServices, response: Response
) -> TokenPair:
    """Open a session with username and password."""
    session = await database.write(accounts.open_session, verified, utc_now(), services.session_lifetime)
    response.headers.update(NO_STORE)
    return services.tokens.pair(session, utc_now())


@router.post("/refresh", responses=problems(400, 401, 413, 415, 422))
async def refresh(body: Refresh, database: CurrentDatabase, services: CurrentServices, response: Response) -> TokenPair:
    """Exchange a refresh token for new tokens; one that comes twice ends its session."""
    session = await database.write(accounts.rotate, body.refresh_token, utc_now(), services.session_lifetime)
    if session is None:
        raise InvalidToken
    response.headers.update(NO_STORE)
    return services.tokens.pair(session, utc_now())


@router.post("/logout", status_code=204, response_class=Response, responses=problems(400, 401, 413, 415, 422))
async def log_out(body: Refresh, database: CurrentDatabase) -> None:
    """End the session of a refresh token, and with it every access token of that session."""
    if not await database.write(accounts.close_session, body.refresh_token, utc_now()):
        raise InvalidToken


@router.get("/me", responses=problems(400, 401))
async def get_me(user: CurrentUser, database: CurrentDatabase, response: Response) -> Me:
    """The user's own account."""
    response.headers.update(NO_STORE)
    return await database.read(accounts.me, user)
