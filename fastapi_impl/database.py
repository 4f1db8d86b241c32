"""Where use cases meet the database: every connection is opened, committed and closed here."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Annotated, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Depends
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from starlette.requests import HTTPConnection

from shared.config import Settings
from shared.engine import Engines, engine_options
from shared.errors import Busy
from shared.turns import Turns

P = ParamSpec("P")
T = TypeVar("T")
Items: TypeAlias = Generator[T, None, None]


class Database(Protocol):
    """Runs use cases, each on a connection of its own."""

    async def read(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that reads, without a transaction."""

    async def check(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case of the operator, whose connection nobody else has."""

    async def write(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case in a transaction, committed when it returns and rolled back when it raises."""

    async def load(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that writes for long, as `write` does, beside the event loop."""

    def stream(
        self, use_case: Callable[Concatenate[Connection, P], Items[T]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[T, None]:
        """Run a use case that reads more than fits into memory; it holds its connection until it ends or is closed."""

    def wait_s(self) -> float:
        """Seconds that a newcomer would wait for a connection; 0 when nobody waits."""

    async def close(self) -> None:
        """Close every connection."""


class ThreadDatabase:
    """SQLite: a whole use case is one hop to a thread, which costs less than a hop for each statement."""

    def __init__(self, settings: Settings) -> None:
        self._engines = Engines(settings)
        self._wait_s = settings.request_wait_seconds
        self._turns = Turns()
        self._limiter = CapacityLimiter(settings.connections)
        self._checks = CapacityLimiter(1)

    async def read(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in_turn(self._engines.reads.connect, use_case, *args, **kwargs)

    async def check(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def run() -> T:
            with self._engines.checks.connect() as connection:
                return use_case(connection, *args, **kwargs)

        return await to_thread.run_sync(run, limiter=self._checks)

    async def write(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in_turn(self._engines.writes.begin, use_case, *args, **kwargs)

    load = write

    async def _in_turn(
        self,
        connected: Callable[[], AbstractContextManager[Connection]],
        use_case: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        turn = self._turns.join()

        def run() -> T:
            # Whoever asked so long ago has left, or soon will: worked on nonetheless, they would fill all threads.
            if turn.end() > self._wait_s:
                raise Busy
            with connected() as connection:
                return use_case(connection, *args, **kwargs)

        try:
            return await to_thread.run_sync(run, limiter=self._limiter)
        finally:
            turn.end()

    async def stream(
        self, use_case: Callable[Concatenate[Connection, P], Items[T]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[T, None]:
        def run() -> Items[T]:
            with self._engines.streams.connect() as connection:
                yield from use_case(connection, *args, **kwargs)

        # The connection is held between the hops as well, so it counts among those in use all the time.
        hops, items = CapacityLimiter(1), run()
        await self._limiter.acquire_on_behalf_of(items)
        try:
            while (item := await to_thread.run_sync(next, items, None, limiter=hops)) is not None:
                yield item
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(items.close, limiter=hops)
            self._limiter.release_on_behalf_of(items)

    def wait_s(self) -> float:
        return self._turns.wait_s()

    async def close(self) -> None:
        self._engines.dispose()


class AsyncDatabase:
    """PostgreSQL: the driver waits on the event loop, and the use case runs in a greenlet on top of it."""

    def __init__(self, settings: Settings) -> None:
        self._writes = _async_engine(settings)
        self._reads = self._writes.execution_options(isolation_level="AUTOCOMMIT")
        self._streams = self._writes.execution_options(postgresql_readonly=True)
        # A batch of an import is 90 ms of CPU, which no event loop can spare at once; one of an export is 4 ms.
        self._beside = ThreadDatabase(settings)
        self._turns = Turns()

    async def read(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in_turn(self._reads.connect, use_case, *args, **kwargs)

    async def check(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._beside.check(use_case, *args, **kwargs)

    async def write(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in_turn(self._writes.begin, use_case, *args, **kwargs)

    async def _in_turn(
        self,
        connected: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
        use_case: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        turn = self._turns.join()
        try:
            async with connected() as connection:
                turn.end()
                return await connection.run_sync(use_case, *args, **kwargs)
        finally:
            turn.end()

    async def load(self, use_case: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._beside.write(use_case, *args, **kwargs)

    async def stream(
        self, use_case: Callable[Concatenate[Connection, P], Items[T]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[T, None]:
        async with self._streams.connect() as connection:
            items = await connection.run_sync(use_case, *args, **kwargs)
            try:
                while (item := await connection.run_sync(lambda _connection: next(items, None))) is not None:
                    yield item
            finally:
                with CancelScope(shield=True):
                    await connection.run_sync(lambda _connection: items.close())

    def wait_s(self) -> float:
        return self._turns.wait_s()

    async def close(self) -> None:
        await self._writes.dispose()
        await self._beside.close()


def _async_engine(settings: Settings) -> AsyncEngine:
    """psycopg as in the other twin; asyncpg for whoever names it in DATABASE_URL, with the same limits."""
    # Not imported before: SQLite does without the driver.
    from shared.patience import TRANSIT_S, connecting_async

    options, url = engine_options(settings), make_url(settings.database_url)
    if url.drivername != "postgresql+asyncpg":
        options["connect_args"]["async_creator_fn"] = connecting_async(settings)
        return create_async_engine(settings.database, **options)
    timeout_s = settings.database_timeout_seconds
    limits = {"statement_timeout": f"{timeout_s * 1000:.0f}", "timezone": "UTC"}
    patience = {"timeout": timeout_s, "command_timeout": timeout_s + TRANSIT_S}
    options["connect_args"] = {**patience, "server_settings": limits}
    return create_async_engine(url, **options)


def open_database(settings: Settings) -> Database:
    """The database of the settings, by the way that costs least."""
    sqlite = settings.database.get_backend_name() == "sqlite"
    return ThreadDatabase(settings) if sqlite else AsyncDatabase(settings)


async def database(request: HTTPConnection) -> Database:
    """Dependency: the application's database."""
    return request.app.state.database  # type: ignore[no-any-return]  # state is a bag by design


CurrentDatabase = Annotated[Database, Depends(database)]
