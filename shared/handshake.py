"""The opening of a WebSocket, as far as a server judges it (RFC 6455 section 4.2)."""

import binascii
from base64 import b64decode

from shared.errors import MalformedRequest, UpgradeRequired

# Why a socket is closed (RFC 6455 section 7.4, and 1012 of the IANA registry).
NORMAL, NOT_TEXT, POLICY, TOO_LARGE, FAULT, RESTART = 1000, 1003, 1008, 1009, 1011, 1012
# What a log says of a socket that ended without a word.
LOST = 1006

MAX_FRAGMENTS = 1000


def is_handshake(version: bytes, key: bytes) -> bool:
    """Whether `check_handshake` has nothing to say."""
    try:
        check_handshake(version.decode("latin-1"), key.decode("latin-1"))
    except (UpgradeRequired, MalformedRequest):
        return False
    return True


def check_handshake(version: str | None, key: str | None) -> None:
    """Raise UpgradeRequired unless this is the version that all speak, MalformedRequest unless the key is one."""
    if version != "13":
        raise UpgradeRequired
    try:
        nonce = b64decode(key or "", validate=True)
    except (binascii.Error, ValueError):
        nonce = b""
    if len(nonce) != 16:
        raise MalformedRequest("Sec-WebSocket-Key is 16 bytes in base64, once.")
