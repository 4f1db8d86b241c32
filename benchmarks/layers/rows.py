"""Books by the raw driver: the least that reading them can cost."""

import os
import sqlite3
import threading
from typing import TypeAlias, TypedDict

Row: TypeAlias = dict[str, str | int | None]

_COLUMNS = "id, title, author, category, description, rating, published_year, owner, version, created_at, updated_at"
_ONE = f"SELECT {_COLUMNS} FROM books WHERE id = ?"  # noqa: S608  # constants only
_PAGE = f"SELECT {_COLUMNS} FROM books ORDER BY id LIMIT ?"  # noqa: S608  # constants only
_NAMES = tuple(_COLUMNS.split(", "))


class RawPage(TypedDict):
    """A page of a list, as rows."""

    items: list[Row]
    next: str | None


class RawDatabase:
    """The SQLite file of DATABASE_URL, one connection a thread."""

    def __init__(self) -> None:
        self._path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
        self._local = threading.local()

    def book(self, book_id: int) -> Row | None:
        """One book, None when there is none."""
        row = self._connection().execute(_ONE, (book_id,)).fetchone()
        return dict(zip(_NAMES, row, strict=True)) if row else None

    def page(self, limit: int) -> RawPage:
        """The first books."""
        rows = self._connection().execute(_PAGE, (limit,)).fetchall()
        items = [dict(zip(_NAMES, row, strict=True)) for row in rows]
        return {"items": items, "next": str(items[-1]["id"]) if len(items) == limit else None}

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self._path, isolation_level=None)
        return connection
