"""Tables and indexes; the migrations beside this file create the same schema step by step.

Text that is compared or sorted has a folded copy in a `*_key` column, collated by code point, so that SQLite
and PostgreSQL agree on every order and every match.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
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
    TypeDecorator,
    func,
)

metadata = MetaData()

# SQLite gives only a column of type INTEGER an automatic id.
_Id = BigInteger().with_variant(Integer(), "sqlite")
_Key = Text().with_variant(Text(collation="C"), "postgresql")

# Books without a year sort last, whichever way the list runs.
YEAR_LAST_ASCENDING = 10_000
YEAR_LAST_DESCENDING = -10_000


class Instant(TypeDecorator[datetime]):
    """A point in time with its zone, which SQLite cannot store: always UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


users = Table(
    "users",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("username", _Key, nullable=False, unique=True),
    Column("email", Text),
    Column("password_hash", Text),
    Column("created_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

# A session is what a login opens: the family of all refresh tokens that descend from it.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", _Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Index("ix_sessions_user_id", "user_id"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("session_id", String(32), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("used_at", Instant),
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
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("title_key", _Key, nullable=False),
    Column("author_key", _Key, nullable=False),
    Column("category_key", _Key, nullable=False),
    Column("search_text", Text, nullable=False),
    CheckConstraint("rating BETWEEN 1 AND 5", name="ck_books_rating"),
    sqlite_autoincrement=True,
)

# One index for each order of the list; each ends in the id, which makes the order total.
Index("ix_books_title", books.c.title_key, books.c.id)
Index("ix_books_author", books.c.author_key, books.c.id)
Index("ix_books_category", books.c.category_key, books.c.id)
Index("ix_books_rating", books.c.rating, books.c.id)
Index("ix_books_year", func.coalesce(books.c.published_year, YEAR_LAST_ASCENDING), books.c.id)
Index("ix_books_year_down", func.coalesce(books.c.published_year, YEAR_LAST_DESCENDING), books.c.id)
