"""What both servers hold the head of a request to, beyond what their parsers see to (RFC 9112 sections 3 and 6)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from shared.errors import MalformedRequest

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?")
_ABSOLUTE = re.compile(r"https?://[^/?#]+(?P<path>/?)", re.IGNORECASE)
# Beyond it a number does not fit into 64 bits, and parsers disagree.
_MAX_LENGTH = 2**64 - 1

# What must not come after a body (RFC 9110 section 6.5.1).
NO_TRAILERS = {"host", "content-length", "transfer-encoding", "trailer", "authorization", "te"}


class Head(NamedTuple):
    """What frames a message, and says whom it is for."""

    method: str
    target: str
    version: str
    hosts: Sequence[str]
    lengths: Sequence[str]
    codings: Sequence[str]


def check_head(head: Head) -> None:
    """Raise MalformedRequest for what can be read in two ways: by this server, and by a proxy in front of it."""
    # In general words, what gunicorn refuses in part by itself.
    if not (head.version == "1.1" or (head.version == "1.0" and not head.codings)):
        raise MalformedRequest
    if len(head.hosts) > 1 or (head.codings and [coding.lower() for coding in head.codings] != ["chunked"]):
        raise MalformedRequest
    if head.target == "*" and head.method != "OPTIONS":
        raise MalformedRequest
    if not head.hosts and head.version == "1.1":
        raise MalformedRequest("A request has one Host.")
    if head.hosts and not _HOST.fullmatch(head.hosts[0]):
        raise MalformedRequest("The Host is none.")
    if any(int(length) > _MAX_LENGTH for length in head.lengths):
        raise MalformedRequest
    _check_target(head.method, head.target)


def _check_target(method: str, target: str) -> None:
    if "#" in target or method == "CONNECT":
        raise MalformedRequest("The target is none that this server has.")
    if not (target.startswith("/") or target == "*" or _ABSOLUTE.match(target)):
        raise MalformedRequest("The target is none that this server has.")


def with_path(target: str) -> str:
    """A target that names a server and nothing on it, with the path of its root."""
    found = _ABSOLUTE.match(target)
    if found is None or found["path"]:
        return target
    return f"{target[: found.end()]}/{target[found.end() :]}"
