"""Users with an account, who act as owners of books."""

import json
import time
import uuid
from collections import defaultdict
from typing import ClassVar, NamedTuple
from urllib.parse import urlencode

from gevent.lock import RLock

from benchmarks.answers import Book, Expected, Me, Tokens, a_book, a_token_pair, an_account, nothing
from benchmarks.api_user import OWNER_PREFIX, ApiUser

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


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

    @property
    def authorization(self) -> dict[str, str]:
        """The header that says who asks."""
        return {"Authorization": f"Bearer {self.token}"}


class AccountUser(ApiUser):
    """Has an account, registered over the API and shared with the other users of its server, and acts as its owner."""

    abstract = True
    # One account is enough for all: registering and logging in cost a password hash each.
    accounts: ClassVar[dict[str, Account]] = {}
    _entrances: ClassVar[defaultdict[str, RLock]] = defaultdict(RLock)

    def on_start(self) -> None:
        """Learn about books, and become somebody."""
        super().on_start()
        self.take_account()

    @property
    def account(self) -> Account:
        """Who this user is."""
        return self.accounts[str(self.host)]

    @classmethod
    def forget_all(cls) -> None:
        """Servers that know nobody stand where those before them stood."""
        cls.accounts.clear()

    def take_account(self) -> None:
        """Register, if nobody of this server has, and log in."""
        with self._entrances[str(self.host)]:
            if str(self.host) not in self.accounts:
                self.accounts[str(self.host)] = self._register()
            self.keep_token_fresh()

    def _register(self) -> Account:
        # By no seed: the name must be new to the server, which may know those of another run.
        account = Account(f"{OWNER_PREFIX}{uuid.uuid4().hex[:20]}", uuid.uuid4().hex)
        body = json.dumps(account.credentials).encode()
        self.prepare("POST", "/auth/register", "register", Expected(201, an_account), JSON, body)
        return account

    def log_in(self) -> None:
        """Get new tokens for the password."""
        self._keep(self.ask("POST", "/auth/login", "log in", Expected(200, a_token_pair), *self._login))

    def keep_token_fresh(self) -> None:
        """Log in before the access token expires."""
        if time.monotonic() > self.account.renew_at:
            self._keep(self.prepare("POST", "/auth/login", "log in", Expected(200, a_token_pair), *self._login))

    @property
    def _login(self) -> tuple[dict[str, str], bytes]:
        return FORM, urlencode(self.account.credentials).encode()

    def _keep(self, pair: Tokens) -> None:
        renew_at = time.monotonic() + pair["expires_in"] / 2
        self.accounts[str(self.host)] = self.account._replace(token=pair["access_token"], renew_at=renew_at)

    def me(self) -> Me:
        """Ask who one is."""
        username = self.account.username
        expected = Expected(200, an_account, lambda account: account["username"] == username, "another account")
        return self.ask("GET", "/auth/me", "me", expected, self.account.authorization)

    def new_book(self) -> dict[str, object]:
        """The fields of a copy of a book."""
        model = self.chance.choice(self.books)
        return {
            "title": model["title"],
            "author": model["author"],
            "category": model["category"],
            "rating": self.chance.randint(1, 5),
        }

    def add(self) -> Book:
        """Add a copy of a book, owned by this user."""
        book = self._write("POST", "/books/", "add", 201, self.new_book())
        self.course.add_rows(1)
        return book

    def prepare_book(self) -> Book:
        """As `add`, before the first task."""
        fields = self.new_book()
        expected = _written(201, self.account.username, fields)
        return self.prepare("POST", "/books/", "add", expected, *self._message(fields))

    def read_own(self, book: Book) -> None:
        """Read an own book as it was last written."""
        self.ask("GET", f"/books/{book['id']}", "read own", _same(book))

    def edit(self, book: Book) -> Book:
        """Change one field of an own book."""
        return self._write("PATCH", f"/books/{book['id']}", "edit", 200, {"rating": self.chance.randint(1, 5)})

    def replace(self, book: Book) -> Book:
        """Put another book in the place of an own one."""
        fields = self.new_book() | {"description": "replaced under load", "published_year": None}
        return self._write("PUT", f"/books/{book['id']}", "replace", 200, fields)

    def delete(self, book: Book) -> None:
        """Delete an own book."""
        path = f"/books/{book['id']}"
        self.ask("DELETE", path, "delete", Expected(204, nothing), self.account.authorization)
        self.course.add_rows(-1)

    def _write(self, method: str, path: str, name: str, status: int, fields: dict[str, object]) -> Book:
        expected = _written(status, self.account.username, fields)
        return self.ask(method, path, name, expected, *self._message(fields))

    def _message(self, fields: dict[str, object]) -> tuple[dict[str, str], bytes]:
        return self.account.authorization | JSON, json.dumps(fields).encode()


def _same(book: Book) -> Expected[Book]:
    """The book as it is known."""
    return Expected(200, a_book, lambda read: read == book, "another book than was written")


def _written(status: int, owner: str, fields: dict[str, object]) -> Expected[Book]:
    """A book of `owner` that has these fields."""
    sent = {**fields, "owner": owner}
    return Expected(status, a_book, lambda book: book.items() >= sent.items(), "another book than was sent")
