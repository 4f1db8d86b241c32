"""What two answers to one request may differ in, each with its reason; everything else is compared."""

import re
from typing import NamedTuple

# Of the connection or the server's make, not of the answer.
NOT_COMPARED = {
    "date": "the moment of the answer",
    "server": "the make of the server",
    "connection": "what happens to the connection, which HTTP leaves to each server",
    "keep-alive": "what happens to the connection, which HTTP leaves to each server",
}
# How long it took, and who it was: the one header that tells the twins apart, for the web page shows it.
OWN_HEADERS = {"x-process-time": r"\d+\.\d+", "x-served-by": "flask|fastapi"}
# As many books as the librarian names at most.
MOST_NAMED = 5


# Too coarse, or too seldom, to be told apart by a number.
UNNUMBERED = {"date", "request", "seconds"}


class Seen(NamedTuple):
    """An answer without what may differ."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class ServerMade(NamedTuple):
    """A value that each server makes for itself: its kind, and where it stands in a text."""

    kind: str
    pattern: re.Pattern[bytes]


# The group is the value. Its form is compared where clients rely on it, as of times.
IN_BODIES = (
    ServerMade("token", re.compile(rb'"(?:access|refresh)_token":"([^"]+)"')),
    ServerMade("cursor", re.compile(rb'"next":"([^"]+)"')),
    ServerMade("id", re.compile(rb'(?<!\\)"id":(\d+)')),
    ServerMade("book", re.compile(rb'(?<!\\)"book_id":(\d+)')),
    # One after the other: behind those that have their names already.
    *[ServerMade("book", re.compile(rb'^data: \{"books":\[(?:<book \d+>,)*(\d+)', re.MULTILINE))] * MOST_NAMED,
    ServerMade("id", re.compile(rb"^(\d+)(?=,)", re.MULTILINE)),
    ServerMade("time", re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?)Z")),
)
IN_HEADERS = {
    "location": (ServerMade("id", re.compile(rb"^/(?:books|todo)/(\d+)(?:/cover)?$")),),
    "set-cookie": (ServerMade("cookie", re.compile(rb"^session=([^;]+)")),),
    "last-modified": (ServerMade("date", re.compile(rb"^(\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d) GMT$")),),
    "x-request-id": (ServerMade("request", re.compile(rb"^([0-9a-f]{16})$")),),
    "retry-after": (ServerMade("seconds", re.compile(rb"^(\d+)$")),),
}
