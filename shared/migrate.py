"""Bring the database of DATABASE_URL to the schema of this code: `python -m shared.migrate`.

Any number of processes may do this at once: one migrates, the others wait and find it done.
"""

import sys

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from shared.config import ConfigError, Settings
from shared.engine import Engines

# The revision that this code needs; a test compares it with the migrations.
HEAD = "0003"
_ADVISORY_LOCK = 0x626F6F6B73  # "books"
# How long a step may take, on a large table for instance, and so how long others wait for whoever migrates.
_STEP_S = 600.0


def upgrade(settings: Settings) -> None:
    """Apply the migrations that are missing, in one transaction; raises OperationalError when nobody answers."""
    if _is_current(settings):
        # Whoever starts or seeds need not wait for others who write.
        return
    # Loading Alembic is a sixth of what a start loads, and most starts have nothing to migrate.
    from shared.migrations.steps import run

    engines = Engines(settings.model_copy(update={"database_timeout_seconds": _STEP_S}))
    try:
        with engines.reads.connect() as connection:
            _write_ahead(connection)
        with engines.writes.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            run(connection)
    finally:
        engines.dispose()


def revision(connection: Connection) -> str | None:
    """The revision of a schema that Alembic has made; raises DBAPIError where it has made none."""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _is_current(settings: Settings) -> bool:
    """Whether nothing is missing, asked with the patience of a request: a database that is silent is no slow step."""
    engines = Engines(settings)
    try:
        with engines.reads.connect() as connection:
            current = inspect(connection).has_table("alembic_version") and revision(connection) == HEAD
            if current:
                _write_ahead(connection)
            return current
    finally:
        engines.dispose()


def _write_ahead(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # Kept in the file, and not changeable inside a transaction.
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def main() -> int:
    """Migrate, and say what could not be done in one line."""
    try:
        upgrade(Settings.load())
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OperationalError as error:
        print(f"error: the database cannot be reached: {error.orig}".splitlines()[0], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
