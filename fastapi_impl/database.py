"""Where use cases meet the database: every connection is opened, committed and closed here."""

from collections.abc import Callable
from typing import Annotated, Concatenate, ParamSpec, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.requests import HTTPConnection

from shared.config import Settings
from shared.engine import Engines, engine_options

P = ParamSpec("P")
T = TypeVar("T")


class Database(Protocol):
    """Runs use cases, each on a connection of its own."""

    async def read(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that reads, without a transaction."""

    async def write(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case in a transaction, committed when it returns and rolled back when it raises."""

    async def close(self) -> None:
        """Close every connection."""


class ThreadDatabase:
    """SQLite: a whole use case is one hop to a thread, which costs less than a hop for each statement."""

    def __init__(self, settings: Settings) -> None:
        self._engines = Engines(settings)
        self._limiter = CapacityLimiter(settings.connections)

    async def read(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run() -> T:
            with self._engines.reads.connect() as connection:
                return use_case(connection, *args, **kwargs)

        return await to_thread.run_sync(run, limiter=self._limiter)

    async def write(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run() -> T:
            with self._engines.writes.begin() as connection:
                return use_case(connection, *args, **kwargs)

        return await to_thread.run_sync(run, limiter=self._limiter)

    async def close(self) -> None:
        self._engines.dispose()


class AsyncDatabase:
    """PostgreSQL: the driver waits on the event loop, and the use case runs in a greenlet on top of it."""

    def __init__(self, settings: Settings) -> None:
        self._writes = create_async_engine(settings.database, **engine_options(settings))
        self._reads = self._writes.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._reads.connect() as connection:
            return await connection.run_sync(use_case, *args, **kwargs)

    async def write(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._writes.begin() as connection:
            return await connection.run_sync(use_case, *args, **kwargs)

    async def close(self) -> None:
        await self._writes.dispose()


def open_database(settings: Settings) -> Database:
    """The database of the settings, by the way that costs least."""
    sqlite = settings.database.get_backend_name() == "sqlite"
    return ThreadDatabase(settings) if sqlite else AsyncDatabase(settings)


async def database(request: HTTPConnection) -> Database:
    """Dependency: the application's database."""
    return request.app.state.database  # type: ignore[no-any-return]  # state is a bag by design


CurrentDatabase = Annotated[Database, Depends(database)]
