"""Use case of the operator: can this server do its work?"""

import tempfile
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from shared.errors import DatabaseAway, ServerStopping, StorageAway
from shared.migrate import HEAD, revision
from shared.schemas import Readiness

_VERSIONS = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def ready(connection: Connection, files_dir: Path, *, stopping: bool) -> Readiness:
    """The database and its version.

    Raises ServerStopping, DatabaseAway when the schema is not the one this code needs, and StorageAway when no file can
    be made in `files_dir`.
    """
    if stopping:
        raise ServerStopping
    backend = connection.dialect.name
    version = connection.execute(text(_VERSIONS[backend])).scalar_one()
    try:
        found = revision(connection)
    except (ProgrammingError, OperationalError):
        found = None
    if found != HEAD:
        raise DatabaseAway("The database has another schema than this server: run python -m shared.migrate.")
    _prove_writable(files_dir)
    return Readiness(database=f"{_NAMES[backend]} {version.split()[0]}")


def _prove_writable(folder: Path) -> None:
    # Permissions alone tell nothing of a full disk, or one that was mounted to be read.
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"ready")
    except OSError as error:
        raise StorageAway(f"The folder of files cannot be written: {error.strerror}.") from None
