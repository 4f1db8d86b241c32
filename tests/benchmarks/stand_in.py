"""A small server that keeps the part of the contract which the lab checks, except for one rule if asked to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.http_server import running

Book = dict[str, object]
BOOKS = 150


class StandIn(ThreadingHTTPServer):
    """Books in memory; `broken` names the rule that is not kept."""

    def __init__(self, broken: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.broken = broken
        self.books: dict[int, Book] = {number: {"id": number, "title": f"t{number}"} for number in range(1, BOOKS + 1)}
        self.passwords: dict[str, str] = {}


class Handler(BaseHTTPRequestHandler):
    """One method for each route."""

    server: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: object = None) -> None:
        media_type = "application/problem+json" if status >= 400 and self.keeps("problems") else "application/json"
        content = b"" if status == 204 else json.dumps(body).encode() if self.keeps("json") else b"{"
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def keeps(self, rule: str) -> bool:
        return self.server.broken != rule

    def body(self) -> str:
        return self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()

    def book_id(self) -> int:
        return int(self.path.rsplit("/", 1)[1])

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/books/":
            self.list_books({name: values[0] for name, values in parse_qs(url.query).items()})
        elif not url.path.rsplit("/", 1)[1].isdecimal():
            self.answer(422 if self.keeps("ids") else 404)
        elif book := self.server.books.get(self.book_id()):
            self.answer(200, book if self.keeps("same book") else book | {"title": "another"})
        else:
            self.answer(404 if self.keeps("unknown") else 200, {})

    def list_books(self, query: dict[str, str]) -> None:
        limit, start = int(query.get("limit", 20)), int(query.get("cursor", 0))
        if limit > 100 and self.keeps("limit"):
            return self.answer(422)
        if limit == 100 and not self.keeps("filled"):
            return self.answer(200, {"items": [], "next": None})
        found = [book for book in self.server.books.values() if query.get("q", "") in str(book["title"])]
        begin = start if self.keeps("cursor") else 0
        items = found[begin : begin + (limit if self.keeps("page size") else limit - 1)]
        return self.answer(200, {"items": items if self.keeps("search") else items[:19], "next": str(start + limit)})

    def do_POST(self) -> None:
        text = self.body()
        if self.path == "/auth/register":
            account = json.loads(text)
            self.server.passwords[account["username"]] = account["password"]
            self.answer(201, {"username": account["username"] if self.keeps("username") else "you"})
        elif self.path == "/auth/login":
            form = {name: values[0] for name, values in parse_qs(text).items()}
            right = self.server.passwords[form["username"]] == form["password"] or not self.keeps("password")
            self.answer(200 if right else 401, {"access_token": "token"})
        elif "Authorization" not in self.headers and self.keeps("authorization"):
            self.answer(401)
        else:
            self.add(json.loads(text))

    def add(self, fields: Book) -> None:
        book = {"id": max(self.server.books) + 1, **fields}
        if self.keeps("stored"):
            self.server.books[max(self.server.books) + 1] = book
        self.answer(201, book)

    def do_PATCH(self) -> None:
        change: dict[str, int] = json.loads(self.body())
        if change["rating"] > 5 and self.keeps("rating"):
            return self.answer(422)
        book = self.server.books[self.book_id()]
        if self.keeps("patch"):
            book.update(change)
        return self.answer(200, book)

    def do_DELETE(self) -> None:
        if self.keeps("delete"):
            del self.server.books[self.book_id()]
        self.answer(204)


@contextmanager
def standing_in(broken: str = "") -> Iterator[str]:
    """The URL of a stand-in that keeps every rule but `broken`."""
    with running(StandIn(broken)) as url:
        yield url
