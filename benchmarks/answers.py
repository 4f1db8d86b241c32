"""What right answers look like, and what is said of those that are not. No Locust, no network."""

import json
from collections.abc import Callable, Mapping
from typing import Generic, Protocol, TypedDict, TypeGuard, TypeVar

from shared.model import fold, search_words

T = TypeVar("T")


class Answered(Protocol):
    """An answer of a server."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[bytes, bytes]:
        """Header fields by their lower-case names."""

    @property
    def body(self) -> bytes:
        """The whole body."""


class Book(TypedDict):
    """The members of a book that users look at."""

    id: int
    title: str
    author: str
    category: str
    rating: int
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


class Me(TypedDict):
    """An account, without its secrets."""

    id: int
    username: str
    email: str | None
    created_at: str


class Cover(TypedDict):
    """A cover as the server keeps it."""

    media_type: str
    width: int
    height: int
    bytes: int
    sha256: str


def a_book(body: object) -> TypeGuard[Book]:
    """Whether `body` has the shape of a book."""
    return isinstance(body, dict) and isinstance(body.get("id"), int) and body.keys() >= Book.__required_keys__


def a_page(body: object) -> TypeGuard[Page]:
    """Whether `body` has the shape of a page with at least one book."""
    if not isinstance(body, dict) or body.keys() != Page.__required_keys__:
        return False
    items = body["items"]
    return isinstance(items, list) and len(items) > 0 and all(map(a_book, items))


def a_token_pair(body: object) -> TypeGuard[Tokens]:
    """Whether `body` is what a login answers."""
    return isinstance(body, dict) and body.keys() == Tokens.__required_keys__


def an_account(body: object) -> TypeGuard[Me]:
    """Whether `body` describes an account."""
    return isinstance(body, dict) and body.keys() == Me.__required_keys__


def a_cover(body: object) -> TypeGuard[Cover]:
    """Whether `body` describes a cover."""
    return isinstance(body, dict) and body.keys() == Cover.__required_keys__


def nothing(body: object) -> TypeGuard[None]:
    """Whether there was no body."""
    return body is None


def begins_a_word(word: str, book: Book) -> bool:
    """Whether a search for `word` may find the book."""
    words = search_words(f"{book['title']} {book['author']} {book['category']}")
    return any(found.startswith(word.lower()) for found in words)


def is_by(author: str, book: Book) -> bool:
    """Whether the book is by an author of this name, however it is spelled."""
    return fold(book["author"]) == fold(author)


class Expected(Generic[T]):
    """A judge of one JSON answer: its status, its shape, and what this request in particular must get.

    Called with the answer, it says what is wrong; when nothing is, `body` is what it found.
    """

    body: T

    def __init__(
        self,
        status: int,
        shape: Callable[[object], TypeGuard[T]],
        fits: Callable[[T], bool] | None = None,
        otherwise: str = "",
    ) -> None:
        self._status, self._shape, self._fits, self._otherwise = status, shape, fits, otherwise

    def __call__(self, answer: Answered) -> str | None:
        """What is wrong with the answer."""
        if answer.status != self._status:
            return f"status {answer.status} instead of {self._status}"
        try:
            body: object = json.loads(answer.body) if answer.body else None
        except ValueError:
            return "an answer that is not JSON"
        if not self._shape(body):
            return f"an answer that is not {self._shape.__name__.replace('_', ' ')}"
        if self._fits and not self._fits(body):
            return self._otherwise
        self.body = body
        return None
