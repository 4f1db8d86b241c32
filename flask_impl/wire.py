"""What Flask leaves to its extensions: from request bytes to models and from models to response bytes.

A view declares what it takes and returns a model. The checks run in the contract's order: size, media type, parse,
credentials, and then the values of path, query and body, whose errors are reported together.

    @router.put("/<book_id>")
    @operation(path=BookPath, body=FullBook, user=True)
    def replace_book(book_id: int, body: FullBook, user: User) -> Reply: ...
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from functools import wraps
from operator import itemgetter
from typing import Any, NoReturn, TypeAlias

from flask import Flask, Request, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import NotFound
from werkzeug.routing import MapAdapter, RequestRedirect

from flask_impl.current import check_site, current_user, services
from shared.errors import BodyTooLarge, Busy, InvalidInput, MalformedRequest, PathNotFound
from shared.handshake import OFFERING, Offer, is_handshake
from shared.multipart import check_multipart
from shared.parsing import FORM, JSON, MULTIPART, check_media_type, once, parse_form, parse_json, parse_query
from shared.problems import invalid_input
from shared.schemas import ProblemItem
from shared.streaming import Streamed

Headers: TypeAlias = Mapping[str, str]
Reply: TypeAlias = BaseModel | Response | tuple[BaseModel, int, Headers]
View: TypeAlias = Callable[..., Reply]

# gunicorn copies what it has read ahead at each read: large pieces cost a quarter of what small ones do.
CHUNK_BYTES = 1_048_576
# In the WSGI environment: how long a request has waited for its thread.
WAITED_S = "books.waited_s"


class ApiResponse(Response):
    """A response that has a Content-Type only when somebody gave it one."""

    default_mimetype = None


class ApiFlask(Flask):
    """Flask that answers where it would redirect."""

    response_class = ApiResponse

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds a route; Werkzeug would take a request for a handshake by two headers, whatever its method."""
        adapter = super().create_url_adapter(request)
        if adapter and request:
            adapter.websocket = "HTTP_UPGRADE" in request.environ and is_handshake(offer_of(request))
        return adapter

    def make_default_options_response(self) -> Response:
        """What OPTIONS answers: the methods of this path and nothing else."""
        response = super().make_default_options_response()
        response.status_code = 204
        response.headers["Allow"] = ", ".join(sorted(response.allow))
        return response

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """A path without its slash does not exist: a redirect would lose bodies and trust the Host header."""
        if isinstance(request.routing_exception, RequestRedirect):
            raise NotFound
        super().raise_routing_exception(request)


def offer_of(request: Request) -> Offer:
    """What a request says about becoming a WebSocket."""
    return Offer(request.method, request.environ["SERVER_PROTOCOL"], *map(request.headers.get, OFFERING))


def refuse_leading_slashes() -> None:
    """Hold `//books/` apart from `/books/`, which Werkzeug takes for the same."""
    if request.environ["PATH_INFO"].startswith("//"):
        request.url_rule = None
        raise PathNotFound


def refuse_after_waiting() -> None:
    """Refuse a request for which a thread has come too late.

    Its client has left, or soon will: worked on nonetheless, such requests would fill all threads.
    """
    if request.environ.get(WAITED_S, 0.0) > services.settings.request_wait_seconds:
        raise Busy


def operation(
    *,
    path: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    media_type: str = JSON,
    stream: Streamed | None = None,
    user: bool = False,
    judge: Callable[[Any], object] | None = None,
    same_site: bool = False,
) -> Callable[[View], Callable[..., Response]]:
    """Give a view the members of `path`, the models `query` and `body`, and the `user` who asks; send its reply.

    With `same_site`, what a page of another site sent is refused, whatever its credentials.
    A body that is a `stream` is given as chunks, and not read before the view asks for them.
    `judge` turns a valid body into what the view gets instead, or raises InvalidInput.
    """

    def decorate(view: View) -> Callable[..., Response]:
        @wraps(view)
        def checked(**path_values: str) -> Response:
            sent = _parse_body(media_type) if body else None
            chunks = stream_body(stream) if stream else None
            parameters = once(parse_query(request.query_string))
            if same_site:
                check_site()
            arguments: dict[str, object] = {"user": current_user()} if user else {}
            problems: list[ProblemItem] = []
            if chunks is not None:
                arguments["body"] = chunks
            if path:
                arguments |= dict(_validate(path, path_values, "path", problems) or ())
            if query:
                arguments["query"] = _validate(query, parameters, "query", problems)
            if body:
                valid = _validate(body, sent, "body", problems)
                arguments["body"] = _judge(judge, valid, problems) if judge and valid else valid
            if problems:
                raise InvalidInput(problems)
            return _present(view(**arguments))

        return checked

    return decorate


def _parse_body(media_type: str) -> object:
    declared, limit = request.content_length or 0, services.body_limit(media_type)
    # Werkzeug cuts a chunked body at this length and says nothing: one byte more tells which bodies were too long.
    request.max_content_length = limit + 1
    if declared > limit:
        raise BodyTooLarge
    # Werkzeug reads a form from what was kept here.
    raw = request.get_data(cache=media_type == MULTIPART)
    if len(raw) > limit:
        raise BodyTooLarge
    # gunicorn ends the stream without a word when the client leaves in the middle.
    if len(raw) < declared:
        raise MalformedRequest
    check_media_type(request.content_type, media_type)
    if media_type == MULTIPART:
        check_multipart(request.headers["Content-Type"], raw)
        return once(_parse_parts())
    return dict(parse_form(raw)) if media_type == FORM else parse_json(raw)


def stream_body(expected: Streamed) -> Iterator[bytes]:
    """The body in chunks; raises BodyTooLarge by the declared length, and by what has come."""
    declared = request.content_length
    limit = expected.check(services.settings, declared or 0, request.content_type)
    request.max_content_length = limit + 1
    return _chunks(limit, declared or 0)


def _chunks(limit: int, declared: int) -> Iterator[bytes]:
    received = 0
    while chunk := request.stream.read(CHUNK_BYTES):
        received += len(chunk)
        if received > limit:
            raise BodyTooLarge
        yield chunk
    if received < declared:
        raise MalformedRequest


def _parse_parts() -> list[tuple[str, str | bytes]]:
    """The parts of a form, files as bytes; a text that is empty, or a file that was not chosen, counts as left out."""
    limit = services.settings.max_cover_bytes
    request.max_form_memory_size = limit
    parts: list[tuple[str, str | bytes]] = [(name, text) for name, text in request.form.items(multi=True) if text]
    for name, file in request.files.items(multi=True):
        content = file.read()
        if len(content) > limit:
            raise BodyTooLarge
        if content or file.filename:
            parts.append((name, content))
    # By name: in which order texts and files came is lost.
    return sorted(parts, key=itemgetter(0))


def _validate(model: type[BaseModel], value: object, place: str, problems: list[ProblemItem]) -> BaseModel | None:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        problems += invalid_input(details, place)
        return None


def _judge(judge: Callable[[Any], object], body: BaseModel, problems: list[ProblemItem]) -> object:
    try:
        return judge(body)
    except InvalidInput as error:
        problems += error.items
        return None


def _present(reply: Reply) -> Response:
    """A response, with a model as the JSON that pydantic writes, without a dict in between."""
    if isinstance(reply, Response):
        return reply
    model, status, headers = reply if isinstance(reply, tuple) else (reply, 200, None)
    return ApiResponse(model.model_dump_json(), status, headers, mimetype=JSON)


NO_STORE = {"Cache-Control": "no-store"}


def not_modified(tag: str) -> Response:
    """The answer to a client whose copy is current."""
    return ApiResponse(status=304, headers={"ETag": tag})


def no_content(headers: Headers | None = None) -> Response:
    """The answer when there is nothing to say."""
    return ApiResponse(status=204, headers=headers)


class Begun:
    """The chunks of a response, the first made at once: what fails before it still gets a status.

    Werkzeug closes it whatever happens, and a generator that has begun then runs its `finally`.
    """

    def __init__(self, chunks: Generator[bytes, None, None]) -> None:
        self._first, self._rest = next(chunks), chunks

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._rest

    def close(self) -> None:
        """End the generator where it is."""
        self._rest.close()
