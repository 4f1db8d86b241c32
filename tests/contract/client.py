"""A client that speaks the contract's language: users, books, problems."""

import time
import uuid
from collections.abc import Mapping
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx2

PASSWORD = "a password, long enough"

# Whom to trust takes longer to read than most tests take.
_trusted = cache(httpx2.create_ssl_context)

# Servers close what is idle, the twins after five seconds, others sooner; what is sent at that moment is lost.
IDLE_S = 1.0
_LIMITS = httpx2.Limits(keepalive_expiry=IDLE_S)


def client_of(base_url: str | httpx2.URL, timeout_s: float = 20, local_address: str | None = None) -> httpx2.Client:
    """A client with connections of its own, from an address of this machine if one is given."""
    # A client with a transport of its own heeds no proxy of the environment, through which a stranger's server may be.
    transport = (
        httpx2.HTTPTransport(verify=_trusted(), limits=_LIMITS, local_address=local_address) if local_address else None
    )
    return httpx2.Client(base_url=base_url, timeout=timeout_s, verify=_trusted(), limits=_LIMITS, transport=transport)


def unique(stem: str = "x") -> str:
    """A word that nobody used before."""
    return f"{stem}{uuid.uuid4().hex[:20]}"


def book_fields(**changes: Any) -> dict[str, Any]:
    """The six fields of a valid book with a title of its own."""
    return {
        "title": unique("Title "),
        "author": unique("Author "),
        "category": "test",
        "description": "Made by a test.",
        "rating": 3,
        "published_year": 1999,
    } | changes


def fields_of(book: Mapping[str, Any]) -> dict[str, Any]:
    """The six fields of a book that a client may write."""
    return {name: book[name] for name in book_fields()}


def url(book: Mapping[str, Any]) -> str:
    """Where a book is."""
    return f"/books/{book['id']}"


class User:
    """An account with a session."""

    def __init__(self, username: str, access_token: str, refresh_token: str) -> None:
        self.username, self.refresh_token, self._access_token = username, refresh_token, access_token

    @property
    def access_token(self) -> str:
        """What shows who asks, as long as it lasts."""
        return self._access_token

    @property
    def auth(self) -> dict[str, str]:
        """The header that makes a request this user's."""
        return {"Authorization": f"Bearer {self.access_token}"}


class Regular(User):
    """A user of a whole run, which may outlast an access token: logs in again when half of its time is over."""

    def __init__(self, api: "Api", username: str) -> None:
        self._api, self.username = api, username
        super().__init__(username, **self._log_in())

    @property
    def access_token(self) -> str:
        """What shows who asks, for the rest of a test."""
        if time.monotonic() > self._fresh_until:
            tokens = self._log_in()
            self._access_token, self.refresh_token = tokens["access_token"], tokens["refresh_token"]
        return self._access_token

    def _log_in(self) -> dict[str, str]:
        tokens = self._api.log_in(self.username).json()
        self._fresh_until = time.monotonic() + tokens["expires_in"] / 2
        return {name: tokens[name] for name in ("access_token", "refresh_token")}


def session_cookie(response: httpx2.Response) -> str:
    """The value of the session cookie that an answer sets."""
    name, _, value = response.headers["set-cookie"].partition(";")[0].partition("=")
    assert name == "session"
    return str(value)


def sending(cookie: str) -> dict[str, str]:
    """The header with which a browser sends its session."""
    return {"Cookie": f"session={cookie}"}


class Api:
    """Requests that tests make over and over; every other request goes through `http`."""

    def __init__(self, http: httpx2.Client) -> None:
        self.http = http
        # Tests are many browsers at once: each says itself which cookie it sends.
        http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))

    def register(self, username: str, password: str = PASSWORD, **fields: Any) -> httpx2.Response:
        """Try to open an account."""
        return self.http.post("/auth/register", json={"username": username, "password": password, **fields})

    def log_in(self, username: str, password: str = PASSWORD) -> httpx2.Response:
        """Try to open a session."""
        return self.http.post("/auth/login", data={"username": username, "password": password})

    def open_browser(self, username: str, password: str = PASSWORD, **headers: str) -> httpx2.Response:
        """Try to open a session that a cookie holds."""
        return self.http.post("/auth/session", data={"username": username, "password": password}, headers=headers)

    def browser(self, username: str) -> str:
        """The cookie of a new session of an account."""
        response = self.open_browser(username)
        assert response.status_code == 200, response.text
        return session_cookie(response)

    def new_user(self) -> User:
        """A fresh account, logged in."""
        username = unique("user")
        assert self.register(username).status_code == 201
        return self.session(username)

    def new_regular(self) -> Regular:
        """A fresh account, logged in whenever it is needed."""
        username = unique("user")
        assert self.register(username).status_code == 201
        return Regular(self, username)

    def session(self, username: str) -> User:
        """A new session of an account."""
        tokens = self.log_in(username).json()
        return User(username, tokens["access_token"], tokens["refresh_token"])

    def add(self, user: User, **changes: Any) -> httpx2.Response:
        """Try to add a book."""
        return self.http.post("/books/", json=book_fields(**changes), headers=user.auth)

    def new_book(self, user: User, **changes: Any) -> dict[str, Any]:
        """A fresh book of `user`."""
        response = self.add(user, **changes)
        assert response.status_code == 201, response.text
        document: dict[str, Any] = response.json()
        return document

    def list_todo(self, user: User, book_id: object, **fields: Any) -> httpx2.Response:
        """Try to put a book on a reading list."""
        return self.http.post("/todo/", json={"book_id": book_id, **fields}, headers=user.auth)

    def new_todo(self, user: User, **fields: Any) -> dict[str, Any]:
        """A fresh entry of `user`'s reading list, for a fresh book of theirs."""
        response = self.list_todo(user, self.new_book(user)["id"], **fields)
        assert response.status_code == 201, response.text
        document: dict[str, Any] = response.json()
        return document

    def read(self, book: Mapping[str, Any]) -> dict[str, Any]:
        """A book as it is now."""
        response = self.http.get(url(book))
        assert response.status_code == 200, response.text
        document: dict[str, Any] = response.json()
        return document

    def page(self, **query: Any) -> dict[str, Any]:
        """One page of the catalogue."""
        response = self.http.get("/books/", params=query)
        assert response.status_code == 200, response.text
        document: dict[str, Any] = response.json()
        return document

    def walk(self, **query: Any) -> list[dict[str, Any]]:
        """All the books of a query, page by page."""
        page = self.page(**query)
        items: list[dict[str, Any]] = page["items"]
        seen = {None}
        while page["next"]:
            assert page["next"] not in seen, "the walk goes in a circle"
            seen.add(page["next"])
            page = self.page(**query | {"cursor": page["next"]})
            items += page["items"]
        return items


def assert_problem(response: httpx2.Response, status: int, slug: str | None = None) -> dict[str, Any]:
    """Check that `response` is a problem document for `status` (RFC 9457), and return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:problem:")
    assert problem["title"]
    assert problem["detail"]
    assert set(problem) <= {"type", "title", "status", "detail", "errors"}
    if slug:
        assert problem["type"] == f"urn:problem:{slug}", problem
    return problem


def locations(problem: Mapping[str, Any]) -> list[list[str | int]]:
    """Where the invalid values are, in order."""
    return [item["loc"] for item in problem["errors"]]
