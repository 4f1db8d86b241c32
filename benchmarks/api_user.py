"""What every virtual user can do: ask, and have the answer judged.

Users ask without pause. What comes before a user's first task is named "set-up" in Locust's tables and is not
measured by the lab.
"""

import itertools
import random
from collections.abc import Mapping
from typing import ClassVar, TypeVar
from urllib.parse import quote, urlencode

from locust.env import Environment
from locust.exception import StopUser

from benchmarks.answers import Book, Expected, Page, a_book, a_page, begins_a_word, is_by
from benchmarks.lean.user import LeanUser
from benchmarks.workloads import ORDERS, PAGE_SIZE

# Marks what the load itself adds, so that nobody reads a book that another user is about to delete.
OWNER_PREFIX = "load-"
_SAMPLE_SIZE = 100

T = TypeVar("T")


class ApiUser(LeanUser):
    """Asks, has status and shape of what comes back judged, and knows some books that exist."""

    abstract = True
    books: list[Book]
    _numbers: ClassVar["itertools.count[int]"]

    def __init_subclass__(cls) -> None:
        """Number the users of each class by themselves, so that every contender is asked alike."""
        super().__init_subclass__()
        cls._numbers = itertools.count()

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        seed = getattr(environment.parsed_options, "seed", self.seed)
        # Several Locust workers would else all ask the same.
        worker = getattr(environment.runner, "worker_index", 0)
        self.chance = random.Random(f"{seed} {worker} {next(self._numbers)}")

    def on_start(self) -> None:
        """Learn about some books, other ones for each user."""
        query = {"limit": _SAMPLE_SIZE, "sort": self.chance.choice(ORDERS)}
        page = self.prepare("GET", f"/books/?{urlencode(query)}", "books", Expected(200, a_page))
        self.books = lasting(page)
        if not self.books:
            raise StopUser

    def ask(
        self,
        method: str,
        path: str,
        name: str,
        expected: Expected[T],
        headers: Mapping[str, str] = {},
        body: bytes = b"",
    ) -> T:
        """What the answer to a request that counts says; a wrong answer is a failure that ends the task."""
        self.client.request(method, path, name=name, headers=headers, body=body, check=expected)
        return expected.body

    def prepare(
        self,
        method: str,
        path: str,
        name: str,
        expected: Expected[T],
        headers: Mapping[str, str] = {},
        body: bytes = b"",
    ) -> T:
        """As `ask`, before the first task."""
        self.client.set_up(method, path, name=name, headers=headers, body=body, check=expected)
        return expected.body

    def read_one(self) -> None:
        """Read a book that exists."""
        asked_id = self.chance.choice(self.books)["id"]
        expected = Expected(200, a_book, lambda book: book["id"] == asked_id, "another book than was asked for")
        self.ask("GET", f"/books/{asked_id}", "read one", expected)

    def list_page(self, name: str = "list", **query: str) -> Page:
        """Read a page of 20."""
        path = f"/books/?{urlencode({'limit': str(PAGE_SIZE), **query})}"
        return self.ask("GET", path, name, Expected(200, a_page, _is_whole, "a page of another length"))

    def search(self) -> None:
        """Look for a word of a title that exists."""
        words = [word for word in self.chance.choice(self.books)["title"].split() if word.isascii() and word.isalpha()]
        word = max(words, key=len, default="the")
        path = f"/books/?{urlencode({'limit': PAGE_SIZE, 'q': word})}"
        # The first hit alone: to look into all would cost more than the request.
        expected = Expected(200, a_page, lambda page: begins_a_word(word, page["items"][0]), "a book without the word")
        self.ask("GET", path, "search", expected)

    def by_author(self) -> None:
        """Read the books of an author who has some."""
        author = self.chance.choice(self.books)["author"]
        path = f"/books/author/{quote(author, safe='')}"
        expected = Expected(200, a_page, lambda page: is_by(author, page["items"][0]), "a book of another author")
        self.ask("GET", path, "by author", expected)


def lasting(page: Page) -> list[Book]:
    """The books of a page that no user will delete."""
    return [book for book in page["items"] if not book["owner"].startswith(OWNER_PREFIX)]


def _is_whole(page: Page) -> bool:
    return len(page["items"]) == PAGE_SIZE or (len(page["items"]) < PAGE_SIZE and page["next"] is None)
