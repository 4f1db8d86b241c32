"""Streams of server-sent events, which Flask leaves to a generator: each holds a thread and a place until it ends.

WSGI tells a generator nothing while it waits: not that its client has left, nor that the server is to stop. So a
generator that waits says from time to time that it has nothing to say, and the sender looks around.
"""

import select
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from time import monotonic

from flask import Response, current_app, request, stream_with_context

from flask_impl.current import stopping
from flask_impl.slots import Places
from shared.events import END, PING, PING_S, Event, encode

LOOK_AROUND_S = 1.0
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def event_stream(events: Iterator[Event | None]) -> Response:
    """An answer that sends `events` while they come; None is a moment without one.

    Raises NoFreePlace, and what prevents the first event.
    """
    places: Places = current_app.extensions["places"]
    places.streams.take()
    try:
        first = next(events)
    except BaseException:
        places.streams.release()
        raise
    sent = _sent(chain([first], events), _client_socket())
    response = Response(stream_with_context(sent), mimetype="text/event-stream", headers=HEADERS)
    response.call_on_close(places.streams.release)
    return response


def client_left() -> Callable[[], bool]:
    """Tells, in any thread, whether the client of this request has left."""
    return partial(_has_left, _client_socket())


def silence(seconds: float) -> Iterator[None]:
    """Nothing for so long, or until the server is told to stop."""
    end = monotonic() + seconds
    while (left := end - monotonic()) > 0 and not stopping.wait(min(left, LOOK_AROUND_S)):
        yield None


def _sent(events: Iterator[Event | None], client: int | None) -> Iterator[bytes]:
    spoke = monotonic()
    for event in events:
        if stopping.is_set():
            yield encode(END)
            return
        if event or monotonic() - spoke > PING_S:
            spoke = monotonic()
            yield encode(event) if event else PING
        elif _has_left(client):
            return


def _client_socket() -> int | None:
    """The descriptor of the connection, where the server gives it away."""
    found = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    return found.fileno() if found else None


def _has_left(client: int | None) -> bool:
    """Whether the client has closed its side; where that cannot be seen, the next ping will fail."""
    if client is None:
        return False
    poll = select.poll()
    # Linux has a flag of its own for a peer that will send no more.
    poll.register(client, select.POLLHUP | getattr(select, "POLLRDHUP", 0))
    return bool(poll.poll(0))
