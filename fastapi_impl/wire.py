"""What FastAPI's own reading of a request leaves open, closed where its documentation says: a route class.

A handler declares what it takes by its signature, and FastAPI checks credentials before values. Before that, this
route checks size, media type and syntax, in the contract's order, and reads queries without forgiving.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from anyio import CancelScope
from fastapi import Request, Response
from fastapi.params import Body
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.datastructures import FormData, Headers, QueryParams, UploadFile
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.config import Settings
from shared.errors import BodyTooLarge
from shared.fields import BOOK_SEGMENT
from shared.multipart import check_multipart
from shared.parsing import FORM, MULTIPART, check_media_type, parse_form, parse_json, parse_query
from shared.problems import invalid_input
from shared.schemas import ProblemItem
from shared.streaming import Streamed


class BookConvertor(StringConvertor):
    """The id of a book, right or wrong, but not a path of its own."""

    regex = BOOK_SEGMENT


# Paths name it when their routes are declared, which is when this package is imported.
register_url_convertor("book", BookConvertor())

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def joined(headers: Headers, name: str) -> str | None:
    """A header whose lines are joined by commas, as WSGI servers hand it over; Starlette would give the first."""
    return ", ".join(headers.getlist(name)) if name in headers else None


def is_secure(request: Request) -> bool:
    """Whether the request came by https."""
    return request.url.scheme == "https"


class OnceParams(QueryParams):
    """Query parameters of which a repeated one reads as a list, which no scalar field accepts."""

    def get(self, key: str, default: Any = None) -> Any:
        values = self.getlist(key)
        return values if len(values) > 1 else super().get(key, default)


class OnceForm(FormData):
    """Parts of a form of which a repeated one reads as a list, which is no file."""

    def get(self, key: str, default: Any = None) -> Any:
        values = self.getlist(key)
        return values if len(values) > 1 else super().get(key, default)


class StrictRequest(Request):
    """A request whose body is bounded and parsed by the project's own parser, before anything else happens."""

    _limit: int | None = None

    @property
    def query_params(self) -> QueryParams:
        """The parameters, each in UTF-8; raises MalformedRequest."""
        if not hasattr(self, "_query_params"):
            self._query_params = OnceParams(parse_query(self.scope["query_string"]))
        return self._query_params

    def check(self, expected: Streamed) -> None:
        """Judge by its headers a body that will be read as it comes."""
        settings: Settings = self.app.state.services.settings
        self._limit = expected.check(settings, self._declared_length, joined(self.headers, "content-type"))

    @property
    def _declared_length(self) -> int:
        return int(self.headers.get("content-length", "0"))

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in chunks; raises BodyTooLarge, by the declared length or by what has come."""
        limit = self._limit or self.app.state.services.settings.max_body_bytes
        if self._declared_length > limit:
            raise BodyTooLarge
        received = 0
        async for chunk in super().stream():
            received += len(chunk)
            if received > limit:
                raise BodyTooLarge
            yield chunk

    async def parse(self, media_type: str) -> None:
        """Read the body once; `json()` and `form()` return what was parsed here."""
        self._limit = self.app.state.services.body_limit(media_type)
        raw = await self.body()
        check_media_type(joined(self.headers, "content-type"), media_type)
        if media_type == MULTIPART:
            check_multipart(self.headers["content-type"], raw)
            self._form = await self._parse_parts()
        elif media_type == FORM:
            self._form = FormData([*parse_form(raw)])
        else:
            self._json = parse_json(raw)

    async def _parse_parts(self) -> FormData:
        """The parts of a form; a text that is empty, or a file that was not chosen, counts as left out."""
        limit = self.app.state.services.settings.max_cover_bytes
        form = await self.form(max_part_size=limit)
        parts = [(name, part) for name, part in form.multi_items() if part != "" and not _not_chosen(part)]
        if any(isinstance(part, UploadFile) and (part.size or 0) > limit for _, part in parts):
            raise BodyTooLarge
        return OnceForm(sorted(parts, key=itemgetter(0)))


def _not_chosen(part: UploadFile | str) -> bool:
    return isinstance(part, UploadFile) and not part.size and not part.filename


@dataclass(frozen=True)
class StreamBody:
    """Dependency: the body in chunks, none of them read before the handler asks for it."""

    expected: Streamed

    async def __call__(self, request: Request) -> AsyncIterator[bytes]:
        return request.stream()


class StrictRoute(APIRoute):
    """A route that reads its request strictly."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        body = self.body_field.field_info if self.body_field else None
        media_type = body.media_type if isinstance(body, Body) else None
        calls = [dependency.call for dependency in self.dependant.dependencies]
        streamed = next((call.expected for call in calls if isinstance(call, StreamBody)), None)

        async def checked(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            if media_type:
                await strict.parse(media_type)
            if streamed:
                strict.check(streamed)
            return await handler(strict)

        return checked


def path_problems(request: Request, model: type[BaseModel]) -> list[ProblemItem]:
    """What is wrong with the path, for a dependency that must report it together with what it finds itself."""
    try:
        model.model_validate(request.path_params)
    except ValidationError as error:
        return invalid_input(error.errors(), "path")
    return []


NO_STORE = {"Cache-Control": "no-store"}


def not_modified(tag: str) -> Response:
    """The answer to a client whose copy is current."""
    return Response(status_code=304, headers={"ETag": tag})


# Where `HeadAsGet` notes for the rare handler that must know that only its headers are wanted.
HEAD = "books.head"


class ExactPaths:
    """Holds `/docs%0A` apart from `/docs`: the `$` of Starlette's patterns also matches before a last line break."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope["path"].endswith("\n"):
            # Before two of them it matches nothing.
            scope["path"] += "\n"
        await self._app(scope, receive, send)


class Download(StreamingResponse):
    """A response in chunks that ends their generator, whatever happens.

    Starlette would leave one whose client has gone to the garbage collector, with all that it holds.
    """

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None], headers: Mapping[str, str]) -> None:
        super().__init__(_joined(first, rest), headers=headers)
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await self._rest.aclose()


async def download(request: Request, chunks: AsyncGenerator[bytes, None], headers: Mapping[str, str]) -> Response:
    """The answer with `chunks`, the first made at once: what fails before it still gets a status."""
    if request.scope.get(HEAD):
        # Closed before it began, it runs nothing and has nothing.
        await chunks.aclose()
        return Download(b"", chunks, headers)
    return Download(await anext(chunks), chunks, headers)


async def _joined(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    yield first
    async for chunk in rest:
        yield chunk
