"""Fill the catalogue: `python -m shared.seed [--csv FILE] [--scale N]`.

A book that the catalogue already holds under the same title, author and year is passed over, so loading a file twice
changes nothing. All of it happens in one transaction: an error or an interruption leaves nothing behind.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.book_csv import BadHeader, BookRecords, Rejected
from shared.books import insert_all
from shared.config import ConfigError, Settings
from shared.engine import Engines
from shared.migrate import upgrade
from shared.model import fold, utc_now
from shared.schemas import FullBook
from shared.tables import books as table
from shared.tables import users

OWNER = "catalogue"
OWN_BOOKS = Path(__file__).parent / "data" / "books.csv"
BATCH_ROWS = 1_000
PROGRESS_ROWS = 50_000
# So many books of the file are kept in memory, to be varied.
MAX_MODELS = 10_000
# Indexes are filled in random order: with SQLite's 2 MB, half the time of a million rows went into rereading pages.
SQLITE_CACHE_KIB = 131_072

Item = TypeVar("Item")


class SeedError(Exception):
    """What stops the whole load; the text is one line for the operator."""


@dataclass(slots=True)
class Outcome:
    """How many records went which way, and the first of the books."""

    loaded: int = 0
    rejected: int = 0
    present: int = 0
    grown: int = 0
    models: list[FullBook] = field(default_factory=list)

    def __str__(self) -> str:
        counts = f"loaded {self.loaded}, rejected {self.rejected}, already present {self.present}"
        return f"{counts}, grown by {self.grown}" if self.grown else counts


def seed(settings: Settings, records: Iterable[FullBook | Rejected], scale: int) -> Outcome:
    """Add the books among `records`, then let the table grow to `scale` rows; rejects go to standard error."""
    upgrade(settings)
    engines = Engines(settings)
    try:
        with engines.writes.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}")
            now = utc_now()
            _claim_owner(connection, now)
            outcome = _load(connection, records, now)
            outcome.grown = _grow(connection, outcome.models, scale, now)
            if connection.dialect.name == "postgresql":
                # Else autovacuum does so some time later, and plans change in the middle of a measurement.
                connection.exec_driver_sql("ANALYZE books, book_search")
    finally:
        engines.dispose()
    return outcome


def _claim_owner(connection: Connection, now: datetime) -> None:
    """Make sure that the owner exists and that nobody can log in as it; a second load waits here for the first."""
    try:
        with connection.begin_nested():
            connection.execute(insert(users).values(username=OWNER, created_at=now))
    except IntegrityError:
        pass  # It exists.
    account = select(users.c.password_hash).where(users.c.username == OWNER).with_for_update()
    if connection.execute(account).scalar_one() is not None:
        raise SeedError(f"somebody registered as {OWNER!r} and would own the books")


def _load(connection: Connection, records: Iterable[FullBook | Rejected], now: datetime) -> Outcome:
    outcome = Outcome()
    for batch in _batches(records):
        books = [record for record in batch if isinstance(record, FullBook)]
        for rejected in (record for record in batch if isinstance(record, Rejected)):
            print(rejected, file=sys.stderr)
        absent = _absent(connection, books)
        _insert(connection, absent, now)
        outcome.loaded += len(absent)
        outcome.rejected += len(batch) - len(books)
        outcome.present += len(books) - len(absent)
        outcome.models += books[: MAX_MODELS - len(outcome.models)]
    return outcome


def _absent(connection: Connection, books: list[FullBook]) -> list[FullBook]:
    """Those that the catalogue does not hold, each once."""
    titles = {fold(book.title) for book in books}
    rows = connection.execute(
        select(table.c.title, table.c.author, table.c.published_year).where(
            table.c.owner == OWNER, table.c.title_key.in_(titles)
        )
    )
    held = {tuple(row) for row in rows}
    distinct = {(book.title, book.author, book.published_year): book for book in books}
    return [book for identity, book in distinct.items() if identity not in held]


def _insert(connection: Connection, books: Sequence[FullBook], now: datetime) -> None:
    server_set = {"owner": OWNER, "version": 1, "created_at": now, "updated_at": now}
    insert_all(connection, [book.model_dump() | server_set for book in books])


def _grow(connection: Connection, models: list[FullBook], scale: int, now: datetime) -> int:
    """Add variations until the table has `scale` rows, and say how many.

    They are numbered on from the books of the catalogue, of which none is ever deleted: no number comes twice.
    """
    of_catalogue = func.count().filter(table.c.owner == OWNER)
    rows, held = connection.execute(select(func.count(), of_catalogue).select_from(table)).one()
    growth = max(0, scale - rows)
    if growth and not models:
        raise SeedError("there is no book to vary in the file")
    numbers = range(held + 1, held + 1 + growth)
    for batch in _batches(_variation(models, number) for number in numbers):
        _insert(connection, batch, now)
    return growth


def _variation(models: list[FullBook], number: int) -> FullBook:
    """A book of its own, made of one model and the surname of another."""
    # Every model meets every other before a pair comes again, so authors stay as rare as they are in a library.
    turn, place = divmod(number, len(models))
    model, other = models[place], models[(place + turn) % len(models)]
    year = model.published_year
    return model.model_copy(
        update={
            "title": f"{model.title[:280]} (No. {number})",
            "author": _merge(model.author, other.author),
            "published_year": None if year is None else max(-9999, year - turn % 100),
        }
    )


def _merge(author: str, other: str) -> str:
    """The first author's given names with the other's surname."""
    given, _, only_name = author.split(", ")[0].rpartition(" ")
    surname = other.split(", ")[0].rpartition(" ")[2]
    return f"{given or only_name} {surname}"[:200]


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Items in lists; on a terminal, says from time to time how many there have been."""
    iterator, done = iter(items), 0
    while batch := list(islice(iterator, BATCH_ROWS)):
        yield batch
        done += len(batch)
        if done % PROGRESS_ROWS == 0 and sys.stderr.isatty():
            print(f"{done:,} rows", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Load, and say in one line what was done or why nothing was."""
    options = _parse(arguments)
    try:
        settings = Settings.load()
        with options.csv.open(encoding="utf-8-sig", newline="") as file:
            outcome = seed(settings, BookRecords(file), options.scale)
    except BadHeader as error:
        return _refuse(f"{options.csv}: {error}", 2)
    except UnicodeDecodeError:
        return _refuse(f"{options.csv}: not UTF-8", 2)
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}", 2)
    except (ConfigError, SeedError) as error:
        return _refuse(str(error), 2)
    except DBAPIError as error:
        return _refuse(f"the database refused: {str(error.orig).splitlines()[0]}", 1)
    except KeyboardInterrupt:
        return _refuse("interrupted, nothing was loaded", 130)
    print(outcome)
    return 0


class _Options(argparse.Namespace):
    csv: Path
    scale: int


def _parse(arguments: Sequence[str] | None) -> _Options:
    parser = argparse.ArgumentParser(
        prog="python -m shared.seed", description="Load books into the database of DATABASE_URL, for everybody to read."
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", default=OWN_BOOKS, help="books to load instead of our own")
    parser.add_argument("--scale", type=int, metavar="N", default=0, help="vary them until the table has N rows")
    options = parser.parse_args(arguments, namespace=_Options())
    if options.scale < 0:
        parser.error("--scale cannot be negative")
    return options


def _refuse(reason: str, code: int) -> int:
    print(f"error: {reason}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
