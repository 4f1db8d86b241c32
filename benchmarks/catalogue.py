"""The database content that every server start begins with: seeded once, copied for each."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from benchmarks.failures import LabError
from benchmarks.machine import ROOT
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

    def fresh_copy(self, name: str) -> dict[str, str]:
        """The environment of a server that finds the template's content, untouched by any server before."""
        copy = self._folder / f"{name}.sqlite3"
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._template, copy)
        return self._environment(copy)

    def _environment(self, database: Path) -> dict[str, str]:
        return os.environ | {"DATABASE_URL": f"sqlite:///{database}", "SECRET_KEY": self._secret}
