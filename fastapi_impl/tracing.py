"""Every exchange gets an id, is timed and is logged; a plain ASGI middleware, the cheapest kind."""

from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastapi_impl import errors
from fastapi_impl.wire import HEAD, joined
from shared import logs
from shared.tracing import request_id, trace_headers


class Tracing:
    """Wraps the whole application, so that every answer passes here, that of a fault too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        trace_id = request_id(joined(Headers(scope=scope), "X-Request-ID"))
        answered = False

        async def traced(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                seconds = perf_counter() - started
                headers = MutableHeaders(scope=message)
                for name, value in trace_headers(trace_id, seconds).items():
                    headers.append(name, value)
                logs.log_exchange(logs.Exchange(scope["method"], scope["path"], message["status"], seconds, trace_id))
            await send(message)

        try:
            await self._app(scope, receive, traced)
        except Exception as error:
            response = errors.fault(error)
            if answered:
                raise
            await response(scope, receive, traced)


class HeadAsGet:
    """Answers HEAD as GET without the body (RFC 9110 section 9.3.2), which FastAPI's routes do not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            # Once this answer has begun it is complete; a handler that streams is told by a client that has left.
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        await self._app({**scope, "method": "GET", HEAD: True}, receive, bodiless)
