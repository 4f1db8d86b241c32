"""What servers are asked to do. Locust patches whatever interpreter imports it, so that here are only the names."""

from typing import NamedTuple


class Workload(NamedTuple):
    """A Locust user class of `benchmarks.users`, and what a reader of the report should know about it."""

    user_class: str
    title: str
    meaning: str
    # Users at once, where the usual number would only meet a limit.
    users: int | None = None
    # Rows of `books` come and go.
    writes: bool = False
    # It cannot be stopped and resumed within tenths of a second, so that it is not cut into slices.
    whole: bool = False
    # The server goes on working after its answer.
    background: bool = False
    # Part of the quick profile.
    quick: bool = False


WORKLOADS = {
    "read": Workload("ReadUser", "Read one", "one book by its id"),
    "list": Workload("ListUser", "List", "20 books: first pages in every order, and pages behind a cursor"),
    "search": Workload("SearchUser", "Search", "up to 20 books that contain a word"),
    "write": Workload("WriteUser", "Write mix", "add, patch, replace and delete a book, reading it in between"),
    "login": Workload("LoginUser", "Log in", "one password check, which is an Argon2 hash in both"),
    "journey": Workload("JourneyUser", "Journey", "browse, search, log in, add, edit, delete: 80 % reads"),
}

# Asked of bare applications as well, which have no other orders and no cursors.
LAYER_WORKLOADS = {
    "read": WORKLOADS["read"],
    "list-20": Workload("FirstPageUser", "List 20", "the first 20 books"),
}

ALL_WORKLOADS = WORKLOADS | LAYER_WORKLOADS
