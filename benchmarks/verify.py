"""A short contract run against the very process that will be measured, with other input each time."""

import random
import string
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import httpx2

from benchmarks.failures import LabError

T = TypeVar("T")

# JSON that a check looks into; what is not there fails the check.
Json = Any


class Verification(NamedTuple):
    """A server, and the chance that makes up its input."""

    client: httpx2.Client
    chance: random.Random

    def word(self, length: int = 12) -> str:
        """A word that nobody can have foreseen."""
        return "".join(self.chance.choices(string.ascii_lowercase, k=length))


class Unexpected(Exception):
    """A server answered otherwise than the contract says."""


def expect(response: httpx2.Response, status: int) -> Json:
    """The body of an answer that must have `status`, and be a problem document when that is no success."""
    request = f"{response.request.method} {response.request.url.raw_path.decode()}"
    if response.status_code != status:
        raise Unexpected(f"{request} answered {response.status_code} instead of {status}")
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    expected = "application/problem+json" if status >= 400 else "application/json"
    if status != 204 and media_type != expected:
        raise Unexpected(f"{request} answered {media_type or 'no media type'} instead of {expected}")
    return response.json() if response.content else None


def holds(fact: bool, sentence: str) -> None:
    """Raise Unexpected with the sentence that was supposed to be true."""
    if not fact:
        raise Unexpected(f"it is not true that {sentence}")


def page_has_books_and_a_next(run: Verification) -> None:
    """A page has as many books as asked for, and leads on."""
    limit = run.chance.randint(2, 19)
    first = expect(run.client.get(f"/books/?limit={limit}&sort=title"), 200)
    holds(len(first["items"]) == limit, "a page has as many books as asked for")
    behind = f"/books/?limit={limit}&sort=title&cursor={first['next']}"
    second = expect(run.client.get(behind), 200)
    seen = {book["id"] for book in first["items"]}
    holds(seen.isdisjoint(book["id"] for book in second["items"]), "the next page has other books")


def book_is_what_the_list_says(run: Verification) -> None:
    """A book by its id equals the book in the list."""
    items = expect(run.client.get("/books/", params={"limit": 100, "sort": "-published_year"}), 200)["items"]
    listed = run.chance.choice(items)
    holds(expect(run.client.get(f"/books/{listed['id']}"), 200) == listed, "a book is the same alone and in a list")


def unknown_and_impossible_ids_are_refused(run: Verification) -> None:
    """404 for a book that is not there, 422 for what is no id."""
    expect(run.client.get(f"/books/{run.chance.randint(10**12, 10**13)}"), 404)
    expect(run.client.get(f"/books/{run.word()}"), 422)
    expect(run.client.get("/books/", params={"limit": run.chance.randint(101, 999)}), 422)


def writing_needs_a_user(run: Verification) -> None:
    """401 without a token."""
    expect(run.client.post("/books/", json={"title": run.word()}), 401)


def own_book_lives_and_dies(run: Verification) -> None:
    """Register, log in, add, find, patch and delete, and nothing is left."""
    token = _enter(run)
    book = {"title": f"{run.word()} {run.word()}", "author": run.word(), "category": run.word(), "rating": 3}
    made = expect(run.client.post("/books/", json=book, headers=token), 201)
    holds({name: made[name] for name in book} == book, "a book is made of what was sent")
    found = expect(run.client.get("/books/", params={"q": made["title"]}), 200)["items"]
    holds(found == [made], "a search finds the only book with these words")
    path = f"/books/{made['id']}"
    holds(expect(run.client.patch(path, json={"rating": 5}, headers=token), 200)["rating"] == 5, "a patch changes")
    expect(run.client.patch(path, json={"rating": 6}, headers=token), 422)
    expect(run.client.delete(path, headers=token), 204)
    expect(run.client.get(path), 404)


def _enter(run: Verification) -> dict[str, str]:
    account = {"username": f"check-{run.word()}", "password": run.word(20)}
    shown = expect(run.client.post("/auth/register", json=account), 201)
    holds(shown["username"] == account["username"], "an account has the name that was asked for")
    expect(run.client.post("/auth/login", data=account | {"password": run.word(20)}), 401)
    pair = expect(run.client.post("/auth/login", data=account), 200)
    return {"Authorization": f"Bearer {pair['access_token']}"}


CHECKS: tuple[Callable[[Verification], None], ...] = (
    page_has_books_and_a_next,
    book_is_what_the_list_says,
    unknown_and_impossible_ids_are_refused,
    writing_needs_a_user,
    own_book_lives_and_dies,
)


# What every server with the same catalogue must answer with the same number of bytes.
SAMPLE = (
    "/books/1",
    "/books/2",
    "/books/?limit=20",
    "/books/?limit=100&sort=-published_year",
    "/books/?q=the&limit=20",
)


class Verified(NamedTuple):
    """How many requests were answered as they should be, and how large the bodies of a fixed sample are."""

    checks: int
    sample_bytes: int


def verify(url: str, name: str, chance: random.Random) -> Verified:
    """Run every check. Raises LabError when one fails."""
    answered: list[httpx2.Response] = []
    with httpx2.Client(base_url=url, timeout=10, event_hooks={"response": [answered.append]}) as client:
        run = Verification(client, chance)
        # The sample first: what the checks add and delete may leave its trace in a page.
        sample_bytes = _held(name, sample, run)
        for check in CHECKS:
            _held(name, check, run)
    return Verified(len(answered), sample_bytes)


def _held(name: str, check: Callable[[Verification], T], run: Verification) -> T:
    try:
        return check(run)
    except (Unexpected, httpx2.HTTPError, LookupError, TypeError, ValueError) as error:
        raise LabError(f"{name} breaks the contract ({check.__name__}): {error!s}") from None


def sample(run: Verification) -> int:
    """Bytes of the bodies of a fixed sample."""
    return sum(len(run.client.get(path).content) for path in SAMPLE)
