"""books, users and sessions"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("username", KEY, nullable=False, unique=True),
        sa.Column("email", sa.Text()),
        sa.Column("password_hash", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("session_id", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("used_at", INSTANT),
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])
    op.create_table(
        "books",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("published_year", sa.SmallInteger()),
        sa.Column("owner", KEY, sa.ForeignKey("users.username"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("title_key", KEY, nullable=False),
        sa.Column("author_key", KEY, nullable=False),
        sa.Column("category_key", KEY, nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="ck_books_rating"),
        sqlite_autoincrement=True,
    )
    orders: dict[str, str | sa.TextClause] = {
        "title": "title_key",
        "author": "author_key",
        "rating": "rating",
        "year": sa.text("coalesce(published_year, 10000)"),
        "year_down": sa.text("coalesce(published_year, -10000)"),
    }
    for name, key in orders.items():
        op.create_index(f"ix_books_{name}", "books", [key, "id"])
        op.create_index(f"ix_books_category_{name}", "books", ["category_key", key, "id"])
    op.create_index("ix_books_category", "books", ["category_key", "id"])


def downgrade() -> None:
    for table in ("books", "refresh_tokens", "sessions", "users"):
        op.drop_table(table)
