"""A reader who also contributes."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from locust import task
from locust.exception import StopUser

from benchmarks import journey
from benchmarks.account_user import AccountUser
from benchmarks.answers import Book, Page
from benchmarks.failures import UsageError
from benchmarks.journey import Journey, Step, Visit
from benchmarks.workloads import ORDERS

_load = cache(journey.load)


class JourneyUser(AccountUser):
    """Makes the visits of a journey, by their weights."""

    def on_start(self) -> None:
        """Read what a journey is."""
        super().on_start()
        self._journey = self._chosen_journey()
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

    def _chosen_journey(self) -> Journey:
        """That of the argument; without one, or in the lab, the one beside this package."""
        try:
            return _load(Path(getattr(self.environment.parsed_options, "journey", journey.JOURNEY_FILE)))
        except UsageError as error:
            self.environment.events.request.fire(
                request_type="FILE",
                name="set-up: journey",
                response_time=0,
                response_length=0,
                exception=error,
                context=self.context(),
            )
            raise StopUser from None

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
