"""Server-sent events: what is sent, and how it is written (HTML Living Standard, section 9.2)."""

import re
from typing import NamedTuple


class Event(NamedTuple):
    """One event; without a name it is a `message` to the client."""

    data: str
    name: str | None = None


# The last event of a stream that ends because the server does.
END = Event("stopping", "end")

# A comment, which clients ignore, after so long a silence: proxies cut connections on which nothing happens.
PING = b": ping\n\n"
PING_S = 15.0


def encode(event: Event) -> bytes:
    """The event as it is sent; raises ValueError for a name that would begin another field."""
    if event.name is not None and re.search(r"[\r\n]", event.name):
        raise ValueError("the name of an event is one line")
    name = [] if event.name is None else [f"event: {event.name}"]
    # Any of the three line ends would end the field.
    data = [f"data: {line}" for line in re.split(r"\r\n|\r|\n", event.data)]
    return "\n".join([*name, *data, "", ""]).encode()
