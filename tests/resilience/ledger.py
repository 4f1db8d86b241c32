"""What clients were told of the books that they wrote, and so what must be there whatever has crashed since."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import httpx2

from tests.contract.client import book_fields


class State(NamedTuple):
    """A book as it was answered: all of its texts say the same word."""

    word: str
    version: int


def fields(word: str) -> dict[str, Any]:
    """The six fields of a book of which half could not pass for the whole."""
    return book_fields(title=f"Title {word}", author=f"Author {word}", description=word)


def state(book: dict[str, Any]) -> State:
    """A book as it is; a word that is none is one of which only half was written."""
    word = book["description"]
    whole = {name: book[name] for name in fields(word)} == fields(word)
    return State(word if whole else f"half of {word}", book["version"])


class Ledger:
    """The writes of all writers of one run, those acknowledged and those of which nobody knows."""

    def __init__(self) -> None:
        self.kept: dict[int, State] = {}
        self.removed: set[int] = set()
        # What may have become of a book whose change was cut short: None, gone.
        self.perhaps: dict[int, State | None] = {}
        self.perhaps_new: set[str] = set()
        self.acknowledged = self.cut = self.refused = 0
        self.longest_s = self.refused_at = 0.0
        self.unexpected: Counter[str] = Counter()
        self._counted = asyncio.Event()

    def acknowledge(self) -> None:
        """Count a write that was answered."""
        self.acknowledged += 1
        self._counted.set()

    def refuse(self) -> None:
        """Count a write that was refused, just now."""
        self.refused += 1
        self.refused_at = time.monotonic()
        self._counted.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        """Return when the counts are what is waited for."""
        while not reached():
            self._counted.clear()
            await self._counted.wait()

    async def reach(self, goal: float) -> None:
        """Return when so many writes have been acknowledged."""
        await self.until(lambda: self.acknowledged >= goal)

    def faults(self, books: Iterable[dict[str, Any]]) -> tuple[list[str], list[str]]:
        """What was lost, and what is there that nobody has asked for."""
        found = {book["id"]: state(book) for book in books}
        lost = [
            f"book {book_id} should be {self._allowed(book_id)} and is {found.get(book_id)}"
            for book_id in self.kept
            if found.get(book_id) not in self._allowed(book_id)
        ]
        phantoms = [f"book {book_id} has come back" for book_id in self.removed & found.keys()]
        phantoms += [
            f"nobody has added book {book_id}, {there}"
            for book_id, there in found.items()
            if book_id not in self.kept and book_id not in self.removed and not self._may_be_new(there)
        ]
        return lost, phantoms

    def _allowed(self, book_id: int) -> set[State | None]:
        known = self.kept[book_id]
        return {known, self.perhaps.get(book_id, known)}

    def _may_be_new(self, there: State) -> bool:
        return there.version == 1 and there.word in self.perhaps_new


def export(url: str) -> Iterable[dict[str, Any]]:
    """All books that a server has."""
    with httpx2.stream("GET", f"{url}/books/export", timeout=120) as response:
        assert response.status_code == 200, response.read()
        for line in response.iter_lines():
            yield json.loads(line)
