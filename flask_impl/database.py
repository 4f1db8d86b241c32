"""Where use cases meet the database: every connection is opened, committed and closed here."""

from collections.abc import Callable, Generator
from typing import Concatenate, ParamSpec, TypeAlias, TypeVar

from flask import current_app
from sqlalchemy import Connection
from werkzeug.local import LocalProxy

from shared.config import ConfigError, Settings
from shared.engine import Engines

P = ParamSpec("P")
T = TypeVar("T")
Items: TypeAlias = Generator[T, None, None]


class Database:
    """Runs use cases, each on a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        require_blocking_driver(settings)
        self._engines = Engines(settings)

    def read(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that reads, without a transaction."""
        with self._engines.reads.connect() as connection:
            return use_case(connection, *args, **kwargs)

    def check(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case of the operator, whose connection nobody else has."""
        with self._engines.checks.connect() as connection:
            return use_case(connection, *args, **kwargs)

    def write(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case in a transaction, committed when it returns and rolled back when it raises."""
        with self._engines.writes.begin() as connection:
            return use_case(connection, *args, **kwargs)

    def stream(
        self, use_case: Callable[Concatenate[Connection, P], Items[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Items[T]:
        """Run a use case that reads more than fits into memory; it holds its connection until it ends or is closed."""
        with self._engines.streams.connect() as connection:
            yield from use_case(connection, *args, **kwargs)


database: Database = LocalProxy(lambda: current_app.extensions["database"])  # type: ignore[assignment]  # a proxy is what it stands for


def require_blocking_driver(settings: Settings) -> None:
    """Raise ConfigError when the settings name a driver that needs an event loop."""
    if settings.database_url.startswith("postgresql+asyncpg:"):
        raise ConfigError("DATABASE_URL names asyncpg, which needs an event loop; Flask has psycopg")
