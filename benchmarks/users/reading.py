"""Users who only read."""

from locust import task

from benchmarks.api_user import ApiUser
from benchmarks.workloads import ORDERS


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
        order = self.chance.choice(ORDERS)
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
