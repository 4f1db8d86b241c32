"""The librarian: answers questions about the catalogue, from the catalogue alone, always the same way.

    answer = database.read(librarian.answer, question)
    for token in librarian.tokens(answer.text): ...

What is not in the catalogue is said to be absent, and a question that was not understood is said to be so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from sqlalchemy import Connection, Select, bindparam, func, select

from shared import search
from shared.book_rows import Statement, from_row, public
from shared.questions import Question, Scope, understand
from shared.schemas import Book
from shared.tables import books as table

NAMED: Final = 5
COUNTED: Final = 10_000
DESCRIPTION_MAX: Final = 500

HELP: Final = (
    "I know this catalogue. Ask me for books by an author, books in a category, books about a word, the highest rated "
    'books, or how many there are; or say "tell me about" and a title.'
)
_FIELDS: dict[Scope, tuple[str, ...]] = {
    "title": ("title",),
    "author": ("author",),
    "category": ("category",),
    # Here descriptions count, and an author's name does not.
    "topic": ("title", "category", "description"),
}
_PHRASES: dict[Scope, str] = {
    "title": "with {} in the title",
    "author": "by {}",
    "category": "in the category {}",
    "topic": "about {}",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the librarian says, and the ids of the books that it speaks of."""

    text: str
    books: list[int] = field(default_factory=list)


def tokens(text: str) -> Iterator[str]:
    """The pieces of a text, each a word with the space after it; joined they are the text again."""
    return (piece[0] for piece in re.finditer(r"\s+|\S+\s*", text))


def answer(connection: Connection, question: str) -> Answer:
    """The answer to a question of any text."""
    asked = understand(question)
    match asked.kind:
        case "help":
            return Answer(f"Hello! {HELP}")
        case "unknown":
            return Answer(f"I don't know how to answer that. {HELP}")
        case "title":
            return _about(connection, asked)
        case "count":
            return _count(connection, asked)
        case "list" | "best":
            return _list(connection, asked)


def _about(connection: Connection, asked: Question) -> Answer:
    """Of a title; of what is none, whatever else the catalogue has under these words."""
    found = _rows(connection, asked)
    if found:
        more = _others(found[1:], _total(connection, asked) - len(found))
        return Answer(_portrait(found[0]) + more, [book.id for book in found])
    for scope in ("author", "topic"):
        elsewhere = Question("list", scope, asked.subject)
        if _total(connection, elsewhere):
            return _list(connection, elsewhere)
    return Answer(f"The catalogue has nothing called {_quoted(asked)}, and nothing about it.")


def _count(connection: Connection, asked: Question) -> Answer:
    return Answer(f"The catalogue has {_counted(_total(connection, asked))}{_which(asked)}.")


def _list(connection: Connection, asked: Question) -> Answer:
    total = _total(connection, asked)
    if not total:
        return Answer(f"The catalogue has no books{_which(asked)}.")
    found = _rows(connection, asked)
    opening = f"The catalogue has {_counted(total)}{_which(asked)}"
    if asked.kind == "best":
        opening += ", and the highest rated is" if len(found) == 1 else ", and the highest rated are"
    elif total > len(found):
        opening += f". The {len(found)} best rated are"
    return Answer(f"{opening}: {_enumerated(found)}.", [book.id for book in found])


def _total(connection: Connection, asked: Question) -> int:
    """How many books are meant; COUNTED + 1 stands for more than that."""
    dialect = connection.dialect.name
    values = _values(dialect, asked)
    return connection.execute(_counting(dialect, bool(asked.scope)), {**values, "most": COUNTED + 1}).scalar_one()


def _rows(connection: Connection, asked: Question) -> list[Book]:
    """The books to be named: of a title, those nearest to it; else the best rated, the newest among equals."""
    statement = _naming(connection.dialect.name, bool(asked.scope), asked.kind == "title")
    rows = connection.execute(statement, {**_values(connection.dialect.name, asked), "most": NAMED})
    return [from_row(row) for row in rows]


def _values(dialect: str, asked: Question) -> dict[str, str]:
    return search.match(dialect, asked.words, _FIELDS[asked.scope]) if asked.scope else {}


@cache
def _counting(dialect: str, searched: bool) -> Select[int]:
    source = search.hits(dialect).c.book_id if searched else table.c.id
    return select(func.count()).select_from(select(source).limit(bindparam("most")).subquery())


@cache
def _naming(dialect: str, searched: bool, by_title: bool) -> Statement:
    statement = select(*public)
    if searched:
        hits = search.hits(dialect, first=True)
        statement = statement.join_from(table, hits, hits.c.book_id == table.c.id)
    order = (func.length(table.c.title_key), table.c.id) if by_title else (table.c.rating.desc(), table.c.id.desc())
    return statement.order_by(*order).limit(bindparam("most"))


def _counted(total: int) -> str:
    if total > COUNTED:
        return f"more than {COUNTED:,} books"
    return "one book" if total == 1 else f"{total:,} books" if total else "no books"


def _which(asked: Question) -> str:
    return f" {_PHRASES[asked.scope].format(_quoted(asked))}" if asked.scope else ""


def _quoted(asked: Question) -> str:
    return f"\u201c{asked.subject}\u201d"


def _enumerated(found: list[Book]) -> str:
    return "; ".join(
        f"\u201c{book.title}\u201d by {book.author} ({_year(book)}, rated {book.rating} of 5)" for book in found
    )


def _others(named: list[Book], unnamed: int) -> str:
    """The rest of what has such a title."""
    if not named:
        return ""
    more = f"; and {min(unnamed, COUNTED):,} more" if unnamed else ""
    return f" There {'is' if len(named) == 1 else 'are'} also {_enumerated(named)}{more}."


def _portrait(book: Book) -> str:
    text = f"\u201c{book.title}\u201d by {book.author} ({_year(book)}) is in the category {book.category}"
    description = " ".join(book.description.split())
    if len(description) > DESCRIPTION_MAX:
        description = f"{description[:DESCRIPTION_MAX].rpartition(' ')[0] or description[:DESCRIPTION_MAX]} \u2026"
    return f"{text} and rated {book.rating} of 5. {description}".strip()


def _year(book: Book) -> str:
    if book.published_year is None:
        return "year unknown"
    return str(book.published_year) if book.published_year >= 0 else f"{-book.published_year} BC"
