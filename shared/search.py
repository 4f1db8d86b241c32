"""The full-text index: which books hold a word that begins so, in the index that the database itself brings.

The domain makes the words (`model.search_words`), of stored texts and of questions alike; SQLite's tokenizer and
PostgreSQL's `tsvector` take them as they are. So both databases agree on what a word is, and no text of a client is
ever read as query syntax. How a book ranks depends on that book alone, not on statistics of the catalogue: a cursor
stays where it was while books come and go.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Integer, RowMapping, Subquery, TextClause, column, text

from shared.model import search_words
from shared.tables import books

FIELDS: Final = ("title", "author", "category", "description")
# What `q` is matched against, the narrowest first; the librarian looks into descriptions as well.
TITLE, NAMES, SHELF, ALL = (FIELDS[:count] for count in (1, 2, 3, 4))


class Database(NamedTuple):
    """How one database is asked and told."""

    hits: TextClause
    write: TextClause


# A hit has the tier of the narrowest fields that hold all the words: 3 for the title, 2 for title and author, 1 else.
_DATABASES = {
    "sqlite": Database(
        hits=text(
            "SELECT rowid AS book_id, CASE"
            " WHEN rowid IN (SELECT rowid FROM book_search WHERE book_search MATCH :in_title) THEN 3"
            " WHEN rowid IN (SELECT rowid FROM book_search WHERE book_search MATCH :in_names) THEN 2"
            " ELSE 1 END AS tier FROM book_search WHERE book_search MATCH :in_all"
        ),
        write=text(
            "INSERT OR REPLACE INTO book_search (rowid, title, author, category, description)"
            " VALUES (:book_id, :title, :author, :category, :description)"
        ),
    ),
    "postgresql": Database(
        hits=text(
            "SELECT book_id, CASE"
            " WHEN words @@ CAST(:in_title AS tsquery) THEN 3"
            " WHEN words @@ CAST(:in_names AS tsquery) THEN 2"
            " ELSE 1 END AS tier FROM book_search WHERE words @@ CAST(:in_all AS tsquery)"
        ),
        write=text(
            "INSERT INTO book_search (book_id, words) VALUES (:book_id, CAST(:words AS tsvector))"
            " ON CONFLICT (book_id) DO UPDATE SET words = excluded.words"
        ),
    ),
}


def hits(dialect: str, first: bool = False) -> Subquery:
    """`book_id` and `tier` of the books that match, to be given the values of `match`.

    With `first` they are found before anything else; else the planner may look a book up in them instead.
    """
    statement = _DATABASES[dialect].hits
    # PostgreSQL plans a query with an OFFSET for itself; SQLite always begins with its virtual table.
    fenced = text(f"{statement.text} OFFSET 0") if first and dialect == "postgresql" else statement
    return fenced.columns(column("book_id", books.c.id.type), column("tier", Integer)).subquery("hits")


def match(dialect: str, asked: str, fields: Sequence[str] = SHELF) -> dict[str, str]:
    """What `hits` needs to find the books that hold each word of `asked`, by its beginning, in `fields`."""
    words = search_words(asked)
    return {
        "in_title": _query(dialect, words, TITLE),
        "in_names": _query(dialect, words, NAMES),
        "in_all": _query(dialect, words, fields),
    }


def index(connection: Connection, rows: Iterable[Mapping[str, Any] | RowMapping]) -> None:
    """Keep the words of books (`id` and the texts) in the place of those that were kept."""
    dialect = connection.dialect.name
    values = [_entry(dialect, row) for row in rows]
    if values:
        connection.execute(_DATABASES[dialect].write, values)


def _entry(dialect: str, row: Mapping[str, Any] | RowMapping) -> dict[str, object]:
    words = {name: search_words(str(row[name])) for name in FIELDS}
    if dialect == "sqlite":
        return {"book_id": row["id"]} | {name: " ".join(found) for name, found in words.items()}
    return {"book_id": row["id"], "words": _tsvector(words)}


# A word's fields are told by its weights. Its positions carry nothing else: one for each field, for a tsvector
# keeps one weight only at each.
_WEIGHTS = dict(zip(FIELDS, "ABCD", strict=True))


def _tsvector(words: Mapping[str, Iterable[str]]) -> str:
    places: dict[str, list[str]] = {}
    for position, name in enumerate(FIELDS, start=1):
        for word in words[name]:
            places.setdefault(word, []).append(f"{position}{_WEIGHTS[name]}")
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def _query(dialect: str, words: Iterable[str], fields: Sequence[str]) -> str:
    if dialect == "sqlite":
        beginnings = " AND ".join(f'"{word}" *' for word in words)
        return f"{{{' '.join(fields)}}} : ({beginnings})"
    weights = "".join(_WEIGHTS[name] for name in fields)
    return " & ".join(f"'{word}':*{weights}" for word in words)
