"""full-text index"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from shared.model import search_words
from shared.search import FIELDS, index

revision = "0003"
down_revision = "0002"

BATCH_ROWS = 1_000
books = sa.table("books", *(sa.column(name) for name in ("id", *FIELDS)))

# The words come from the domain, in ASCII or beyond it, one space between them: this tokenizer parts them there and
# nowhere else. Neither positions nor sizes are kept, for neither phrases nor statistics are asked for.
SQLITE_TABLE = (
    "CREATE VIRTUAL TABLE book_search USING fts5("
    "title, author, category, description, tokenize = 'ascii', detail = column, columnsize = 0)"
)
# What ON DELETE CASCADE is to a table that can have no foreign key.
SQLITE_TRIGGER = (
    "CREATE TRIGGER tr_books_search AFTER DELETE ON books BEGIN DELETE FROM book_search WHERE rowid = old.id; END"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SQLITE_TABLE)
        op.execute(SQLITE_TRIGGER)
        _fill()
    else:
        op.create_table(
            "book_search",
            sa.Column(
                "book_id",
                sa.BigInteger(),
                sa.ForeignKey("books.id", ondelete="CASCADE"),
                primary_key=True,
                autoincrement=False,
            ),
            sa.Column("words", TSVECTOR(), nullable=False),
        )
        _fill()
        op.create_index("ix_book_search_words", "book_search", ["words"], postgresql_using="gin")
    op.drop_column("books", "search_text")


def _fill() -> None:
    connection, last = op.get_bind(), 0
    page = sa.select(books).where(books.c.id > sa.bindparam("last")).order_by(books.c.id).limit(BATCH_ROWS)
    while rows := connection.execute(page, {"last": last}).mappings().all():
        index(connection, rows)
        last = rows[-1]["id"]


def downgrade() -> None:
    op.add_column("books", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    for row in connection.execute(sa.select(books)).mappings().all():
        words = search_words(" ".join((row["title"], row["author"], row["category"])))
        change = sa.text("UPDATE books SET search_text = :text WHERE id = :id")
        connection.execute(change, {"text": "".join(f" {word}" for word in words), "id": row["id"]})
    if connection.dialect.name == "sqlite":
        op.execute("DROP TRIGGER tr_books_search")
    op.drop_table("book_search")
