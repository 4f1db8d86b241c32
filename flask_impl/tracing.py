"""Every exchange gets an id, is timed, counted and logged."""

import re
from collections.abc import Callable
from functools import lru_cache, partial

from flask import Flask, Response, current_app, g, request
from flask.globals import request_ctx
from werkzeug.exceptions import MethodNotAllowed

from shared.metrics import UNMATCHED
from shared.tracing import Trace


def register(app: Flask) -> None:
    """Install the hooks around each request."""
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    """Start the clock."""
    g.trace = Trace("flask", current_app.extensions["metrics"], request.headers.get("X-Request-ID"))
    if _is_socket():
        g.trace.is_socket(_route())


def end(response: Response) -> Response:
    """Tell the client who answered; the rest is known when the answer has gone out."""
    response.headers.extend(g.trace.headers())
    if _is_socket() and response.status_code == 200:
        # flask-sock answers so when the socket is over, and gunicorn sends nothing of it.
        g.trace.end(request.method, request.path, _route(), 101, g.close_code)
    else:
        _when_sent(response, partial(g.trace.end, request.method, request.path, _route(), response.status_code))
    return response


def _when_sent(response: Response, done: Callable[[], None]) -> None:
    if not response.direct_passthrough:
        response.call_on_close(done)
        return
    # The server gets the bare file, to send it by the system's own means, and closes that instead of the response.
    file = response.response
    close: Callable[[], None] = getattr(file, "close", lambda: None)

    def close_and_tell() -> None:
        close()
        done()

    file.close = close_and_tell  # type: ignore[union-attr]


def _is_socket() -> bool:
    return request.url_rule is not None and request.url_rule.websocket


def _route() -> str:
    rule = request.url_rule
    refusal = request.routing_exception
    if isinstance(refusal, MethodNotAllowed) and refusal.valid_methods and request_ctx.url_adapter:
        # The path is served, by another method.
        method = next(iter(refusal.valid_methods))
        rule, _values = request_ctx.url_adapter.match(None, method, return_rule=True, websocket=False)
    return _template(rule.rule) if rule else UNMATCHED


@lru_cache(maxsize=256)
def _template(rule: str) -> str:
    """A rule as the contract writes paths: `/books/{book_id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
