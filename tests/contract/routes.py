"""The routes of the contract as data, for rules that hold on many of them."""

import re
from typing import NamedTuple

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
FORM = "application/x-www-form-urlencoded"
CSV = "text/csv"
NDJSON = "application/x-ndjson"
OCTETS = "application/octet-stream"
MULTIPART = "multipart/form-data"

# Larger than any id that a database hands out, and still an id.
NO_SUCH_ID = 2**63 - 1


class Route(NamedTuple):
    """One operation: what it reads, whether as a stream, and whether it needs a user, or the cookie of a session.

    Its query makes an answer short that would go on for long.
    """

    method: str
    path: str
    media_type: str | None = None
    user: bool = False
    streamed: bool = False
    query: str = ""
    cookie: bool = False

    def __str__(self) -> str:
        return f"{self.method}{self.at('id').replace('/', '-').rstrip('-')}"

    def at(self, number: object) -> str:
        """The path with `number` in the place of its id, if it has one."""
        return re.sub(r"{\w+_id}", str(number), self.path)


ROUTES = [
    Route("GET", "/books/"),
    Route("POST", "/books/", JSON, user=True),
    Route("GET", "/books/author/nobody"),
    Route("GET", "/books/export"),
    Route("POST", "/books/import", CSV, user=True, streamed=True),
    Route("GET", "/books/{book_id}"),
    Route("PUT", "/books/{book_id}", JSON, user=True),
    Route("PATCH", "/books/{book_id}", MERGE_PATCH, user=True),
    Route("DELETE", "/books/{book_id}", user=True),
    Route("GET", "/books/{book_id}/cover"),
    Route("PUT", "/books/{book_id}/cover", MULTIPART, user=True),
    Route("DELETE", "/books/{book_id}/cover", user=True),
    Route("GET", "/books/{book_id}/thumbnail"),
    Route("POST", "/auth/register", JSON),
    Route("POST", "/auth/login", FORM),
    Route("POST", "/auth/refresh", JSON),
    Route("POST", "/auth/logout", JSON),
    Route("GET", "/auth/me", user=True),
    Route("POST", "/chat", JSON, user=True),
    Route("GET", "/stream/", query="count=2&interval=0"),
    Route("POST", "/upload/", OCTETS, user=True, streamed=True),
    Route("GET", "/todo/", user=True),
    Route("POST", "/todo/", JSON, user=True),
    Route("PATCH", "/todo/{todo_id}", MERGE_PATCH, user=True),
    Route("DELETE", "/todo/{todo_id}", user=True),
    Route("POST", "/auth/session", FORM),
    Route("GET", "/auth/session", cookie=True),
    Route("DELETE", "/auth/session", cookie=True),
    Route("GET", "/health/live"),
    Route("GET", "/health/ready"),
    Route("GET", "/metrics"),
    Route("GET", "/openapi.json"),
    Route("GET", "/docs"),
    Route("GET", "/"),
    Route("GET", "/static/app.css"),
]
# Those that the contract document describes: all but the document itself and the pages.
OPERATIONS = [route for route in ROUTES if route.path not in {"/openapi.json", "/docs", "/", "/static/app.css"}]
READING_JSON = [route for route in ROUTES if route.media_type in {JSON, MERGE_PATCH}]
READING_BODIES = [route for route in ROUTES if route.media_type and not route.streamed]
STREAMING_BODIES = [route for route in ROUTES if route.streamed]
NEEDING_USERS = [route for route in ROUTES if route.user]
NEEDING_COOKIES = [route for route in ROUTES if route.cookie]
UNSAFE = [route for route in ROUTES if route.method != "GET"]


def methods_by_path() -> dict[str, list[str]]:
    """Each path, with an id where it has one, and what its Allow header must list."""
    found: dict[str, set[str]] = {}
    for route in ROUTES:
        implied = {"OPTIONS", "HEAD"} if route.method == "GET" else {"OPTIONS"}
        found.setdefault(route.at(1), set()).update({route.method}, implied)
    return {path: sorted(methods) for path, methods in found.items()}
