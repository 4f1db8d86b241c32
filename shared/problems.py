"""The answers that are not a success: one table from facts to HTTP, and the document that is sent (RFC 9457)."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import NamedTuple, TypedDict

from pydantic_core import ErrorDetails

from shared.errors import (
    AlreadyListed,
    BodyTooLarge,
    BookNotFound,
    Busy,
    CoverNotFound,
    CrossSite,
    Crowded,
    DatabaseAway,
    DomainError,
    ExpectationFailed,
    HeadersTooLarge,
    Interrupted,
    InvalidInput,
    InvalidToken,
    MalformedRequest,
    MethodNotAllowed,
    NoFreePlace,
    NotAcceptable,
    NotTheOwner,
    Overloaded,
    PathNotFound,
    RangeNotSatisfiable,
    RequestTimeout,
    ServerStopping,
    StaleVersion,
    StorageAway,
    TargetTooLong,
    ThumbnailNotFound,
    TodoNotFound,
    TooManyLogins,
    Unauthorized,
    UnsupportedMediaType,
    UpgradeRequired,
    UpstreamFailed,
    UpstreamTimeout,
    UsernameTaken,
    WrongPassword,
)
from shared.schemas import Problem, ProblemItem

PROBLEM_JSON = "application/problem+json"


class Kind(NamedTuple):
    """How HTTP presents one fact."""

    status: int
    slug: str
    title: str


KINDS: dict[type[DomainError], Kind] = {
    MalformedRequest: Kind(400, "malformed-request", "Malformed request"),
    Unauthorized: Kind(401, "credentials-required", "Credentials required"),
    InvalidToken: Kind(401, "invalid-token", "Invalid token"),
    WrongPassword: Kind(401, "wrong-password", "Wrong username or password"),
    NotTheOwner: Kind(403, "not-the-owner", "Not the owner"),
    CrossSite: Kind(403, "cross-site", "Cross-site request"),
    PathNotFound: Kind(404, "path-not-found", "Path not found"),
    BookNotFound: Kind(404, "book-not-found", "Book not found"),
    TodoNotFound: Kind(404, "todo-not-found", "Entry not found"),
    CoverNotFound: Kind(404, "cover-not-found", "Cover not found"),
    ThumbnailNotFound: Kind(404, "thumbnail-not-found", "Thumbnail not found"),
    MethodNotAllowed: Kind(405, "method-not-allowed", "Method not allowed"),
    NotAcceptable: Kind(406, "not-acceptable", "Not acceptable"),
    RequestTimeout: Kind(408, "request-timeout", "Request timeout"),
    UsernameTaken: Kind(409, "username-taken", "Username taken"),
    AlreadyListed: Kind(409, "already-listed", "Already listed"),
    StaleVersion: Kind(412, "stale-version", "Precondition failed"),
    BodyTooLarge: Kind(413, "body-too-large", "Body too large"),
    TargetTooLong: Kind(414, "target-too-long", "Target too long"),
    UnsupportedMediaType: Kind(415, "unsupported-media-type", "Unsupported media type"),
    RangeNotSatisfiable: Kind(416, "range-not-satisfiable", "Range not satisfiable"),
    ExpectationFailed: Kind(417, "expectation-failed", "Expectation failed"),
    InvalidInput: Kind(422, "invalid-input", "Invalid input"),
    TooManyLogins: Kind(429, "too-many-logins", "Too many failed logins"),
    UpgradeRequired: Kind(426, "upgrade-required", "Upgrade required"),
    HeadersTooLarge: Kind(431, "headers-too-large", "Headers too large"),
    UpstreamFailed: Kind(502, "upstream-failed", "Upstream failed"),
    Overloaded: Kind(503, "overloaded", "Overloaded"),
    Busy: Kind(503, "busy", "Busy"),
    Crowded: Kind(503, "crowded", "Too many clients"),
    Interrupted: Kind(503, "interrupted", "Interrupted"),
    NoFreePlace: Kind(503, "no-free-place", "No free place"),
    StorageAway: Kind(503, "storage-away", "Storage away"),
    DatabaseAway: Kind(503, "database-away", "Database away"),
    ServerStopping: Kind(503, "server-stopping", "Server stopping"),
    UpstreamTimeout: Kind(504, "upstream-timeout", "Upstream timeout"),
}
INTERNAL = Kind(500, "internal-error", "Internal server error")


class Answer(NamedTuple):
    """A problem document ready to send."""

    status: int
    headers: dict[str, str]
    body: bytes

    def raw(self) -> bytes:
        """The whole HTTP/1.1 message, for a server that closes the connection after it."""
        headers = self.headers | {"Content-Length": str(len(self.body)), "Connection": "close"}
        head = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}", *map(": ".join, headers.items())]
        return "\r\n".join([*head, "", ""]).encode() + self.body


def answer(error: DomainError) -> Answer:
    """The response for `error`, as RFC 9457 lays it out."""
    return _respond(document(error), error.headers())


def document(error: DomainError) -> Problem:
    """The problem document for `error`."""
    items = error.items if isinstance(error, InvalidInput) else None
    return _problem(KINDS[type(error)], str(error), items)


def internal_answer() -> Answer:
    """The response for a fault of our own, which tells the client nothing of the inside."""
    return _respond(_problem(INTERNAL, "The server failed to answer; the fault has been recorded.", None), {})


def _problem(kind: Kind, detail: str, items: list[ProblemItem] | None) -> Problem:
    return Problem(type=f"urn:problem:{kind.slug}", title=kind.title, status=kind.status, detail=detail, errors=items)


def _respond(problem: Problem, headers: Mapping[str, str]) -> Answer:
    body = problem.model_dump_json(exclude_none=True).encode()
    return Answer(problem.status, {"Content-Type": PROBLEM_JSON, **headers}, body)


class PydanticError(TypedDict):
    """The members of a pydantic error that may leave the server: nothing that repeats the input."""

    loc: tuple[str | int, ...]
    msg: str
    type: str


def invalid_input(errors: Iterable[ErrorDetails | PydanticError], *prefix: str) -> list[ProblemItem]:
    """Pydantic's errors as items of a problem document, below the location `prefix`."""
    return [
        _item([*prefix, *error["loc"]], error["msg"].removeprefix("Value error, "), error["type"]) for error in errors
    ]


def _item(loc: list[str | int], message: str, kind: str) -> ProblemItem:
    # What frameworks say of a body that is no object names their own classes.
    if loc == ["body"]:
        return ProblemItem(loc=loc, msg="Input should be a JSON object", type="object_type")
    return ProblemItem(loc=[_printable(part) for part in loc], msg=message, type=kind)


def _printable(part: str | int) -> str | int:
    # A location can hold a name that the client made up: kept only if it looks like a name.
    if isinstance(part, int) or re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", part):
        return part
    return "(unprintable)"
