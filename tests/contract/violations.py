"""Requests that are right in everything but the checks that they are asked to fail.

`VIOLATIONS` is the contract's order of checks; a request may fail any of them at once, and the first one answers.
"""

import json
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

import httpx2

from tests.contract import raw
from tests.contract.client import PASSWORD, Api, User, book_fields, sending, unique
from tests.contract.pictures import BOUNDARY, form, picture, put_cover
from tests.contract.routes import FORM, MULTIPART, NO_SUCH_ID, READING_BODIES, ROUTES, Route

# Of any body, streamed ones too.
BEYOND_THE_LIMIT = 2**62

CONTENT_TYPES = {MULTIPART: f"{MULTIPART}; boundary={BOUNDARY}"}


class Violation(NamedTuple):
    """A check that a request fails, and what the failure looks like."""

    name: str
    status: int
    slug: str

    def __str__(self) -> str:
        return self.name


TOO_LARGE = Violation("too-large", 413, "body-too-large")
WRONG_TYPE = Violation("wrong-type", 415, "unsupported-media-type")
MALFORMED = Violation("malformed", 400, "malformed-request")
NO_CREDENTIALS = Violation("no-credentials", 401, "credentials-required")
BAD_TOKEN = Violation("bad-token", 401, "invalid-token")
INVALID = Violation("invalid", 422, "invalid-input")
UNKNOWN_TOKEN = Violation("unknown-token", 401, "invalid-token")
WRONG_PASSWORD = Violation("wrong-password", 401, "wrong-password")
NO_SUCH_BOOK = Violation("no-such-book", 404, "book-not-found")
NO_SUCH_TODO = Violation("no-such-todo", 404, "todo-not-found")
NO_SUCH_COVER = Violation("no-such-cover", 404, "cover-not-found")
CROSS_SITE = Violation("cross-site", 403, "cross-site")
NOT_THE_OWNER = Violation("not-the-owner", 403, "not-the-owner")
STALE = Violation("stale", 412, "stale-version")
LISTED = Violation("listed", 409, "already-listed")
NAME_TAKEN = Violation("name-taken", 409, "username-taken")

_BODY = (TOO_LARGE, WRONG_TYPE, MALFORMED)
_BOOK = (NO_SUCH_BOOK, NOT_THE_OWNER, STALE)
VIOLATIONS = {
    "POST /books/": (*_BODY, NO_CREDENTIALS, BAD_TOKEN, INVALID),
    # A stream is read, and found malformed, only once it is known who sends it.
    "POST /books/import": (TOO_LARGE, WRONG_TYPE, NO_CREDENTIALS, BAD_TOKEN, MALFORMED),
    "GET /books/{book_id}": (INVALID, NO_SUCH_BOOK),
    "PUT /books/{book_id}": (*_BODY, NO_CREDENTIALS, BAD_TOKEN, INVALID, *_BOOK),
    "PATCH /books/{book_id}": (*_BODY, NO_CREDENTIALS, BAD_TOKEN, INVALID, *_BOOK),
    "DELETE /books/{book_id}": (NO_CREDENTIALS, BAD_TOKEN, INVALID, *_BOOK),
    "GET /todo/": (NO_CREDENTIALS, BAD_TOKEN, INVALID),
    "POST /todo/": (*_BODY, NO_CREDENTIALS, BAD_TOKEN, INVALID, NO_SUCH_BOOK, LISTED),
    "PATCH /todo/{todo_id}": (*_BODY, NO_CREDENTIALS, BAD_TOKEN, INVALID, NO_SUCH_TODO),
    "DELETE /todo/{todo_id}": (NO_CREDENTIALS, BAD_TOKEN, INVALID, NO_SUCH_TODO),
    "GET /books/{book_id}/cover": (INVALID, NO_SUCH_BOOK, NO_SUCH_COVER),
    "GET /books/{book_id}/thumbnail": (INVALID, NO_SUCH_BOOK, NO_SUCH_COVER),
    "PUT /books/{book_id}/cover": (*_BODY, NO_CREDENTIALS, BAD_TOKEN, INVALID, *_BOOK),
    "DELETE /books/{book_id}/cover": (
        *(NO_CREDENTIALS, BAD_TOKEN, INVALID),
        *(NO_SUCH_BOOK, NO_SUCH_COVER, NOT_THE_OWNER, STALE),
    ),
    # What these read are the credentials themselves: they are judged once they are known to be well-formed.
    "POST /auth/login": (*_BODY, INVALID, WRONG_PASSWORD),
    "POST /auth/refresh": (*_BODY, INVALID, UNKNOWN_TOKEN),
    "POST /auth/logout": (*_BODY, INVALID, UNKNOWN_TOKEN),
    "POST /auth/register": (*_BODY, INVALID, NAME_TAKEN),
    "POST /chat": (*_BODY, NO_CREDENTIALS, BAD_TOKEN, INVALID),
    "GET /stream/": (INVALID,),
    "POST /upload/": (TOO_LARGE, NO_CREDENTIALS, BAD_TOKEN),
    "GET /auth/me": (NO_CREDENTIALS, BAD_TOKEN),
    "POST /auth/session": (*_BODY, CROSS_SITE, INVALID, WRONG_PASSWORD),
    "GET /auth/session": (NO_CREDENTIALS, BAD_TOKEN),
    "DELETE /auth/session": (CROSS_SITE, NO_CREDENTIALS, BAD_TOKEN),
}
GUARDED = {
    route: VIOLATIONS[f"{route.method} {route.path}"]
    for route in ROUTES
    if f"{route.method} {route.path}" in VIOLATIONS
}
READING_COVERS = [route for route, checks in GUARDED.items() if NO_SUCH_COVER in checks]
# One route for each violation: the last that can have it.
ONE_EACH = {broken: route for route, checks in GUARDED.items() for broken in checks}
# No request can fail both: it has one path, and one Authorization header or none.
IMPOSSIBLE = [
    {NO_CREDENTIALS, BAD_TOKEN},
    {NO_SUCH_BOOK, NOT_THE_OWNER},
    {NO_SUCH_BOOK, LISTED},
    {NO_SUCH_BOOK, NO_SUCH_COVER},
]


@dataclass(frozen=True)
class Attempt:
    """A request of `alice` on `route` with `query` that fails the checks `broken`; `bob` owns what is not hers.

    Her credential is a token, or with `by_cookie` a session, as a browser sends it.
    """

    api: Api
    alice: User
    bob: User
    route: Route
    broken: set[Violation] = field(default_factory=set)
    query: str = ""
    by_cookie: bool = False

    def send(self) -> httpx2.Response:
        """Send it, byte for byte; of a body that is too large, only the announcement."""
        query = self.query or self._query()
        target = f"{self.path()}?{query}" if query else self.path()
        body = self._body()
        lines = [f"{name}: {value}" for name, value in self._headers().items()]
        if self.route.media_type:
            lines.append(f"Content-Length: {BEYOND_THE_LIMIT if TOO_LARGE in self.broken else len(body)}")
        return raw.ask(self.api, self.route.method, target, lines, b"" if TOO_LARGE in self.broken else body)

    def _query(self) -> str:
        only_query = self.route not in READING_BODIES and self.route.at(1) == self.route.path
        return "limit=0" if only_query and INVALID in self.broken else self.route.query

    def path(self) -> str:
        """Where to, with a book or an entry of its own, and whatever else the route wants to find."""
        if self.route.at(1) == self.route.path:
            return self.route.path
        if INVALID in self.broken and self.route not in READING_BODIES:
            return self.route.at(0)
        if self.broken & {NO_SUCH_BOOK, NO_SUCH_TODO}:
            return self.route.at(NO_SUCH_ID)
        if "{todo_id}" in self.route.path:
            return self.route.at(self.api.new_todo(self.alice)["id"])
        owner = self.bob if NOT_THE_OWNER in self.broken else self.alice
        book = self.api.new_book(owner)
        if self.route in READING_COVERS and NO_SUCH_COVER not in self.broken:
            put_cover(self.api, owner, book)
        return self.route.at(book["id"])

    def _headers(self) -> dict[str, str]:
        headers = self._credentials()
        if CROSS_SITE in self.broken:
            headers["Sec-Fetch-Site"] = "cross-site"
        if self.route.media_type:
            right = CONTENT_TYPES.get(self.route.media_type, self.route.media_type)
            headers["Content-Type"] = "text/plain" if WRONG_TYPE in self.broken else right
        if STALE in self.broken:
            headers["If-Match"] = '"0"'
        return headers

    def _credentials(self) -> dict[str, str]:
        if NO_CREDENTIALS in self.broken or not (self.route.user or self.route.cookie):
            return {}
        if self.route.cookie or self.by_cookie:
            return sending("x.y" if BAD_TOKEN in self.broken else self.api.browser(self.alice.username))
        return {"Authorization": f"Bearer {'x.y.z' if BAD_TOKEN in self.broken else self.alice.access_token}"}

    def _body(self) -> bytes:
        if self.route.streamed:
            return b"\xff" if MALFORMED in self.broken else b"title,author,category,rating\n"
        if self.route not in READING_BODIES:
            return b""
        if MALFORMED in self.broken:
            return b"%FF" if self.route.media_type == FORM else b"{"
        if self.route.media_type == MULTIPART:
            return form(("cover", "x.png", b"no picture" if INVALID in self.broken else picture()))
        fields = self._fields()
        if self.route.media_type == FORM:
            return urlencode(fields).encode()
        return json.dumps(fields).encode()

    def _fields(self) -> dict[str, object]:
        if self.route.path.startswith("/books/"):
            return book_fields(**({"rating": 6} if INVALID in self.broken else {}))
        if self.route.path == "/todo/":
            return {"book_id": self._book_to_list(), "note": 5 if INVALID in self.broken else ""}
        if self.route.path == "/todo/{todo_id}":
            return {"done": "yes" if INVALID in self.broken else True}
        if self.route.path == "/chat":
            return {"message": "" if INVALID in self.broken else "hello"}
        if self.route.path == "/auth/register":
            name = self.alice.username if NAME_TAKEN in self.broken else unique("user")
            return {"username": name, "password": "short" if INVALID in self.broken else PASSWORD}
        if self.route.path in {"/auth/login", "/auth/session"}:
            right = "wrong but long enough" if WRONG_PASSWORD in self.broken else PASSWORD
            return {"username": self.alice.username, "password": "" if INVALID in self.broken else right}
        return {"refresh_token": self._refresh_token()}

    def _book_to_list(self) -> object:
        if NO_SUCH_BOOK in self.broken:
            return NO_SUCH_ID
        if LISTED in self.broken:
            return self.api.new_todo(self.alice)["book_id"]
        return self.api.new_book(self.alice)["id"]

    def _refresh_token(self) -> str:
        if INVALID in self.broken:
            return ""
        return (
            unique("no-token-") if UNKNOWN_TOKEN in self.broken else self.api.session(self.alice.username).refresh_token
        )
