"""Use cases of covers and their thumbnails: which file belongs to which book.

Each returns the names of the files that are no longer needed, to be deleted once the transaction has been committed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, or_, select, update

from shared import books
from shared.cover_files import CoverFiles
from shared.errors import BookNotFound, CoverNotFound, ThumbnailNotFound
from shared.fields import MAX_ID
from shared.images import WEBP, Picture
from shared.model import User
from shared.preconditions import Preconditions
from shared.schemas import Cover, PendingThumbnail
from shared.stored import StoredFile
from shared.tables import books as book_table
from shared.tables import covers as table

MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Saved:
    """The new cover of a book, and the files of the one before."""

    book_id: int
    cover: Cover
    first: bool
    outdated: tuple[str, ...]

    def headers(self) -> dict[str, str]:
        """What the answer says of the new cover: its validator, and where it is if there was none before."""
        location = {"Location": f"/books/{self.book_id}/cover"} if self.first else {}
        return location | {"ETag": f'"{self.cover.sha256}"'}


def save(
    connection: Connection,
    user: User,
    book_id: int,
    picture: Picture,
    file: str,
    preconditions: Preconditions,
    now: datetime,
) -> Saved:
    """Make `file`, which holds `picture`, the cover of a book; raises BookNotFound, NotTheOwner or StaleVersion."""
    books.own(connection, user, book_id)
    before = _take(connection, book_id)
    preconditions.demand(before.etag if before else None)
    cover = Cover(
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        bytes=len(picture.content),
        sha256=picture.sha256,
    )
    row = {"book_id": book_id, "file": file, "created_at": now, "thumbnail_attempts": 0}
    connection.execute(insert(table).values(row | cover.model_dump(include={"media_type", "sha256"})))
    return Saved(book_id, cover, before is None, before.files if before else ())


def remove(connection: Connection, user: User, book_id: int, preconditions: Preconditions) -> tuple[str, ...]:
    """Take the cover off a book; raises BookNotFound, CoverNotFound, NotTheOwner or StaleVersion, in this order."""
    _row(connection, book_id)
    books.own(connection, user, book_id)
    before = _take(connection, book_id)
    if before is None:
        raise CoverNotFound
    preconditions.demand(before.etag)
    return before.files


def find(connection: Connection, book_id: int, files: CoverFiles) -> StoredFile:
    """The cover of a book; raises BookNotFound or CoverNotFound."""
    row = _row(connection, book_id)
    return StoredFile(files.path(row.file), row.media_type, row.sha256, row.created_at)


def find_thumbnail(connection: Connection, book_id: int, files: CoverFiles) -> StoredFile | PendingThumbnail:
    """The thumbnail of a book, or that it is still being made.

    Raises BookNotFound, CoverNotFound, or ThumbnailNotFound when all attempts to make it have failed.
    """
    row = _row(connection, book_id)
    if row.thumbnail is not None:
        return StoredFile(files.path(row.thumbnail), WEBP, row.thumbnail_sha256, row.created_at)
    if row.thumbnail_attempts >= MAX_ATTEMPTS:
        raise ThumbnailNotFound
    return PendingThumbnail()


def next_thumbnails(connection: Connection) -> list[str]:
    """The files of some covers that wait for a thumbnail, those first that have been tried least."""
    return list(connection.scalars(_waiting))


def is_waiting(connection: Connection, file: str) -> bool:
    """Whether `file` is a cover that still waits for a thumbnail."""
    return connection.scalar(select(table.c.book_id).where(table.c.file == file, _unfinished)) is not None


def set_thumbnail(connection: Connection, file: str, thumbnail: str, sha256: str) -> None:
    """Make `thumbnail` the thumbnail of the cover `file`; raises CoverNotFound when that is no cover any more."""
    row = {"thumbnail": thumbnail, "thumbnail_sha256": sha256}
    if not connection.execute(update(table).where(table.c.file == file).values(row)).rowcount:
        raise CoverNotFound


def count_failure(connection: Connection, file: str) -> None:
    """Note that an attempt to make the thumbnail of `file` has failed."""
    attempts = {"thumbnail_attempts": table.c.thumbnail_attempts + 1}
    connection.execute(update(table).where(table.c.file == file).values(attempts))


_unfinished = and_(table.c.thumbnail.is_(None), table.c.thumbnail_attempts < MAX_ATTEMPTS)
_waiting = select(table.c.file).where(_unfinished).order_by(table.c.thumbnail_attempts, table.c.book_id).limit(20)


def sweep(connection: Connection, files: CoverFiles) -> int:
    """Delete the files that a crash left without a row, and say how many; other workers may be at work meanwhile."""
    named = set(connection.scalars(select(table.c.file)))
    named |= set(connection.scalars(select(table.c.thumbnail).where(table.c.thumbnail.is_not(None))))
    orphans = 0
    for name in sorted(files.names() - named):
        with files.locked(name) as mine:
            # Asked again under the lock: the row may have been written since.
            if mine and not _is_named(connection, name):
                files.remove([name])
                orphans += 1
    return orphans


def _is_named(connection: Connection, name: str) -> bool:
    named = select(table.c.book_id).where(or_(table.c.file == name, table.c.thumbnail == name))
    return connection.scalar(named) is not None


@dataclass(frozen=True, slots=True)
class _Before:
    """A cover that has just lost its row."""

    etag: str
    files: tuple[str, ...]


def _take(connection: Connection, book_id: int) -> _Before | None:
    taken = delete(table).where(table.c.book_id == book_id)
    row = connection.execute(taken.returning(table.c.file, table.c.thumbnail, table.c.sha256)).one_or_none()
    if row is None:
        return None
    return _Before(f'"{row.sha256}"', tuple(name for name in (row.file, row.thumbnail) if name))


_with_book = (
    select(book_table.c.id, *table.c)
    .select_from(book_table.outerjoin(table, table.c.book_id == book_table.c.id))
    .where(book_table.c.id == bindparam("book_id"))
)


def _row(connection: Connection, book_id: int) -> Row[*tuple[Any, ...]]:
    row = connection.execute(_with_book, {"book_id": book_id}).one_or_none() if book_id <= MAX_ID else None
    if row is None:
        raise BookNotFound
    if row.file is None:
        raise CoverNotFound
    return row
