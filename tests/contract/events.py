"""Server-sent events as a client reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx2

from tests.contract.client import Api, client_of


class Event(NamedTuple):
    """One event; without a name it is a `message`."""

    data: str
    name: str = "message"


def events(response: httpx2.Response) -> Iterator[Event]:
    """The events of an answer as they come; comments, which begin with a colon, are skipped."""
    name, data = "message", []
    for line in _lines(response):
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif not line and data:
            yield Event("\n".join(data), name)
            name, data = "message", []


def _lines(response: httpx2.Response) -> Iterator[str]:
    # `iter_lines` ends a line wherever Unicode may, which a title can hold.
    rest = b""
    for chunk in response.iter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode() for line in lines)


@contextmanager
def listening(api: Api, **query: str | float) -> Iterator[Iterator[Event]]:
    """An open event stream, left in the end on a connection that is closed with it."""
    with (
        client_of(api.http.base_url) as http,
        http.stream("GET", "/stream/", params=query) as response,
    ):
        assert response.status_code == 200
        yield events(response)
