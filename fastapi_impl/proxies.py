"""The client behind our own proxies, found before anything else sees the scope."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from fastapi_impl.wire import joined
from shared.proxies import Origin, TrustedProxies

_SOCKETS = {"http": "ws", "https": "wss"}


class Forwarded:
    """Replaces address and scheme; uvicorn could, but then another server would not."""

    def __init__(self, app: ASGIApp, proxies: TrustedProxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and scope["client"]:
            host, port = scope["client"]
            headers = Headers(scope=scope)
            sent = joined(headers, "X-Forwarded-For"), joined(headers, "X-Forwarded-Proto")
            address, scheme = self._proxies.origin(Origin(host, scope["scheme"]), *sent)
            scheme = _SOCKETS.get(scheme, scheme) if scope["type"] == "websocket" else scheme
            scope = {**scope, "client": (address, port), "scheme": scheme}
        await self._app(scope, receive, send)
