"""A reader who also contributes."""

from collections.abc import Callable
from functools import cache

from locust import task

from benchmarks import journey
from benchmarks.account_user import AccountUser
from benchmarks.answers import Book, Page
from benchmarks.api_user import ORDERS
from benchmarks.journey import Journey, Step, Visit

_load = cache(journey.load)


class JourneyUser(AccountUser):
    """Makes the visits of a journey, by their weights."""

    def on_start(self) -> None:
        """Read what a journey is."""
        super().on_start()
        self._journey: Journey = _load()
        self._steps: dict[Step, Callable[[], object]] = {
            "list": self._list,
            "next-page": self._next_page,
            "read": self.read_one,
            "search": self.search,
            "by-author": self.by_author,
            "me": self.me,
            "log-in": self.log_in,
            "add": lambda: self._own.append(self.add()),
            "read-own": lambda: self.read_own(self._own[0]),
            "edit": lambda: self._rewrite(self.edit),
            "replace": lambda: self._rewrite(self.replace),
            "delete": lambda: self.delete(self._own.pop(0)),
        }

    @task
    def visit(self) -> None:
        """From coming to leaving."""
        self.keep_token_fresh()
        self._own: list[Book] = []
        visits = self._journey.visit
        for step in self._drawn(visits).steps:
            self._steps[step]()

    def _drawn(self, visits: list[Visit]) -> Visit:
        return self.chance.choices(visits, [visit.weight for visit in visits])[0]

    def _list(self) -> None:
        self._order = self.chance.choice(ORDERS)
        self._page: Page = self.list_page(sort=self._order)

    def _next_page(self) -> None:
        # A catalogue of one page is read from its start again, so that the mix stays what it is.
        behind = {"cursor": self._page["next"]} if self._page["next"] else {}
        self._page = self.list_page("next page", sort=self._order, **behind)

    def _rewrite(self, write: Callable[[Book], Book]) -> None:
        self._own[0] = write(self._own[0])
