"""How this project talks to each database: the options of an engine, and the behaviour of its connections.

SQLite is left in the driver's autocommit mode. A read is one statement and needs no transaction; a write begins as a
write (BEGIN IMMEDIATE), so that two processes wait for each other instead of failing with "database is locked".
"""

from pathlib import Path
from typing import TypedDict

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from shared.config import Settings


class EngineOptions(TypedDict):
    """Keyword arguments of SQLAlchemy's create_engine and create_async_engine."""

    pool_size: int
    max_overflow: int
    pool_timeout: float
    pool_pre_ping: bool
    hide_parameters: bool
    connect_args: dict[str, object]


def engine_options(settings: Settings) -> EngineOptions:
    """A pool of exactly the concurrency: overflow would reconnect all the time under load."""
    timeout_s = settings.database_timeout_seconds
    if settings.database.get_backend_name() == "sqlite":
        connect_args: dict[str, object] = {"timeout": timeout_s, "isolation_level": None}
    else:
        connect_args = {
            "connect_timeout": min(60, max(2, round(timeout_s))),
            "options": f"-c statement_timeout={timeout_s * 1000:.0f} -c timezone=UTC",
        }
    return {
        "pool_size": settings.connections,
        "max_overflow": 0,
        "pool_timeout": settings.request_wait_seconds,
        # A connection that the database closed meanwhile is replaced before it can fail a request.
        "pool_pre_ping": settings.database.get_backend_name() != "sqlite",
        # What a statement was given may be a secret, and errors are logged.
        "hide_parameters": True,
        "connect_args": connect_args,
    }


class Engines:
    """One pool with three doors: `reads` runs each statement by itself, `writes` in a transaction.

    `streams` reads in a transaction, which PostgreSQL asks of a cursor that stays on the server. `checks` is a
    connection apart, so that the operator hears how the database is while all others are in use.
    """

    def __init__(self, settings: Settings) -> None:
        url = settings.database
        options = engine_options(settings)
        engine = create_engine(url, **options)
        self.checks: Engine = create_engine(url, **{**options, "pool_size": 1})
        self.reads: Engine = engine
        self.writes: Engine = engine
        self.streams: Engine = engine
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            self.writes = engine.execution_options()
            event.listen(engine, "connect", _configure_sqlite)
            event.listen(self.writes, "begin", _begin_write)
        else:
            _give_up_in_time(settings, engine, self.checks)
            self.reads = engine.execution_options(isolation_level="AUTOCOMMIT")
            self.streams = engine.execution_options(postgresql_readonly=True)

    def dispose(self) -> None:
        """Close every connection."""
        self.writes.dispose()
        self.checks.dispose()


def _configure_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # With NORMAL, a write that was answered 201 could be lost in a power cut.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _give_up_in_time(settings: Settings, *engines: Engine) -> None:
    """Let psycopg's connections be those that do not wait for ever."""
    from shared.patience import connecting

    connect = connecting(settings)
    for engine in engines:
        event.listen(engine, "do_connect", lambda _dialect, _entry, arguments, options: connect(*arguments, **options))


def _begin_write(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
