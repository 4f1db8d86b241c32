"""Every exchange gets an id, is timed, counted and logged; a plain ASGI middleware, the cheapest kind."""

from asyncio import CancelledError

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from fastapi_impl import errors
from fastapi_impl.wire import HEAD, joined
from shared.handshake import FAULT
from shared.metrics import UNMATCHED
from shared.tracing import Trace


class Tracing:
    """Wraps the whole application, so that every answer passes here, that of a fault too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        # Starlette puts the application into the scope before the middleware runs.
        trace = Trace("fastapi", scope["app"].state.metrics, joined(Headers(scope=scope), "X-Request-ID"))
        answer = _Answer(scope, receive, send, trace)
        try:
            await self._app(scope, answer.receive if scope["type"] == "websocket" else receive, answer.send)
        except WebSocketDisconnect:
            # The client has left, which its handler saw when it sent something.
            pass
        except CancelledError:
            # When the time for a graceful stop is over, uvicorn cancels what still runs, and would answer 500.
            if answer.status is not None or scope["type"] == "websocket":
                raise
            await errors.cut_off()(scope, receive, answer.send)
        except Exception as error:
            response = errors.fault(error)
            if answer.status is None:
                await response(scope, receive, answer.send)
            elif scope["type"] == "websocket":
                await answer.send({"type": "websocket.close", "code": FAULT})
            else:
                raise
        finally:
            answer.end()


class _Answer:
    """What is sent in one exchange."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, trace: Trace) -> None:
        self._scope, self._receive, self._send, self._trace = scope, receive, send, trace
        self._close_code: int | None = None
        self.status: int | None = None

    async def receive(self) -> Message:
        """Pass on what a socket hears, and note with which code its client leaves."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect" and self.status == 101:
            self._close_code = self._close_code or message["code"]
        return message

    async def send(self, message: Message) -> None:
        """Pass a message on, with the headers of the trace on the first."""
        kind = message["type"]
        if kind in {"http.response.start", "websocket.http.response.start"}:
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._trace.headers().items():
                headers.append(name, value)
        elif kind == "websocket.accept":
            self.status = 101
            self._trace.is_socket(self._route())
        elif kind == "websocket.close":
            self._close_code = message["code"]
            self.status = self.status or 403
        await self._send(message)
        if kind == "http.response.body" and not message.get("more_body"):
            # Here and not when the application returns: tasks in the background are no part of the answer.
            self.end()

    def end(self) -> None:
        """Nothing more will be sent."""
        self._trace.end(
            self._scope.get("method", "GET"), self._scope["path"], self._route(), self.status, self._close_code
        )

    def _route(self) -> str:
        route = self._scope.get("answered_as", self._scope).get("route")
        return route.path_format if route else UNMATCHED


class HeadAsGet:
    """Answers HEAD as GET without the body (RFC 9110 section 9.3.2), which FastAPI's routes do not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        # Kept in the original as well, for what the router notes of the request.
        scope["answered_as"] = as_get = {**scope, "method": "GET", HEAD: True}

        async def bodiless(message: Message) -> None:
            # Once this answer has begun it is complete; a handler that streams is told by a client that has left.
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        await self._app(as_get, receive, bodiless)
