"""Every answer that is not a success, as a problem document: ours, Starlette's, the database's and the unforeseen."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from shared import errors, logs, problems
from shared.errors import DomainError
from shared.problems import Answer

_PLACES = ("path", "query", "header", "cookie", "body")


def register(app: FastAPI) -> None:
    """Install the handlers; the one for faults is in `tracing.py`, where their answers can still be traced."""
    app.exception_handler(DomainError)(domain_error)
    app.exception_handler(RequestValidationError)(validation_error)
    app.exception_handler(HTTPException)(protocol_error)
    app.exception_handler(ClientDisconnect)(framing_error)
    for away in (exc.OperationalError, exc.InterfaceError):
        app.exception_handler(away)(database_error)
    app.exception_handler(exc.TimeoutError)(pool_error)


async def domain_error(_request: Request, error: DomainError) -> Response:
    """A fact that the domain, or the reading of the request, has named."""
    return _respond(problems.answer(error))


async def validation_error(request: Request, error: RequestValidationError) -> Response:
    """Values that FastAPI found invalid, without the input that it would repeat."""
    # FastAPI lists what dependencies take, such as a form, before what the handler itself takes.
    details = sorted(error.errors(), key=lambda item: _PLACES.index(item["loc"][0]))
    return await domain_error(request, errors.InvalidInput(problems.invalid_input(details)))


async def protocol_error(request: Request, error: HTTPException) -> Response:
    """What Starlette answers by itself, in our words."""
    if error.status_code == 405 and request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": ", ".join(_allowed(request))})
    if error.status_code == 405:
        return await domain_error(request, errors.MethodNotAllowed(_allowed(request)))
    if error.status_code == 404:
        return await domain_error(request, errors.PathNotFound())
    return await domain_error(request, errors.MalformedRequest())


async def framing_error(request: Request, _error: ClientDisconnect) -> Response:
    """A body that ends early, while it is read."""
    return await domain_error(request, errors.MalformedRequest())


async def database_error(request: Request, error: Exception) -> Response:
    """The database is away, or takes too long."""
    logs.faults.warning("database: %s", error.__cause__ or error)
    return await domain_error(request, errors.DatabaseAway())


async def pool_error(request: Request, _error: Exception) -> Response:
    """No connection to the database has come free in time."""
    return await domain_error(request, errors.Busy())


def fault(error: Exception) -> Response:
    """A fault of ours."""
    logs.faults.error("unhandled fault", exc_info=error)
    return _respond(problems.internal_answer())


def cut_off() -> Response:
    """The server cannot wait for this answer."""
    return _respond(problems.answer(errors.Interrupted()))


def _respond(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers)


def _allowed(request: Request) -> list[str]:
    # Each FastAPI route knows one method; the Allow header wants those of all routes of this path.
    methods = {
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        for route in request.app.router.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    return sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set()))
