"""Rows of the table of books, and the books that they are."""

from typing import Any, TypeAlias

from sqlalchemy import Column, Row, Select

from shared.schemas import Book
from shared.tables import books

Statement: TypeAlias = Select[*tuple[Any, ...]]
Found: TypeAlias = Row[*tuple[Any, ...]]

_names = tuple(Book.model_fields)
public: list[Column[object]] = [books.c[name] for name in _names]


def from_row(row: Found) -> Book:
    """The book of a row that begins with the `public` columns."""
    # By position: asking a row for its columns by name costs more than validating them.
    return Book.model_validate(dict(zip(_names, row, strict=False)))
