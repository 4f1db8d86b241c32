"""The database content that every server start begins with: seeded once, copied for each."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.failures import LabError
from benchmarks.machine import ROOT
from benchmarks.records import Contender, Plan
from benchmarks.text import last_line

_SEED_LIMIT_S = 600


class Catalogue:
    """A seeded SQLite file and the copies made of it."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "catalogue.sqlite3"
        self._folder = folder
        self._secret = secrets.token_hex(32)

    def seed(self, rows: int) -> None:
        """Fill the template with the project's own books, grown to `rows`."""
        done = subprocess.run(
            [sys.executable, "-m", "shared.seed", "--scale", str(rows)],
            cwd=ROOT, env=self._environment(self._template), capture_output=True, text=True, check=False,
            timeout=_SEED_LIMIT_S,
        )  # fmt: skip
        if done.returncode:
            raise LabError(f"the catalogue could not be seeded: {last_line(done.stderr)}")
        with sqlite3.connect(self._template) as connection:
            # Everything into the one file that will be copied.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def fresh_copy(self, contender: Contender) -> dict[str, str]:
        """The environment of a server that finds the template's content, untouched by any server before."""
        copy = self._copy_of(contender)
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._template, copy)
        return self._environment(copy)

    def count_books(self, contender: Contender) -> int:
        """How many books the database of a contender holds now."""
        with closing(sqlite3.connect(self._copy_of(contender))) as connection:
            (count,) = connection.execute("SELECT count(*) FROM books").fetchone()
        return int(count)

    def _copy_of(self, contender: Contender) -> Path:
        return self._folder / f"{contender.name}.sqlite3"

    def _environment(self, database: Path) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": f"sqlite:///{database}",
            "FILES_DIR": str(database.with_suffix(".files")),
            "SECRET_KEY": self._secret,
        }


@contextmanager
def opened(plan: Plan, database: str | None) -> Iterator[Catalogue]:
    """The catalogue of a run, seeded, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        catalogue = Catalogue(Path(folder))
        catalogue.seed(plan.catalogue_rows)
        yield catalogue
