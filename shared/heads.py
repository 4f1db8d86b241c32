"""What both servers hold the head of a request to, beyond what their parsers see to (RFC 9112 sections 3 and 6)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from shared.errors import MalformedRequest

_AUTHORITY = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?"
_HOST = re.compile(_AUTHORITY)
_ABSOLUTE = re.compile(rf"https?://(?=[^/?:]){_AUTHORITY}(?P<rest>(?:[/?].*)?)", re.IGNORECASE)
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
    """Raise MalformedRequest for what can be read in two ways: by this server, and by a proxy in front of it.

    It says no more than that: some of this one server or the other refuses by itself.
    """
    if (
        not (head.version == "1.1" or (head.version == "1.0" and not head.codings))
        or len(head.hosts) > 1
        or (not head.hosts and head.version == "1.1")
        or not all(map(_HOST.fullmatch, head.hosts))
        or (head.codings and [coding.lower() for coding in head.codings] != ["chunked"])
        or any(int(length) > _MAX_LENGTH for length in head.lengths)
        or not _is_target(head.method, head.target)
    ):
        raise MalformedRequest


def _is_target(method: str, target: str) -> bool:
    if "#" in target or method == "CONNECT":
        return False
    return target.startswith("/") or (target == "*" and method == "OPTIONS") or bool(_ABSOLUTE.fullmatch(target))


def origin_form(target: str) -> str:
    """Path and query of a target that names a server as well, and any other target as it is (RFC 9112 section 3.2)."""
    found = _ABSOLUTE.fullmatch(target)
    if found is None:
        return target
    return found["rest"] if found["rest"].startswith("/") else f"/{found['rest']}"
