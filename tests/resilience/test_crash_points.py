"""A process that is killed at any step of an upload or of a thumbnail leaves nothing that the next start cannot mend.

The steps are counted: each call that changes the folder or takes a lock, each statement and each commit. A process is
killed before the first of them, another before the second, and so on until one comes through.
"""

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from flask_impl.database import Database
from flask_impl.stopping import Stopping
from flask_impl.thumbnails import Thumbnails
from shared import books, covers, images
from shared.config import Settings
from shared.cover_files import CoverFiles
from shared.migrate import upgrade
from shared.model import User, utc_now
from shared.preconditions import Preconditions
from shared.schemas import NewBook
from shared.tables import users
from tests import forks
from tests.contract.pictures import picture
from tests.resilience.consistency import faults

forks.also_load(__name__)
ALICE = User(1, "alice")
MAX_STEPS = 200
STEPS_OF_FILES = {"os.rename", "os.remove", "fcntl.flock"}


class Steps:
    """Counts the steps of this process, and kills it before one of them."""

    def __init__(self, last: int) -> None:
        self._left = last

    def take(self, *_: object, **__: object) -> None:
        """One step more."""
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        """A call of the interpreter: a step if it is one that changes files, or opens one to be written."""
        if name in STEPS_OF_FILES or (name == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT):
            self.take()


def put(settings: Settings) -> None:
    """What a request does that puts a cover on book 1."""
    files, database = CoverFiles(settings), Database(settings)
    content = images.clean(picture("JPEG", (30, 20)), settings.max_cover_pixels)
    with files.add(content.content) as file:
        saved = database.write(covers.save, ALICE, 1, content, file, Preconditions(), utc_now())
    files.remove(saved.outdated)


def delete_book(settings: Settings) -> None:
    """What a request does that deletes book 1."""
    CoverFiles(settings).remove(Database(settings).write(books.remove, ALICE, 1, Preconditions()))


def catch_up(settings: Settings) -> None:
    """What the start of a worker does, on this thread."""
    Thumbnails(Database(settings), CoverFiles(settings), Stopping())._catch_up()


WORK: dict[str, tuple[tuple[Callable[[Settings], None], ...], Callable[[Settings], None]]] = {
    "first-cover": ((), put),
    "next-cover": ((put, catch_up), put),
    "thumbnail": ((put,), catch_up),
    "delete": ((put, catch_up), delete_book),
}


def run_until(step: int, name: str, folder: Path) -> None:
    """The process that is killed."""
    steps = Steps(step)
    sys.addaudithook(steps.audit)
    event.listen(Engine, "before_cursor_execute", steps.take)
    event.listen(Engine, "commit", steps.take)
    WORK[name][1](settings_of(folder))


def settings_of(folder: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{folder}/books.sqlite3", files_dir=folder / "files")


def prepare(folder: Path, before: tuple[Callable[[Settings], None], ...]) -> None:
    """A database with Alice and her book, on which something has been done before."""
    folder.mkdir()
    settings = settings_of(folder)
    upgrade(settings)
    database = Database(settings)
    row = {"id": ALICE.id, "username": ALICE.username, "created_at": utc_now()}
    database.write(lambda connection: connection.execute(insert(users), row))
    book = NewBook(title="Title", author="Author", category="test", rating=3)
    assert database.write(books.create, ALICE, book, utc_now()).id == 1
    for work in before:
        work(settings)


@pytest.mark.parametrize("name", WORK)
def test_a_process_that_is_killed_at_any_step_leaves_nothing_that_a_start_cannot_mend(
    name: str, tmp_path: Path
) -> None:
    # Always in one place: a file belongs to the database at its address.
    folder, before = tmp_path / "folder", tmp_path / "before"
    prepare(folder, WORK[name][0])
    folder.rename(before)
    settings = settings_of(folder)
    processes = multiprocessing.get_context("forkserver")
    for step in range(MAX_STEPS):
        shutil.copytree(before, folder)
        process = processes.Process(target=run_until, args=(step, name, folder))
        process.start()
        process.join()
        catch_up(settings)
        assert faults(settings) == [], f"killed before step {step}"
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        shutil.rmtree(folder)
    assert 5 < step < MAX_STEPS - 1
