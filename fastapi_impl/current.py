"""What a handler can depend on: services, the user who asks, the conditions of the request."""

from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import OAuth2PasswordBearer
from starlette.requests import HTTPConnection

from fastapi_impl.database import CurrentDatabase
from fastapi_impl.images import BoundedImages
from fastapi_impl.passwords import BoundedPasswords
from fastapi_impl.slots import Places
from fastapi_impl.stopping import Stopping
from fastapi_impl.upstream import Upstream
from fastapi_impl.wire import joined
from shared import accounts
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


async def upstream(request: HTTPConnection) -> Upstream | None:
    """Dependency: the language model that speaks for the librarian, if there is one."""
    return request.app.state.upstream  # type: ignore[no-any-return]


CurrentServices = Annotated[Services, Depends(services)]
CurrentPasswords = Annotated[BoundedPasswords, Depends(passwords)]
CurrentMetrics = Annotated[Metrics, Depends(metrics)]
CurrentImages = Annotated[BoundedImages, Depends(images)]
CurrentPlaces = Annotated[Places, Depends(places)]
CurrentStopping = Annotated[Stopping, Depends(stopping)]
CurrentUpstream = Annotated[Upstream | None, Depends(upstream)]

# Only documents the scheme: what it reads of the header is too lenient, so `current_user` reads it itself.
_bearer = OAuth2PasswordBearer(tokenUrl="/auth/login", auto_error=False)


async def current_user(
    request: Request,
    database: CurrentDatabase,
    services: CurrentServices,
    _scheme: Annotated[str | None, Depends(_bearer)],
) -> User:
    """Dependency: the holder of the access token that was sent; raises Unauthorized or InvalidToken."""
    token = bearer_token(joined(request.headers, "Authorization"))
    return await database.read(accounts.identify, services.tokens.read(token, utc_now()))


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
CurrentPreconditions = Annotated[Preconditions, Depends(current_preconditions)]
CurrentFileRequest = Annotated[FileRequest, Depends(current_file_request)]
