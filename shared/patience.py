"""Connections to PostgreSQL that give up on a network that has fallen silent.

PostgreSQL itself ends a statement that takes too long (statement_timeout), and says so. When not even that comes
through, psycopg would wait for ever, and the thread or the request with it. Such a connection is closed: who has it
learns that the database is away, and the pool opens others. Only imported for PostgreSQL: nobody else needs the driver.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from psycopg import AsyncConnection, Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from shared.config import Settings

# What an answer may take on its way, beyond the time that the statement itself may take.
TRANSIT_S = 1.0
_INTERVAL_S = 0.1


class PatientConnection(Connection[Any]):
    """A connection that is closed when an answer takes longer than `patience_s`, None for ever."""

    patience_s: float | None = None

    def wait(self, gen: PQGen[Any], interval: float = _INTERVAL_S, timeout: float | None = None) -> Any:
        """What psycopg waits for; raises OperationalError when it does not come in time."""
        try:
            return super().wait(gen, interval, timeout or self.patience_s)
        except OperationalError:
            _close_if_waiting(self)
            raise


class PatientAsyncConnection(AsyncConnection[Any]):
    """The same for an event loop."""

    patience_s: float | None = None

    async def wait(  # psycopg's signature
        self,
        gen: PQGen[Any],
        interval: float = _INTERVAL_S,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Any:
        """What psycopg waits for; raises OperationalError when it does not come in time."""
        try:
            return await super().wait(gen, interval, timeout or self.patience_s)
        except OperationalError:
            _close_if_waiting(self)
            raise


def _close_if_waiting(connection: PatientConnection | PatientAsyncConnection) -> None:
    # An answer that came after all would be taken for that to the next statement. Errors that came as answers pass.
    if connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
        connection.pgconn.finish()


def connecting(settings: Settings) -> Callable[..., PatientConnection]:
    """How a connection is opened."""

    def connect(*arguments: Any, **options: Any) -> PatientConnection:
        connection = PatientConnection.connect(*arguments, **options)
        connection.patience_s = settings.database_timeout_seconds + TRANSIT_S
        return connection

    return connect


def connecting_async(settings: Settings) -> Callable[..., Coroutine[Any, Any, PatientAsyncConnection]]:
    """How a connection is opened on an event loop."""

    async def connect(*arguments: Any, **options: Any) -> PatientAsyncConnection:
        connection = await PatientAsyncConnection.connect(*arguments, **options)
        connection.patience_s = settings.database_timeout_seconds + TRANSIT_S
        return connection

    return connect
