"""Every exchange gets an id, is timed and is logged."""

from time import perf_counter

from flask import Flask, Response, g, request

from shared import logs
from shared.tracing import request_id, trace_headers


def register(app: Flask) -> None:
    """Install the hooks around each request."""
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    """Start the clock."""
    g.started = perf_counter()
    g.request_id = request_id(request.headers.get("X-Request-ID"))


def end(response: Response) -> Response:
    """Tell client and log how long it took."""
    seconds = perf_counter() - g.started
    response.headers.extend(trace_headers(g.request_id, seconds))
    logs.log_exchange(logs.Exchange(request.method, request.path, response.status_code, seconds, g.request_id))
    return response
