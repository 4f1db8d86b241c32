"""How long a client may take, and how much it may send, before a server of either kind refuses it."""

import struct
from typing import NamedTuple, Self

from shared.config import Settings

# What both servers read of a request before they refuse it; gunicorn cannot go further with a line.
MAX_REQUEST_LINE_BYTES = 8190
MAX_HEADER_BYTES = 8190
MAX_HEADERS = 100
MAX_HEAD_BYTES = 65_536

KEEP_ALIVE_S = 5
# How long a connection that the server ends is read on: closed before all was read, it would be reset, and its client
# might lose the answer.
LINGER_S = 2.0
# As a socket's SO_LINGER: what was not sent is forgotten when it is closed, and the connection is reset.
ABANDON = struct.pack("ii", 1, 0)
# How long a stopping server keeps idle connections, for a request that may be on its way.
STOP_LINGER_S = 2.0
# Connections beyond the limit that are let in to be told so, or how the server is; and as many at the operator's port.
RESERVE = 32
# Connections that the system keeps until somebody accepts them. Nobody's deadline sees who waits there: a queue that
# takes longer to come up than clients wait is worse than none, whose clients' systems ask again a second later.
BACKLOG = 128
# What the operator asks is answered whatever else waits.
OPERATOR_PATHS = ("/health/live", "/health/ready", "/metrics")


class Patience(NamedTuple):
    """Deadlines of one server."""

    head_s: float
    body_s: float
    body_bytes_per_s: int
    answer_s: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the operator has set them."""
        return cls(
            settings.request_head_seconds,
            settings.request_body_seconds,
            settings.request_body_bytes_per_second,
            settings.answer_stall_seconds,
        )

    def body_within_s(self, received: int) -> float:
        """How long a body may have taken of which so many bytes have come: each second's worth earns a second."""
        return self.body_s + received / self.body_bytes_per_s
