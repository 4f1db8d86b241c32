"""What a handler can depend on: services, the user who asks, the conditions of the request."""

from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyCookie, OAuth2PasswordBearer
from starlette.requests import HTTPConnection

from fastapi_impl.database import CurrentDatabase
from fastapi_impl.images import BoundedImages
from fastapi_impl.passwords import BoundedPasswords
from fastapi_impl.slots import Places
from fastapi_impl.stopping import Stopping
from fastapi_impl.thumbnails import Thumbnails
from fastapi_impl.upstream import Upstream
from fastapi_impl.wire import joined
from shared import accounts, cookies, cross_site, sessions
from shared.metrics import Metrics
from shared.model import User, utc_now
from shared.parsing import bearer_token
from shared.preconditions import Preconditions
from shared.services import Services
from shared.stored import FileRequest


async def services(request: HTTPConnection) -> Services:
    """Dependency: the application's services."""
    return request.app.state.services  # type: ignore[no-any-return]  # state is a bag by design


async def passwords(request: HTTPConnection) -> BoundedPasswords:
    """Dependency: the application's password hasher."""
    return request.app.state.passwords  # type: ignore[no-any-return]


async def images(request: HTTPConnection) -> BoundedImages:
    """Dependency: the application's decoder of pictures."""
    return request.app.state.images  # type: ignore[no-any-return]


async def places(request: HTTPConnection) -> Places:
    """Dependency: the application's places for streams, sockets and transfers."""
    return request.app.state.places  # type: ignore[no-any-return]


async def stopping(request: HTTPConnection) -> Stopping:
    """Dependency: the server's word that it is about to stop."""
    return request.app.state.stopping  # type: ignore[no-any-return]


async def metrics(request: HTTPConnection) -> Metrics:
    """Dependency: the application's metrics."""
    return request.app.state.metrics  # type: ignore[no-any-return]


async def thumbnails(request: HTTPConnection) -> Thumbnails:
    """Dependency: the application's maker of thumbnails."""
    return request.app.state.thumbnails  # type: ignore[no-any-return]


async def upstream(request: HTTPConnection) -> Upstream | None:
    """Dependency: the language model that speaks for the librarian, if there is one."""
    return request.app.state.upstream  # type: ignore[no-any-return]


CurrentServices = Annotated[Services, Depends(services)]
CurrentPasswords = Annotated[BoundedPasswords, Depends(passwords)]
CurrentMetrics = Annotated[Metrics, Depends(metrics)]
CurrentImages = Annotated[BoundedImages, Depends(images)]
CurrentPlaces = Annotated[Places, Depends(places)]
CurrentStopping = Annotated[Stopping, Depends(stopping)]
CurrentThumbnails = Annotated[Thumbnails, Depends(thumbnails)]
CurrentUpstream = Annotated[Upstream | None, Depends(upstream)]

# These only document the schemes: they read headers too leniently, so the dependencies below read them themselves.
BearerScheme = Annotated[str | None, Depends(OAuth2PasswordBearer(tokenUrl="/auth/login", auto_error=False))]
CookieScheme = Annotated[str | None, Depends(APIKeyCookie(name=cookies.NAME, auto_error=False))]


async def current_user(
    request: HTTPConnection,
    database: CurrentDatabase,
    services: CurrentServices,
    _bearer: BearerScheme,
    cookie: CookieScheme,
) -> User:
    """Dependency: the holder of the access token that was sent, else of the session cookie.

    Raises Unauthorized or InvalidToken, and CrossSite as `current_session` does.
    """
    authorization = joined(request.headers, "Authorization")
    if authorization is None and services.cookies.sent(joined(request.headers, "Cookie")):
        session = await current_session(request, services, cookie)
        return await database.read(sessions.identify, session, utc_now())
    return await database.read(accounts.identify, services.tokens.read(bearer_token(authorization), utc_now()))


async def current_session(request: HTTPConnection, services: CurrentServices, _cookie: CookieScheme) -> str:
    """Dependency: the session of the cookie that was sent, whether it is alive or not.

    Raises Unauthorized or InvalidToken. A cookie comes by itself, so a request that may change something has to come
    from our own pages: else CrossSite.
    """
    if request.scope.get("method") not in cross_site.SAFE_METHODS:
        await check_site(request)
    return services.cookies.read(joined(request.headers, "Cookie"))


async def replaced_session(request: HTTPConnection, services: CurrentServices) -> str | None:
    """Dependency: the session that a login of this browser takes the place of."""
    return services.cookies.replaced(joined(request.headers, "Cookie"))


async def check_site(request: HTTPConnection) -> None:
    """Dependency: raises CrossSite if a page of another site sent this request; WebSocket handshakes need it too."""
    host, origin, fetch_site = (joined(request.headers, name) for name in ("Host", "Origin", "Sec-Fetch-Site"))
    cross_site.check(host=host, origin=origin, fetch_site=fetch_site)


async def current_preconditions(
    request: Request,
    if_match: Annotated[str | None, Header(description="Change only this version.")] = None,
    if_none_match: Annotated[str | None, Header(description="Not if this version.")] = None,
) -> Preconditions:
    """Dependency: If-Match and If-None-Match of this request."""
    return Preconditions(joined(request.headers, "If-Match"), joined(request.headers, "If-None-Match"))


async def current_file_request(
    request: Request,
    preconditions: Annotated[Preconditions, Depends(current_preconditions)],
    if_modified_since: Annotated[str | None, Header(description="Not if unchanged since this date.")] = None,
    range_: Annotated[str | None, Header(alias="range", description="Only these bytes: one range.")] = None,
    if_range: Annotated[str | None, Header(description="The range only of this version, else the whole.")] = None,
) -> FileRequest:
    """Dependency: what this request says of the file that it asks for."""
    fields = (joined(request.headers, name) for name in ("If-Modified-Since", "Range", "If-Range"))
    return FileRequest(preconditions, *fields)


CurrentUser = Annotated[User, Depends(current_user)]
CurrentSession = Annotated[str, Depends(current_session)]
ReplacedSession = Annotated[str | None, Depends(replaced_session)]
CurrentPreconditions = Annotated[Preconditions, Depends(current_preconditions)]
CurrentFileRequest = Annotated[FileRequest, Depends(current_file_request)]
