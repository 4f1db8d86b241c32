"""The database content that every server start begins with: seeded once, copied for each."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from benchmarks.failures import LabError
from benchmarks.machine import ROOT
from benchmarks.postgres import NoPostgres, own_cluster
from benchmarks.process_tree import rough_cpu_s
from benchmarks.records import Contender
from benchmarks.text import last_line

_SEED_LIMIT_S = 600


class Database(Protocol):
    """One kind of database: a template, and a copy of it for each contender."""

    def template(self) -> str:
        """The URL of the template, which is empty."""

    def seal(self) -> None:
        """The template is filled: nothing holds it open any more."""

    def copy(self, contender: Contender) -> str:
        """The URL of a fresh copy; the one before is gone."""

    def count_books(self, contender: Contender) -> int:
        """How many books the contender's copy holds now."""

    def cpu_s(self) -> float:
        """CPU seconds that its own processes, where it has any here, have used so far."""


class SqliteFiles:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def template(self) -> str:
        """The file that is copied."""
        return f"sqlite:///{self._file('template')}"

    def seal(self) -> None:
        """Everything into the one file that will be copied."""
        with closing(sqlite3.connect(self._file("template"))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy(self, contender: Contender) -> str:
        """A file of its own, without what the server before left beside it."""
        copy = self._file(contender.name)
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._file("template"), copy)
        return f"sqlite:///{copy}"

    def count_books(self, contender: Contender) -> int:
        """Read beside the server."""
        with closing(sqlite3.connect(self._file(contender.name))) as connection:
            (count,) = connection.execute("SELECT count(*) FROM books").fetchone()
        return int(count)

    def cpu_s(self) -> float:
        """None of its own: SQLite works inside the server."""
        return 0.0

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite3"


class PostgresDatabases:
    """Databases of one cluster, whose names begin alike."""

    def __init__(self, url: str, root: int | None = None) -> None:
        self._url, self._root = url, root
        self._prefix = f"lab_{secrets.token_hex(4)}_"

    def template(self) -> str:
        """The database that is copied."""
        self._create("template")
        return self._url_of("template")

    def seal(self) -> None:
        """Up to date, so that the first copy has no more to do than the last."""
        with self._connected("template") as connection:
            connection.execute("VACUUM ANALYZE")

    def copy(self, contender: Contender) -> str:
        """A database of its own."""
        self._create(contender.name, "template")
        return self._url_of(contender.name)

    def count_books(self, contender: Contender) -> int:
        """Read beside the server."""
        with self._connected(contender.name) as connection:
            row = connection.execute("SELECT count(*) FROM books").fetchone()
        return int(row[0]) if row else 0

    def cpu_s(self) -> float:
        """That of the cluster's processes; nothing is known of one that somebody else started."""
        return rough_cpu_s(self._root) if self._root else 0.0

    def drop_all(self) -> None:
        """Leave nothing behind in a cluster that goes on."""
        with self._connected() as connection:
            names = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self._prefix]
            ).fetchall()
            for (name,) in names:
                connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def _create(self, name: str, template: str | None = None) -> None:
        database = Identifier(self._prefix + name)
        source = Identifier(self._prefix + template if template else "template1")
        with self._connected() as connection:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
            connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(database, source))

    @contextmanager
    def _connected(self, name: str = "") -> Iterator[psycopg.Connection]:
        """To the database of that name, or to the one that was given; what fails there is one line."""
        try:
            with psycopg.connect(self._url_of(name) if name else self._url, autocommit=True) as connection:
                yield connection
        except psycopg.Error as error:
            raise LabError(f"PostgreSQL: {' '.join(str(error).split())}") from None

    def _url_of(self, name: str) -> str:
        return urlsplit(self._url)._replace(path=f"/{self._prefix}{name}").geturl()


class Catalogue:
    """The same books in every kind of database that a run needs."""

    def __init__(self, folder: Path, databases: Mapping[str, Database]) -> None:
        self._folder, self._databases = folder, databases
        self._secret = secrets.token_hex(32)

    def seed(self, rows: int) -> None:
        """Fill the templates with the project's own books, grown to `rows`."""
        for database in self._databases.values():
            done = subprocess.run(
                [sys.executable, "-m", "shared.seed", "--scale", str(rows)],
                cwd=ROOT, env=self._environment(database.template()), capture_output=True, text=True, check=False,
                timeout=_SEED_LIMIT_S,
            )  # fmt: skip
            if done.returncode:
                raise LabError(f"the catalogue could not be seeded: {last_line(done.stderr)}")
            database.seal()

    def fresh_copy(self, contender: Contender) -> dict[str, str]:
        """The environment of a server that finds the templates' content, untouched by any server before.

        Nothing for a server elsewhere, which has its own.
        """
        if contender.url:
            return {}
        files, counts = self._folder / f"{contender.name}.files", self._folder / f"{contender.name}.counts"
        for folder in (files, counts):
            shutil.rmtree(folder, ignore_errors=True)
        counts.mkdir()
        url = self._databases[contender.database].copy(contender)
        if contender.driver == "asyncpg":
            url = url.replace("postgresql://", "postgresql+asyncpg://", 1)
        # The twins' own servers share their counts in files, which costs a request 2 µs: so does everybody.
        return self._environment(url) | {"FILES_DIR": str(files), "PROMETHEUS_MULTIPROC_DIR": str(counts)}

    def count_books(self, contender: Contender) -> int | None:
        """How many books the database of a contender holds now; None for a server elsewhere."""
        return None if contender.url else self._databases[contender.database].count_books(contender)

    def cpu_s(self) -> float:
        """CPU seconds that database servers on this machine have used so far."""
        return sum(database.cpu_s() for database in self._databases.values())

    def _environment(self, url: str) -> dict[str, str]:
        return os.environ | {"DATABASE_URL": url, "SECRET_KEY": self._secret}


@contextmanager
def opened(contenders: Iterable[Contender], rows: int, given: str | None = None) -> Iterator[Catalogue]:
    """The catalogue of a run, seeded, and gone afterwards; `given` is a PostgreSQL server to use."""
    kinds = {contender.database for contender in contenders if not contender.url}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
        databases: dict[str, Database] = {}
        if "sqlite" in kinds:
            databases["sqlite"] = SqliteFiles(folder)
        if "postgresql" in kinds:
            databases["postgresql"] = stack.enter_context(_postgres(given))
        catalogue = Catalogue(folder, databases)
        catalogue.seed(rows)
        yield catalogue


@contextmanager
def _postgres(given: str | None) -> Iterator[PostgresDatabases]:
    if given:
        databases = PostgresDatabases(given)
        try:
            yield databases
        finally:
            databases.drop_all()
        return
    try:
        with own_cluster() as cluster:
            yield PostgresDatabases(cluster.url, cluster.pid)
    except NoPostgres as error:
        raise LabError(f"a contender needs PostgreSQL: {error}") from None
