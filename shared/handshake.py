"""The opening of a WebSocket, as far as a server judges it (RFC 6455 section 4.2)."""

import binascii
from base64 import b64decode
from typing import NamedTuple

from shared.errors import MalformedRequest, UpgradeRequired

# Why a socket is closed (RFC 6455 section 7.4, and 1012 of the IANA registry).
NORMAL, NOT_TEXT, POLICY, TOO_LARGE, FAULT, RESTART = 1000, 1003, 1008, 1009, 1011, 1012
# What a log says of a socket that ended without a word.
LOST = 1006

MAX_FRAGMENTS = 1000

# The headers of an Offer, in its order.
OFFERING = ("Upgrade", "Connection", "Sec-WebSocket-Version", "Sec-WebSocket-Key")


class Offer(NamedTuple):
    """What a request says about becoming a WebSocket; several lines of one header are joined by commas."""

    method: str
    # HTTP/1.1 and the like.
    protocol: str
    upgrade: str | None
    connection: str | None
    version: str | None
    key: str | None


def is_handshake(offer: Offer) -> bool:
    """Whether it opens a WebSocket; any other request is a plain one, whatever it offers."""
    try:
        check_handshake(offer)
    except (UpgradeRequired, MalformedRequest):
        return False
    # HEAD is told what GET would be, and opens nothing.
    return offer.method == "GET"


def check_handshake(offer: Offer) -> None:
    """Raise UpgradeRequired unless GET offers the version that all speak, MalformedRequest unless the key is one."""
    options = {option.strip(" \t").lower() for option in (offer.connection or "").split(",")}
    opens = offer.protocol == "HTTP/1.1" and (offer.upgrade or "").lower() == "websocket" and "upgrade" in options
    if not opens or offer.version != "13":
        raise UpgradeRequired
    try:
        nonce = b64decode(offer.key or "", validate=True)
    except (binascii.Error, ValueError):
        nonce = b""
    if len(nonce) != 16:
        raise MalformedRequest("Sec-WebSocket-Key is 16 bytes in base64, once.")
