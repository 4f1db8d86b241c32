"""Conversations with the librarian."""

from websockets.sync.client import ClientConnection

from tests.contract.client import Api
from tests.contract.sockets import opened

CHAT = "/ws/chat"


def talking(api: Api, headers: dict[str, str]) -> ClientConnection:
    """A conversation, to be used as a context manager."""
    return opened(api, CHAT, additional_headers=headers)
