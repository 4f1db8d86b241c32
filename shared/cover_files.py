"""The folder of covers and thumbnails, in which no crash leaves anything half-written or forgotten.

A file is written under a temporary name, flushed, renamed, and the folder flushed. Whoever works on a file holds a
lock on it from before it has its name until the database knows of it, or never will. A file that no row names and that
nobody has locked is an orphan of a crash: each start of a worker sweeps those away, while other workers go on. A name
says which database the file belongs to: whatever else is in the folder is somebody else's, and stays.
"""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from shared import logs
from shared.config import Settings
from shared.errors import DomainError, StorageAway


class NewFile:
    """A file that is complete, named and locked; given up if the block that registers it finds that it may not.

    Only a refusal is certain to have changed nothing. After any other failure, such as a connection lost during the
    commit, the database may name the file all the same: then the next sweep decides.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path, self._descriptor = path, descriptor

    def __enter__(self) -> str:
        return self._path.name

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, DomainError):
            self._path.unlink()
        os.close(self._descriptor)


class CoverFiles:
    """The files of one folder; their names are random, so that none is ever written twice."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.files_dir
        self._mark = _mark(settings)
        self._own = re.compile(rf"{self._mark}-[0-9a-f]{{32}}(\.draft)?")

    def path(self, name: str) -> Path:
        """Where the file of this name is."""
        return self._folder / name

    def names(self) -> set[str]:
        """All of its files that are there, finished or not; whatever else is in the folder is none of them."""
        there = {path.name for path in self._folder.iterdir()} if self._folder.exists() else set()
        return set(filter(self._own.fullmatch, there))

    def add(self, content: bytes) -> NewFile:
        """Write a file that survives a power cut; enter it to learn its name, and register it inside.

        Raises StorageAway when the disk is full or the folder cannot be written.
        """
        path = self._folder / f"{self._mark}-{secrets.token_hex(16)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return NewFile(path, self._write(path, content))
        except OSError as error:
            logs.faults.error("storage: %s", error)
            raise StorageAway from None

    def _write(self, path: Path, content: bytes) -> int:
        """The descriptor of the finished file, which holds the lock; a file that cannot be finished is removed."""
        draft = path.with_suffix(".draft")
        descriptor = _locked(draft)
        try:
            _write_out(descriptor, content)
            draft.rename(path)
            self._flush()
        except OSError:
            self.remove([draft.name, path.name])
            os.close(descriptor)
            raise
        return descriptor

    def remove(self, names: Iterable[str]) -> None:
        """Delete files that no row names any more; those that are gone already are no matter."""
        for name in names:
            self.path(name).unlink(missing_ok=True)

    @contextmanager
    def locked(self, name: str) -> Iterator[bool]:
        """Whether this block is the only one that works on a file; on one that is gone nobody else does."""
        try:
            descriptor = os.open(self.path(name), os.O_RDONLY)
        except FileNotFoundError:
            yield True
            return
        try:
            yield _lock_at_once(descriptor)
        finally:
            os.close(descriptor)

    def _flush(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _mark(settings: Settings) -> str:
    """Sixteen letters that are other ones for another database.

    Where two hosts have two addresses for one, neither sweeps what the other forgot, which is the lesser evil.
    """
    url = settings.database
    if url.get_backend_name() == "sqlite":
        place = str(Path(url.database or "").resolve())
    else:
        # A user or an option may stand for a schema, a password for nothing.
        options = sorted(url.difference_update_query(["password"]).query.items())
        place = repr((url.username, url.host, url.port, url.database, options))
    return hashlib.sha256(place.encode()).hexdigest()[:16]


def _locked(draft: Path) -> int:
    """A new file and the lock on it; tried again in case a sweep met it between the two."""
    while True:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


def _lock_at_once(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _write_out(descriptor: int, content: bytes) -> None:
    remaining = memoryview(content)
    while remaining:
        remaining = remaining[os.write(descriptor, remaining) :]
    os.fsync(descriptor)
