"""What stands in front of an application and alters its answers, as a proxy or a careless middleware would."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Types only: a process has the framework of its own twin and no other.
Scope = dict[str, Any]
Message = dict[str, Any]


@dataclass
class Answer:
    """An answer on its way out; `document` is its JSON, None where there is none or it comes piece by piece."""

    method: str
    path: str
    host: str
    status: int
    headers: list[tuple[str, str]]
    document: Any = None

    def get(self, name: str) -> str:
        """The value of a header, empty without it."""
        return next((value for found, value in self.headers if found.lower() == name), "")

    def drop(self, name: str) -> None:
        """Take a header away."""
        self.headers = [(found, value) for found, value in self.headers if found.lower() != name]

    def set(self, name: str, value: str) -> None:
        """Put a header in the place of the one before."""
        self.drop(name)
        self.headers.append((name, value))

    @property
    def is_document(self) -> bool:
        """Whether the body is a JSON document that comes whole."""
        bodiless = self.method == "HEAD" or self.status in {204, 304}
        return not bodiless and bool(self.get("content-length")) and self.get("content-type").endswith("json")

    def rewritten(self, rewrite: Callable[["Answer"], None], body: bytes | None = None) -> bytes:
        """Alter the answer; returns the body that it then has."""
        before = json.loads(body) if body else None
        self.document = json.loads(body) if body else None
        rewrite(self)
        if body is None or self.document == before:
            return body or b""
        altered = json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode()
        self.set("content-length", str(len(altered)))
        return altered


class WsgiFront:
    """In front of a WSGI application."""

    def __init__(self, app: WSGIApplication, rewrite: Callable[[Answer], None]) -> None:
        self._app, self._rewrite = app, rewrite

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun: list[Answer] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            asked = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("HTTP_HOST", "")
            begun.append(Answer(*asked, int(status[:3]), headers))
            if not begun[0].is_document:
                begun[0].rewritten(self._rewrite)
                return self._send(begun[0], start_response)
            return None

        chunks = self._app(environ, start)
        if not begun or not begun[0].is_document:
            return chunks
        body = begun[0].rewritten(self._rewrite, b"".join(chunks))
        getattr(chunks, "close", lambda: None)()
        self._send(begun[0], start_response)
        return [body]

    def _send(self, answer: Answer, start_response: StartResponse) -> Any:
        return start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.headers)


class AsgiFront:
    """In front of an ASGI application."""

    def __init__(self, app: Callable[..., Any], rewrite: Callable[[Answer], None]) -> None:
        self._app, self._rewrite = app, rewrite

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        held: list[Answer] = []
        body = b""

        async def rewriting(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
                answer = Answer(scope["method"], scope["path"], host, message["status"], pairs)
                if answer.is_document:
                    held.append(answer)
                    return
                answer.rewritten(self._rewrite)
                await send(_start(answer))
            elif held:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    altered = held[0].rewritten(self._rewrite, body)
                    await send(_start(held[0]))
                    await send({"type": "http.response.body", "body": altered})
            else:
                await send(message)

        await self._app(scope, receive, rewriting)


def _start(answer: Answer) -> Message:
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    return {"type": "http.response.start", "status": answer.status, "headers": pairs}
