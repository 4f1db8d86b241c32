"""Users who move files."""

from locust import task

from benchmarks.account_user import AccountUser
from benchmarks.answers import Expected, a_page
from benchmarks.api_user import ApiUser, lasting
from benchmarks.file_checks import wrong_cover, wrong_file
from benchmarks.lean.connection import Answer
from benchmarks.picture import MULTIPART, SIZE, cover_form
from benchmarks.stream_checks import ExportedLines

_ASSET = "/static/parts.css"


class StaticUser(ApiUser):
    """Loads a style sheet of the page, always the whole of it."""

    def on_start(self) -> None:
        """Learn what the file is."""
        self._original = self.client.set_up("GET", _ASSET, name="static", check=wrong_file)

    @task
    def load(self) -> None:
        """One file."""
        self.client.request("GET", _ASSET, name="static", check=lambda answer: wrong_file(answer, self._original))


class CoverUser(AccountUser):
    """Puts one cover after another on a book of its own."""

    def on_start(self) -> None:
        """Have a book with a cover, so that each further one replaces another."""
        super().on_start()
        self._path = f"/books/{self.prepare_book()['id']}/cover"
        self.client.set_up(
            "PUT",
            self._path,
            name="cover",
            headers=self._headers,
            body=cover_form(),
            check=lambda answer: wrong_cover(answer, 201, SIZE),
        )

    @task
    def put_cover(self) -> None:
        """One picture, which the server decodes and writes anew."""
        self.keep_token_fresh()
        self.client.request(
            "PUT",
            self._path,
            name="cover",
            headers=self._headers,
            body=cover_form(),
            check=lambda answer: wrong_cover(answer, 200, SIZE),
        )

    @property
    def _headers(self) -> dict[str, str]:
        return self.account.authorization | {"Content-Type": MULTIPART}


class ExportUser(ApiUser):
    """Takes the whole catalogue home, a piece at a time."""

    def on_start(self) -> None:
        """Learn how far the catalogue goes: its last books must be in every export."""
        super().on_start()
        newest = self.prepare("GET", "/books/?limit=100&sort=-id", "newest books", Expected(200, a_page))
        self._known = [book["id"] for book in (*self.books, *lasting(newest))]

    @task
    def export(self) -> None:
        """All books as NDJSON."""
        lines = ExportedLines()
        self.client.measured(
            "GET", "export", lambda: self._read(lines), lambda answer: lines.wrong(answer, self._known)
        )

    def _read(self, lines: ExportedLines) -> Answer:
        head, pieces = self.client.connection.stream("GET", "/books/export")
        for piece in pieces:
            lines.add(piece)
        return head
