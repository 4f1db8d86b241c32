"""Every answer that is not a success, as a problem document: ours, Werkzeug's, the database's and the unforeseen."""

from flask import Flask, Response, request
from gunicorn.http.errors import LimitRequestHeaders, NoMoreData, ParseException
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.routing.exceptions import WebsocketMismatch

from flask_impl.wire import offer_of
from shared import errors, logs, problems
from shared.errors import DomainError
from shared.handshake import is_handshake
from shared.problems import Answer


def register(app: Flask) -> None:
    """Install the handlers."""
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(HTTPException, protocol_error)
    for unreadable in (ParseException, NoMoreData):
        app.register_error_handler(unreadable, framing_error)
    for away in (exc.OperationalError, exc.InterfaceError):
        app.register_error_handler(away, database_error)
    app.register_error_handler(exc.TimeoutError, pool_error)
    app.register_error_handler(Exception, fault)


def domain_error(error: DomainError) -> Response:
    """A fact that the domain, or the reading of the request, has named."""
    return _respond(problems.answer(error))


def protocol_error(error: HTTPException) -> Response:
    """What Flask answers by itself, in our words."""
    if isinstance(error, WebsocketMismatch) or (isinstance(error, MethodNotAllowed) and _seeks_socket()):
        return domain_error(errors.PathNotFound())
    if isinstance(error, MethodNotAllowed):
        return domain_error(errors.MethodNotAllowed(error.valid_methods or ()))
    if isinstance(error, RequestEntityTooLarge):
        return domain_error(errors.BodyTooLarge())
    if error.code == 404:
        return domain_error(errors.PathNotFound())
    return domain_error(errors.MalformedRequest())


def framing_error(error: Exception) -> Response:
    """A chunked body that gunicorn finds broken, or that ends early, while it is read."""
    large = isinstance(error, LimitRequestHeaders)
    return domain_error(errors.HeadersTooLarge() if large else errors.MalformedRequest())


def database_error(error: Exception) -> Response:
    """The database is away, or takes too long."""
    logs.faults.warning("database: %s", error.__cause__ or error)
    return domain_error(errors.DatabaseAway())


def pool_error(_error: Exception) -> Response:
    """No connection to the database has come free in time."""
    return domain_error(errors.Busy())


def fault(error: Exception) -> Response:
    """A fault of ours."""
    logs.faults.exception("unhandled fault", exc_info=error)
    return _respond(problems.internal_answer())


def _seeks_socket() -> bool:
    # Where there are operations but no socket, Werkzeug may take a handshake for one of the methods that are missing.
    return is_handshake(offer_of(request))


def _respond(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers)
