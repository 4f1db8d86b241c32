"""Thumbnails, made after the answer by a thread beside those of requests.

Not by `Response.call_on_close`: the next request of that connection would wait for it. What there is to do is in the
database, so nothing queues up here, and what a crash or a stop cuts short is found at the next start.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

from flask_impl.database import Database
from flask_impl.stopping import Stopping
from shared import covers, images, logs
from shared.cover_files import CoverFiles
from shared.errors import CoverNotFound


class Thumbnails:
    """Makes one after the other; of several processes, exactly one makes each."""

    def __init__(self, database: Database, files: CoverFiles, stopping: Stopping) -> None:
        self._database, self._files, self._stopping = database, files, stopping
        self._executor = ThreadPoolExecutor(1, "thumbnails")
        self._waiting = Event()

    def catch_up(self) -> None:
        """Clear away what a crash left behind, and make what it left unmade; returns at once."""
        self._executor.submit(self._catch_up)

    def make(self) -> None:
        """Make all that there is to make; returns at once, and asks only once however often it is called."""
        if not self._waiting.is_set():
            self._waiting.set()
            self._executor.submit(self._make_all)

    def _catch_up(self) -> None:
        with logs.faults_of("the folder of covers could not be swept"):
            self._database.read(covers.sweep, self._files)
        self._make_all()

    def _make_all(self) -> None:
        # Cleared first: whatever is asked from now on is looked for once more.
        self._waiting.clear()
        with logs.faults_of("thumbnails have to wait"):
            while not self._stopping.is_set() and self._make_next():
                pass

    def _make_next(self) -> bool:
        for file in self._database.read(covers.next_thumbnails):
            with self._files.locked(file) as mine:
                # Asked again under the lock: it may have been made since.
                if mine and self._database.read(covers.is_waiting, file):
                    self._make(file)
                    return True
        return False

    def _make(self, file: str) -> None:
        try:
            picture = images.thumbnail(self._files.path(file).read_bytes())
        # Whatever it is that fails, it must not be tried for ever.
        except Exception:
            # The file of a cover that has been replaced meanwhile is gone, which is nobody's fault.
            if self._database.read(covers.is_waiting, file):
                logs.faults.exception("no thumbnail of %s", file)
                self._database.write(covers.count_failure, file)
            return
        # A cover that has been replaced meanwhile takes its thumbnail with it.
        with suppress(CoverNotFound), self._files.add(picture.content) as name:
            self._database.write(covers.set_thumbnail, file, name, picture.sha256)
