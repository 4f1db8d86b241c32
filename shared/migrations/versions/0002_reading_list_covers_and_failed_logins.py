"""reading list, covers and failed logins"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "login_failures",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failed_at", INSTANT, nullable=False),
    )
    op.create_index("ix_login_failures_key", "login_failures", ["key", "failed_at"])
    op.create_table(
        "todos",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("book_id", ID, sa.ForeignKey("books.id", ondelete="SET NULL")),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.UniqueConstraint("user_id", "book_id", name="uq_todos_book"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_todos_user_id", "todos", ["user_id", "id"])
    op.create_index("ix_todos_book_id", "todos", ["book_id"])
    op.create_table(
        "covers",
        sa.Column("book_id", ID, sa.ForeignKey("books.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("file", sa.String(64), nullable=False, unique=True),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("thumbnail", sa.String(64), unique=True),
        sa.Column("thumbnail_sha256", sa.String(64)),
        sa.Column("thumbnail_attempts", sa.Integer(), nullable=False),
    )
    pending = sa.text("thumbnail IS NULL")
    op.create_index("ix_covers_pending", "covers", ["book_id"], sqlite_where=pending, postgresql_where=pending)


def downgrade() -> None:
    for table in ("covers", "todos", "login_failures"):
        op.drop_table(table)
