"""A database of each kind, for tests of use cases; what a test writes is rolled back."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert

from shared.config import Settings
from shared.engine import Engines
from shared.migrate import upgrade
from shared.tables import users
from tests.databases import fresh_postgresql
from tests.postgres import NoPostgres, cluster

OWNER = "owner"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server, or a skip with the reason."""
    try:
        with cluster() as url:
            yield url
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """An empty catalogue with one user."""
    if request.param == "sqlite":
        yield from _engines(f"sqlite:///{tmp_path_factory.mktemp('database')}/books.sqlite3")
    else:
        with fresh_postgresql(request.getfixturevalue("postgresql")) as url:
            yield from _engines(url)


def _engines(url: str) -> Iterator[Engines]:
    settings = Settings(database_url=url)
    upgrade(settings)
    engines = Engines(settings)
    with engines.writes.begin() as connection:
        connection.execute(insert(users).values(username=OWNER, created_at=datetime.now(UTC)))
    yield engines
    engines.dispose()


@pytest.fixture
def writable(engines: Engines) -> Iterator[Connection]:
    """A connection in a transaction that comes to nothing."""
    with engines.writes.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
