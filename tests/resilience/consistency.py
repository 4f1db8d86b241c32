"""What must be true of a database and its files, whatever has crashed, once the server has had its moment."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Row, select, text

from shared.config import Settings
from shared.covers import MAX_ATTEMPTS
from shared.engine import Engines
from shared.tables import covers

SETTLED_WITHIN_S = 60


def settled(settings: Settings) -> list[str]:
    """What is wrong, empty if nothing is; a server that is running gets the time to take up lost work."""
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while (found := faults(settings)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def faults(settings: Settings) -> list[str]:
    """What is wrong at this moment, with no request under way."""
    engines = Engines(settings)
    try:
        with engines.reads.connect() as connection:
            rows = connection.execute(select(covers)).all()
            unlike = _unlike_the_index(connection)
    finally:
        engines.dispose()
    named = {name for row in rows for name in (row.file, row.thumbnail) if name}
    there = {path.name for path in settings.files_dir.iterdir()} if settings.files_dir.exists() else set()
    orphans = [f"no row names the file {name}" for name in sorted(there - named)]
    return unlike + orphans + [fault for row in rows for fault in _faults_of_cover(row, settings.files_dir)]


def _unlike_the_index(connection: Connection) -> list[str]:
    """Books that the full-text index lacks, and entries of it that have no book."""
    key = "rowid" if connection.dialect.name == "sqlite" else "book_id"
    books, entries = "SELECT id FROM books", f"SELECT {key} FROM book_search"  # noqa: S608  # one of two names above
    lacking = connection.execute(text(f"{books} EXCEPT {entries}")).scalars()
    left = connection.execute(text(f"{entries} EXCEPT {books}")).scalars()
    return [f"the index lacks book {book_id}" for book_id in lacking] + [
        f"the index has an entry for {book_id}, which is no book" for book_id in left
    ]


def _faults_of_cover(row: Row[*tuple[object, ...]], folder: Path) -> Iterator[str]:
    if row.thumbnail is None and row.thumbnail_attempts < MAX_ATTEMPTS:
        yield f"the cover of book {row.book_id} waits for its thumbnail"
    for name, sha256 in ((row.file, row.sha256), (row.thumbnail, row.thumbnail_sha256)):
        if name and not (folder / name).exists():
            yield f"a file of book {row.book_id} is missing"
        elif name and hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
            yield f"a file of book {row.book_id} is not what its row says"
