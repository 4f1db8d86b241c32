"""Tables and indexes; the migrations beside this file create the same schema step by step.

Text that is compared or sorted has a folded copy in a `*_key` column, collated by code point, so that SQLite
and PostgreSQL agree on every order and every match.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import TSVECTOR

metadata = MetaData()

# SQLite gives only a column of type INTEGER an automatic id.
_Id = BigInteger().with_variant(Integer(), "sqlite")
_Key = Text().with_variant(Text(collation="C"), "postgresql")

# Books without a year sort last, whichever way the list runs.
YEAR_LAST_ASCENDING = 10_000
YEAR_LAST_DESCENDING = -10_000


class _SqliteInstant(sqlite.DATETIME):
    """SQLite has no type for time: text of one width, in UTC with its offset, sorts as time does."""

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        return lambda value: value.astimezone(UTC).isoformat(timespec="microseconds") if value else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:
        return lambda text: datetime.fromisoformat(text) if text else None


_Instant = DateTime(timezone=True).with_variant(_SqliteInstant(), "sqlite")  # type: ignore[no-untyped-call]  # as SQLAlchemy has it


users = Table(
    "users",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("username", _Key, nullable=False, unique=True),
    Column("email", Text),
    Column("password_hash", Text),
    Column("created_at", _Instant, nullable=False),
    sqlite_autoincrement=True,
)

# A session is what a login opens: the family of all refresh tokens that descend from it.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", _Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", _Instant, nullable=False),
    Column("expires_at", _Instant, nullable=False),
    Column("revoked_at", _Instant),
    Index("ix_sessions_user_id", "user_id"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("session_id", String(32), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("used_at", _Instant),
    Index("ix_refresh_tokens_session_id", "session_id"),
)

books = Table(
    "books",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("rating", SmallInteger, nullable=False),
    Column("published_year", SmallInteger),
    # Usernames never change, so a book is read without a join.
    Column("owner", _Key, ForeignKey("users.username"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", _Instant, nullable=False),
    Column("updated_at", _Instant, nullable=False),
    Column("title_key", _Key, nullable=False),
    Column("author_key", _Key, nullable=False),
    Column("category_key", _Key, nullable=False),
    CheckConstraint("rating BETWEEN 1 AND 5", name="ck_books_rating"),
    sqlite_autoincrement=True,
)

# The full-text index (shared/search.py) on PostgreSQL; on SQLite it is a virtual table, which only a migration makes.
book_search = Table(
    "book_search",
    metadata,
    Column("book_id", _Id, ForeignKey("books.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("words", TSVECTOR, nullable=False),
    Index("ix_book_search_words", "words", postgresql_using="gin"),
)

# One row for each failed login, under each key that it counts for; forgotten after a while.
login_failures = Table(
    "login_failures",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False),
    Column("failed_at", _Instant, nullable=False),
    Index("ix_login_failures_key", "key", "failed_at"),
)

# An entry outlives its book, so it keeps what its reader knew of it.
todos = Table(
    "todos",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("user_id", _Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("book_id", _Id, ForeignKey("books.id", ondelete="SET NULL")),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("created_at", _Instant, nullable=False),
    Column("updated_at", _Instant, nullable=False),
    UniqueConstraint("user_id", "book_id", name="uq_todos_book"),
    Index("ix_todos_user_id", "user_id", "id"),
    Index("ix_todos_book_id", "book_id"),
    sqlite_autoincrement=True,
)

# The files are in FILES_DIR; a cover without a thumbnail is work to be done.
covers = Table(
    "covers",
    metadata,
    Column("book_id", _Id, ForeignKey("books.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("file", String(64), nullable=False, unique=True),
    Column("media_type", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", _Instant, nullable=False),
    Column("thumbnail", String(64), unique=True),
    Column("thumbnail_sha256", String(64)),
    Column("thumbnail_attempts", Integer, nullable=False),
)
_pending = covers.c.thumbnail.is_(None)
Index("ix_covers_pending", covers.c.book_id, sqlite_where=_pending, postgresql_where=_pending)

_year_up = func.coalesce(books.c.published_year, literal_column(str(YEAR_LAST_ASCENDING)))
_year_down = func.coalesce(books.c.published_year, literal_column(str(YEAR_LAST_DESCENDING)))

# One index for each order of the list, with and without a category; each ends in the id, which makes the order total.
# An author has few enough books to sort them on the spot.
for name, key in {
    "title": books.c.title_key,
    "author": books.c.author_key,
    "rating": books.c.rating,
    "year": _year_up,
    "year_down": _year_down,
}.items():
    Index(f"ix_books_{name}", key, books.c.id)
    Index(f"ix_books_category_{name}", books.c.category_key, key, books.c.id)
Index("ix_books_category", books.c.category_key, books.c.id)
