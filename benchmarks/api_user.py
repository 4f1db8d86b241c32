"""What every virtual user can do: ask, check the answer, and keep an account.

Users ask without pause. What comes before a user's first task is named "set-up" in Locust's tables and is not
measured by the lab.
"""

import json
import random
import time
import uuid
from collections.abc import Callable
from typing import ClassVar, NamedTuple, TypedDict, TypeGuard, TypeVar
from urllib.parse import quote, urlencode

from locust import FastHttpUser
from locust.exception import RescheduleTask, StopUser

# Marks what the load itself adds, so that nobody reads a book that another user is about to delete.
OWNER_PREFIX = "load-"
_SAMPLE_ORDERS = ("id", "title", "-title", "author", "-author", "rating", "published_year", "-published_year")
_SAMPLE_SIZE = 100


class Book(TypedDict):
    """The members of a book that users look at."""

    id: int
    title: str
    author: str
    category: str
    owner: str
    version: int


class Page(TypedDict):
    """A page of a list."""

    items: list[Book]
    next: str | None


class Tokens(TypedDict):
    """What a login gives."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


T = TypeVar("T")


def is_book(body: object) -> TypeGuard[Book]:
    """Whether `body` has the shape of a book."""
    return isinstance(body, dict) and isinstance(body.get("id"), int) and body.keys() >= Book.__required_keys__


def is_page(body: object) -> TypeGuard[Page]:
    """Whether `body` has the shape of a page with at least one book."""
    if not isinstance(body, dict) or body.keys() != Page.__required_keys__:
        return False
    items = body["items"]
    return isinstance(items, list) and len(items) > 0 and all(map(is_book, items))


def is_token_pair(body: object) -> TypeGuard[Tokens]:
    """Whether `body` is what a login answers."""
    return isinstance(body, dict) and body.keys() == Tokens.__required_keys__


def is_account(body: object) -> TypeGuard[dict[str, object]]:
    """Whether `body` describes an account, without its secrets."""
    return isinstance(body, dict) and body.keys() == {"id", "username", "email", "created_at"}


def is_nothing(body: object) -> TypeGuard[None]:
    """Whether there was no body."""
    return body is None


class Account(NamedTuple):
    """A user of the API, and its access token until it has to be renewed."""

    username: str
    password: str
    token: str = ""
    renew_at: float = 0.0

    @property
    def credentials(self) -> dict[str, str]:
        """What it logs in with."""
        return {"username": self.username, "password": self.password}


class ApiUser(FastHttpUser):
    """Asks, checks status and shape of what comes back, and knows some books that exist."""

    abstract = True
    books: list[Book]

    def on_start(self) -> None:
        """Learn about some books, other ones for each user."""
        query = {"limit": _SAMPLE_SIZE, "sort": random.choice(_SAMPLE_ORDERS)}
        page = self.ask("GET", f"/books/?{urlencode(query)}", "set-up: books", is_page)
        self.books = [book for book in page["items"] if not book["owner"].startswith(OWNER_PREFIX)]
        if not self.books:
            raise StopUser

    def ask(
        self,
        method: str,
        path: str,
        name: str,
        check: Callable[[object], TypeGuard[T]],
        *,
        expected: int = 200,
        form: dict[str, str] | None = None,
        body: dict[str, object] | None = None,
        token: str | None = None,
    ) -> T:
        """The JSON answer; one of another status or shape is a failure that ends the task."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with self.client.request(
            method, path, name=name, headers=headers, json=body, data=form and urlencode(form), catch_response=True
        ) as response:
            if response.status_code != expected:
                response.failure(f"{name}: status {response.status_code} instead of {expected}")
                raise RescheduleTask
            answer: object = json.loads(response.content) if response.content else None
            if not check(answer):
                response.failure(f"{name}: an answer that {check.__name__} does not recognise")
                raise RescheduleTask
        return answer

    def read_one(self) -> None:
        """Read a book that exists."""
        book = random.choice(self.books)
        self.ask("GET", f"/books/{book['id']}", "read one", is_book)

    def list_page(self, name: str = "list", **query: str) -> Page:
        """Read a page of 20."""
        path = f"/books/?{urlencode({'limit': '20', **query})}"
        return self.ask("GET", path, name, is_page)

    def search(self) -> None:
        """Look for a word of a title that exists."""
        words = [word for word in random.choice(self.books)["title"].split() if word.isascii() and word.isalpha()]
        self.list_page("search", q=max(words, key=len, default="the"))

    def by_author(self) -> None:
        """Read the books of an author who has some."""
        author = quote(random.choice(self.books)["author"], safe="")
        self.ask("GET", f"/books/author/{author}", "by author", is_page)


class AccountUser(ApiUser):
    """Has an account, registered over the API, and acts as its owner."""

    abstract = True
    # A user that stops leaves its account to the next one: registering and logging in cost a password hash each.
    spare_accounts: ClassVar[dict[str, list[Account]]] = {}
    account: Account

    def on_start(self) -> None:
        """Register, or take over an account, and log in."""
        super().on_start()
        spare = self.spare_accounts.get(str(self.host))
        self.account = spare.pop() if spare else self._register()
        self.keep_token_fresh()

    def on_stop(self) -> None:
        """Leave the account to another user."""
        if hasattr(self, "account"):
            self.spare_accounts.setdefault(str(self.host), []).append(self.account)

    def _register(self) -> Account:
        account = Account(f"{OWNER_PREFIX}{uuid.uuid4().hex[:20]}", uuid.uuid4().hex)
        body: dict[str, object] = {**account.credentials}
        self.ask("POST", "/auth/register", "set-up: register", is_account, expected=201, body=body)
        return account

    def log_in(self, name: str = "log in") -> None:
        """Get new tokens for the password."""
        pair = self.ask("POST", "/auth/login", name, is_token_pair, form=self.account.credentials)
        renew_at = time.monotonic() + pair["expires_in"] / 2
        self.account = self.account._replace(token=pair["access_token"], renew_at=renew_at)

    def keep_token_fresh(self) -> None:
        """Log in before the access token expires."""
        if time.monotonic() > self.account.renew_at:
            self.log_in("set-up: log in")

    def add(self) -> Book:
        """Add a copy of a book, owned by this user."""
        model = random.choice(self.books)
        body: dict[str, object] = {
            "title": model["title"],
            "author": model["author"],
            "category": model["category"],
            "rating": random.randint(1, 5),
        }
        return self.ask("POST", "/books/", "add", is_book, expected=201, body=body, token=self.account.token)

    def edit(self, book: Book) -> None:
        """Change one field of an own book."""
        body: dict[str, object] = {"rating": random.randint(1, 5)}
        self.ask("PATCH", f"/books/{book['id']}", "edit", is_book, body=body, token=self.account.token)

    def replace(self, book: Book) -> None:
        """Put another book in the place of an own one."""
        body: dict[str, object] = {
            "title": book["title"],
            "author": book["author"],
            "category": book["category"],
            "description": "replaced under load",
            "rating": random.randint(1, 5),
            "published_year": None,
        }
        self.ask("PUT", f"/books/{book['id']}", "replace", is_book, body=body, token=self.account.token)

    def delete(self, book: Book) -> None:
        """Delete an own book."""
        self.ask("DELETE", f"/books/{book['id']}", "delete", is_nothing, expected=204, token=self.account.token)
