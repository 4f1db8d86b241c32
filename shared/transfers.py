"""Use cases that move the whole catalogue, or much of it, without ever holding more than a batch of it."""

import csv
import io
from collections.abc import Callable, Generator, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from shared import books
from shared.book_rows import from_row, public
from shared.draft import Draft
from shared.model import User
from shared.parsing import CSV, NDJSON
from shared.records.cells import write_cell
from shared.schemas import Book, Imported
from shared.tables import books as table

# Large enough to cost little for each row, small enough to be made between two other answers of an event loop.
BATCH_ROWS = 250
# The first is what a client without a preference gets.
EXPORTS = (NDJSON, f"{CSV}; charset=utf-8")

_COLUMNS = tuple(Book.model_fields)
_all = select(*public).order_by(table.c.id)


def export_headers(media_type: str) -> dict[str, str]:
    """What is said of an export beside its content."""
    name = {NDJSON: "books.ndjson"}.get(media_type, "books.csv")
    return {"Content-Type": media_type, "Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"}


def export(connection: Connection, media_type: str) -> Generator[bytes, None, None]:
    """Every book in the order of ids, a batch at a time, as they all are at one moment: one statement reads them.

    Something comes at once even of an empty catalogue, so that a caller knows early whether the database answers.
    """
    begin, write = _FORMATS[media_type]
    with connection.execute(_all, execution_options={"yield_per": BATCH_ROWS}) as rows:
        batches = ([from_row(row) for row in batch] for batch in rows.partitions())
        yield begin + write(next(batches, []))
        for batch in batches:
            yield write(batch)


def insert(connection: Connection, draft: Draft, user: User, now: datetime) -> Imported:
    """Add the books of a draft, which then belong to `user`."""
    server_set = {"owner": user.username, "version": 1, "created_at": now, "updated_at": now}
    for batch in draft.batches():
        books.insert_all(connection, [row | server_set for row in batch])
    return draft.outcome()


def _ndjson(books: Sequence[Book]) -> bytes:
    return "".join(f"{book.model_dump_json()}\n" for book in books).encode()


def _csv(books: Sequence[Book]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([write_cell(value) for value in book.model_dump(mode="json").values()] for book in books)
    return file.getvalue().encode()


_FORMATS: dict[str, tuple[bytes, Callable[[Sequence[Book]], bytes]]] = dict(
    zip(EXPORTS, [(b"", _ndjson), (f"{','.join(_COLUMNS)}\r\n".encode(), _csv)], strict=True)
)
