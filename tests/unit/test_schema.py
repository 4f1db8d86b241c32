"""The migrations make the schema that the code describes, on both databases, once, whoever comes first."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.sql.schema import SchemaItem

from shared.config import Settings
from shared.engine import Engines
from shared.migrate import HEAD, upgrade
from shared.migrations.steps import newest
from shared.tables import metadata
from tests.databases import fresh_postgresql
from tests.servers import ROOT, TWINS

INDEXES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexname FROM pg_indexes",
}

# SQLite's full-text index is a virtual table and the tables in which FTS5 keeps it; metadata can describe neither.
FTS5_TABLES = {"book_search", *(f"book_search_{part}" for part in ("config", "content", "data", "idx"))}


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    if request.param == "sqlite":
        yield Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3")
    else:
        with fresh_postgresql(request.getfixturevalue("postgresql")) as url:
            yield Settings(database_url=url)


def test_the_revision_that_the_code_needs_is_the_newest() -> None:
    assert newest() == HEAD


@pytest.mark.parametrize("twin", TWINS)
def test_a_server_of_a_current_schema_starts_without_alembic(twin: str, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3")
    upgrade(settings)
    code = (
        f"import sys, shared.cli, {twin}_impl.app; from shared.config import Settings;"
        "shared.cli.upgrade(Settings.load()); sys.exit('alembic' in sys.modules)"
    )
    environment = {**os.environ, "DATABASE_URL": settings.database_url, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=False).returncode == 0


def _describable(_item: SchemaItem, name: str | None, *_rest: object) -> bool:
    return name not in FTS5_TABLES


# What cannot be compared on SQLite, its indexes on expressions, is looked up by name instead.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migrations_make_the_tables_that_the_code_describes(settings: Settings) -> None:
    upgrade(settings)
    engines = Engines(settings)
    with engines.reads.connect() as connection:
        options = {"include_object": _describable} if connection.dialect.name == "sqlite" else {}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        made = {name for (name,) in connection.execute(text(INDEXES[connection.dialect.name]))}
    engines.dispose()
    tables = [table for name, table in metadata.tables.items() if not options or name not in FTS5_TABLES]
    assert made >= {index.name for table in tables for index in table.indexes}


def test_sqlite_is_opened_as_the_design_says(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3")
    upgrade(settings)
    engines = Engines(settings)
    with engines.reads.connect() as connection:
        names = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]
    engines.dispose()
    assert found == ["wal", 1, 2, 5000]


def _count(url: str) -> None:
    engines = Engines(Settings(database_url=url))
    for _ in range(50):
        with engines.writes.begin() as connection:
            n = connection.exec_driver_sql("SELECT n FROM counter").scalar_one()
            connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})
    engines.dispose()


def test_processes_that_write_at_once_wait_for_each_other(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3")
    upgrade(settings)
    engines = Engines(settings)
    with engines.writes.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter AS SELECT 0 AS n")
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(_count, [settings.database_url] * 4, chunksize=1)
    with engines.reads.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counter").scalar_one() == 200
    engines.dispose()
