"""What servers are asked to do. Locust patches whatever interpreter imports it, so that here are only the names."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

# Stands for the address of benchmarks.chat_upstream, which only who starts that knows.
LANGUAGE_MODEL = "{language_model}"


class Workload(NamedTuple):
    """A Locust user class of `benchmarks.users`, and what plan and report should know about it."""

    user_class: str
    title: str
    meaning: str
    # How many users at once, where that is not for the plan to say.
    users: int | None = None
    # Settings that a server needs for it.
    environment: Mapping[str, str] = MappingProxyType({})
    # Its requests are too long to be cut into short slices.
    whole: bool = False
    # The server goes on working after its answer.
    background: bool = False
    # Rows of the table `books` come and go.
    writes: bool = False
    # Also measured when there are only a few minutes.
    quick: bool = False


PAGE_SIZE = 20
_FIELDS = ("id", "title", "author", "rating", "published_year")
# In which a list may be asked for.
ORDERS = (*_FIELDS, *(f"-{field}" for field in _FIELDS))

WORKLOADS = {
    "read": Workload("ReadUser", "Read one", "one book by its id", quick=True),
    "list": Workload("ListUser", "List", "20 books: first pages in every order, and pages behind a cursor", quick=True),
    "search": Workload("SearchUser", "Search", "up to 20 books that contain a word"),
    "write": Workload(
        "WriteUser",
        "Write mix",
        "add, patch, replace and delete a book, reading it in between",
        writes=True,
    ),
    # As many users as a worker has slots for password hashes.
    "login": Workload("LoginUser", "Log in", "one password check, which is an Argon2 hash in both", users=2),
    "journey": Workload("JourneyUser", "Journey", "browse, search, log in, add, edit, delete: 80 % reads", writes=True),
    "cover": Workload(
        "CoverUser",
        "Put a cover",
        "a JPEG of 600 x 900 pixels, decoded and written anew, and its thumbnail",
        users=4,
        background=True,
    ),
    "static": Workload("StaticUser", "Static file", "a style sheet of the page, 9 KB, with its validators"),
    "export": Workload("ExportUser", "Export", "all books as NDJSON, in constant memory", users=2, whole=True),
    # One user: an echo costs the server so little that more of them would only show what the generator can do.
    "echoes": Workload("SocketUser", "Echo on a socket", "ten texts at once, there and back", users=1),
    "events": Workload("EventsUser", "Event stream", "ten server-sent events in half a second", users=16, whole=True),
    "chats": Workload(
        "ChatUser",
        "Slow chats",
        "whole chats, 50 at once, of 5 to 15 tokens at 10 a second",
        users=50,
        environment={"CHAT_UPSTREAM_URL": LANGUAGE_MODEL, "MAX_STREAMS": "64"},
        whole=True,
    ),
}

# Asked of bare applications as well, which have no other orders and no cursors; and what a token adds.
LAYER_WORKLOADS = {
    "read": WORKLOADS["read"],
    "list-20": Workload("FirstPageUser", "List 20", "the first 20 books"),
    "me": Workload("MeUser", "Who am I", "the account of a token"),
}

ALL_WORKLOADS = WORKLOADS | LAYER_WORKLOADS


def settings_for(names: Collection[str]) -> dict[str, str]:
    """All settings that servers need for these workloads."""
    return {key: value for name in names for key, value in ALL_WORKLOADS[name].environment.items()}
