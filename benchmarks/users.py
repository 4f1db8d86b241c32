"""The workloads, each one Locust user class."""

import random

from locust import task

from benchmarks.api_user import AccountUser, ApiUser, Book, is_book

_FIELDS = ("id", "title", "author", "rating", "published_year")
_ORDERS = (*_FIELDS, *(f"-{field}" for field in _FIELDS))


class ReadUser(ApiUser):
    """Reads one book after another."""

    @task
    def read(self) -> None:
        """One request."""
        self.read_one()


class FirstPageUser(ApiUser):
    """Reads the first page again and again."""

    @task
    def first_page(self) -> None:
        """One request."""
        self.list_page()


class ListUser(ApiUser):
    """Opens the catalogue in any order and turns a few pages."""

    @task
    def browse(self) -> None:
        """A first page and up to three behind it."""
        order = random.choice(_ORDERS)
        page = self.list_page(sort=order)
        for _ in range(3):
            if page["next"] is None:
                return
            page = self.list_page(sort=order, cursor=page["next"])


class SearchUser(ApiUser):
    """Searches for words."""

    @task
    def look(self) -> None:
        """One request."""
        self.search()


class WriteUser(AccountUser):
    """Adds books, changes them and deletes them again."""

    @task
    def life_of_a_book(self) -> None:
        """Four writes and one read."""
        self.keep_token_fresh()
        book = self.add()
        self.edit(book)
        self.ask("GET", f"/books/{book['id']}", "read own", is_book)
        self.replace(book)
        self.delete(book)


class LoginUser(AccountUser):
    """Logs in again and again."""

    @task
    def enter(self) -> None:
        """One password hash."""
        self.log_in()


class JourneyUser(AccountUser):
    """A reader who also contributes: of 50 requests 40 read, one logs in and nine write."""

    @task
    def visit(self) -> None:
        """Look around, log in, add three books, look around and edit, and tidy up."""
        self._look_around()
        self.log_in()
        added = [self.add() for _ in range(3)]
        for book in added:
            self._look_around()
            self.edit(book)
        self._tidy_up(added)

    def _look_around(self) -> None:
        order = random.choice(_ORDERS)
        page = self.list_page(sort=order)
        if page["next"]:
            self.list_page(sort=order, cursor=page["next"])
        self.search()
        self.by_author()
        for _ in range(6):
            self.read_one()

    def _tidy_up(self, added: list[Book]) -> None:
        for book in added:
            self.delete(book)
