"""Users who act as somebody."""

from locust import task

from benchmarks.account_user import AccountUser


class MeUser(AccountUser):
    """Asks who it is, which takes a token and reads one row."""

    @task
    def who(self) -> None:
        """One request."""
        self.keep_token_fresh()
        self.me()


class WriteUser(AccountUser):
    """Adds books, changes them and deletes them again."""

    @task
    def life_of_a_book(self) -> None:
        """Four writes and one read."""
        self.keep_token_fresh()
        book = self.add()
        book = self.edit(book)
        self.read_own(book)
        book = self.replace(book)
        self.delete(book)


class LoginUser(AccountUser):
    """Logs in again and again."""

    @task
    def enter(self) -> None:
        """One password hash."""
        self.log_in()
