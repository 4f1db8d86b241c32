"""Use case of the operator: can this server do its work?"""

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from shared.errors import DatabaseAway
from shared.migrate import HEAD
from shared.schemas import Readiness

_VERSIONS = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def ready(connection: Connection) -> Readiness:
    """The database and its version; raises DatabaseAway when its schema is not the one this code needs."""
    backend = connection.dialect.name
    version = connection.execute(text(_VERSIONS[backend])).scalar_one()
    try:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except (ProgrammingError, OperationalError):
        revision = None
    if revision != HEAD:
        raise DatabaseAway("The database has another schema than this server: run python -m shared.migrate.")
    return Readiness(database=f"{_NAMES[backend]} {version.split()[0]}")
