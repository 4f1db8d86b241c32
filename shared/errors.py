"""What can go wrong, one small exception per fact, and the one table that says what HTTP makes of it."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import NamedTuple, TypedDict

from pydantic_core import ErrorDetails

from shared.schemas import Problem, ProblemItem

PROBLEM_JSON = "application/problem+json"


class DomainError(Exception):
    """A fact that stops a request; the text is for the client and never repeats what the client sent."""

    detail = ""

    def __str__(self) -> str:
        return super().__str__() or self.detail

    def headers(self) -> dict[str, str]:
        """Response headers that this fact requires."""
        return {}


class PathNotFound(DomainError):
    """The path names nothing."""

    detail = "Nothing is served under this path."


class MethodNotAllowed(DomainError):
    """The path exists, but not for this method."""

    detail = "This method is not allowed here; the Allow header lists those that are."

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed = sorted(allowed)

    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allowed)}


class BodyTooLarge(DomainError):
    """The request body exceeds the limit."""

    detail = "The request body exceeds the limit of this operation."


class TargetTooLong(DomainError):
    """The request line is longer than the server reads."""

    detail = "The request target is too long."


class HeadersTooLarge(DomainError):
    """A header field, or their number, is larger than the server reads."""

    detail = "The header fields are too many or too large."


class ExpectationFailed(DomainError):
    """The client expects something other than 100-continue."""

    detail = "Only 100-continue can be expected."


class UnsupportedMediaType(DomainError):
    """The Content-Type is missing or not one that this operation reads."""


class MalformedRequest(DomainError):
    """The bytes of body or query string do not parse."""

    detail = "The request could not be read."


class Unauthorized(DomainError):
    """No credentials were sent (RFC 6750 section 3: then the challenge carries no error code)."""

    detail = "This operation needs one Authorization header: Bearer and an access token."

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="books"'}


class InvalidToken(Unauthorized):
    """Credentials were sent and are not, or no longer, valid."""

    detail = "The token is not valid."

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="books", error="invalid_token"'}


class WrongPassword(Unauthorized):
    """The account does not exist or the password is not its own; the answer does not say which."""

    detail = "The username or the password is wrong."


class InvalidInput(DomainError):
    """Values that parse but break a rule, all of them at once."""

    detail = "The request contains invalid values; see errors."

    def __init__(self, items: list[ProblemItem]) -> None:
        super().__init__()
        self.items = items


class BookNotFound(DomainError):
    """No book has this id."""

    detail = "There is no book with this id."


class NotTheOwner(DomainError):
    """The book belongs to somebody else."""

    detail = "Only the owner of a book may change it."


class StaleVersion(DomainError):
    """A precondition (If-Match, If-None-Match) does not hold."""


class UsernameTaken(DomainError):
    """The canonical form of this name belongs to an account."""

    detail = "This username, or one that differs only in form, is taken."


class Overloaded(DomainError):
    """The server is at a limit of its own; the client may come back."""

    detail = "Too many logins at once; try again shortly."

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


class DatabaseAway(Overloaded):
    """The database cannot be reached, or cannot serve yet."""

    detail = "The database cannot be reached; try again shortly."


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
    PathNotFound: Kind(404, "path-not-found", "Path not found"),
    BookNotFound: Kind(404, "book-not-found", "Book not found"),
    MethodNotAllowed: Kind(405, "method-not-allowed", "Method not allowed"),
    UsernameTaken: Kind(409, "username-taken", "Username taken"),
    StaleVersion: Kind(412, "stale-version", "Precondition failed"),
    BodyTooLarge: Kind(413, "body-too-large", "Body too large"),
    TargetTooLong: Kind(414, "target-too-long", "Target too long"),
    UnsupportedMediaType: Kind(415, "unsupported-media-type", "Unsupported media type"),
    ExpectationFailed: Kind(417, "expectation-failed", "Expectation failed"),
    InvalidInput: Kind(422, "invalid-input", "Invalid input"),
    HeadersTooLarge: Kind(431, "headers-too-large", "Headers too large"),
    Overloaded: Kind(503, "overloaded", "Overloaded"),
    DatabaseAway: Kind(503, "database-away", "Database away"),
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
    items = error.items if isinstance(error, InvalidInput) else None
    return _document(KINDS[type(error)], str(error), items, error.headers())


def internal_answer() -> Answer:
    """The response for a fault of our own, which tells the client nothing of the inside."""
    return _document(INTERNAL, "The server failed to answer; the fault has been recorded.", None, {})


def _document(kind: Kind, detail: str, items: list[ProblemItem] | None, headers: Mapping[str, str]) -> Answer:
    problem = Problem(
        type=f"urn:problem:{kind.slug}", title=kind.title, status=kind.status, detail=detail, errors=items
    )
    body = problem.model_dump_json(exclude_none=True).encode()
    return Answer(kind.status, {"Content-Type": PROBLEM_JSON, **headers}, body)


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
