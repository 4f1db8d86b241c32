"""WebSockets: each holds a place. What may refuse a handshake is a dependency; uvicorn pings, and bounds messages."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from anyio import move_on_after
from fastapi import APIRouter, Depends, FastAPI, Request, WebSocket
from fastapi.types import DecoratedCallable

from fastapi_impl.current import CurrentPlaces, check_site
from fastapi_impl.wire import joined
from shared.errors import PathNotFound, UpgradeRequired
from shared.handshake import NORMAL, NOT_TEXT, OFFERING, Offer, check_handshake
from shared.services import Services


class SocketRouter(APIRouter):
    """A router whose sockets say what they are to those who send a plain request."""

    def websocket(self, path: str, *args: Any, **kwargs: Any) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Give a handler each socket that is opened on `path`, unless a page of another site asks for it."""
        self.add_api_route(path, not_upgraded, methods=["GET"], include_in_schema=False)
        return super().websocket(path, *args, dependencies=[Depends(check_site)], **kwargs)


async def not_upgraded(request: Request) -> None:
    """A plain request where only sockets are, or a handshake that is none."""
    protocol = f"HTTP/{request.scope['http_version']}"
    check_handshake(Offer(request.method, protocol, *(joined(request.headers, name) for name in OFFERING)))
    raise UpgradeRequired


async def socket_place(places: CurrentPlaces) -> AsyncIterator[None]:
    """Dependency: a place for a socket, held until its handler ends; raises NoFreePlace."""
    with places.sockets.held():
        yield


async def socket(websocket: WebSocket, _place: Annotated[None, Depends(socket_place)]) -> WebSocket:
    """Dependency: a socket that has its place, and is accepted by `messages`."""
    return websocket


Socket = Annotated[WebSocket, Depends(socket)]


async def messages(socket: WebSocket) -> AsyncIterator[str]:
    """The texts that come, until the client leaves, breaks a rule or is silent too long, or the server stops."""
    await socket.accept()
    while (text := await _next_text(socket)) is not None:
        yield text


async def _next_text(socket: WebSocket) -> str | None:
    services: Services = socket.app.state.services
    message = None
    while message is None:
        with move_on_after(services.settings.socket_idle_seconds):
            message = await socket.receive()
        # Who is being answered need not say anything.
        if message is None and not getattr(socket.state, "answering", False):
            await socket.close(NORMAL, "idle")
            return None
    if message["type"] == "websocket.receive" and message.get("text") is None:
        await socket.close(NOT_TEXT, "texts only")
    return message.get("text")


async def nowhere(websocket: WebSocket) -> None:
    """A handshake on a path that has no socket."""
    # It has no route of its own in metrics and logs either.
    del websocket.scope["route"]
    raise PathNotFound


def register(app: FastAPI) -> None:
    """Refuse the handshakes of all other paths; Starlette would answer 403 without a word."""
    app.add_api_websocket_route("/{path:path}", nowhere)
