"""One record: judged as a book, or rejected for a reason that its author can find."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from shared.problems import invalid_input
from shared.schemas import Book, NewBook, ProblemItem

# What the server adds to a book: an export has it, an import passes over it.
SERVER_SET = frozenset(Book.model_fields).difference(NewBook.model_fields)


class Rejected(NamedTuple):
    """A record that is no book: the line of the file on which it begins, and all that is wrong with it."""

    line: int
    items: list[ProblemItem]

    @classmethod
    def because(cls, line: int, reason: str) -> "Rejected":
        """A record that is wrong as a whole."""
        return cls(line, [ProblemItem(loc=[], msg=reason, type="record")])


def judge(line: int, values: Mapping[str, object]) -> NewBook | Rejected:
    """The book that `values` describe."""
    try:
        return NewBook.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        return Rejected(line, invalid_input(details))
