"""Thumbnails, made after the answer by FastAPI's background tasks, in a thread beside the event loop.

What there is to do is in the database, so nothing queues up here, and what a crash or a stop cuts short is found at the
next start.
"""

from contextlib import suppress

from anyio import CancelScope, CapacityLimiter, to_thread

from fastapi_impl.database import Database
from fastapi_impl.stopping import Stopping
from shared import covers, images, logs
from shared.cover_files import CoverFiles
from shared.errors import CoverNotFound


class Thumbnails:
    """Makes one after the other; of several processes, exactly one makes each."""

    def __init__(self, database: Database, files: CoverFiles, stopping: Stopping) -> None:
        self._database, self._files, self._stopping = database, files, stopping
        self._thread = CapacityLimiter(1)

    async def catch_up(self) -> None:
        """Clear away what a crash left behind, and make what it left unmade."""
        with logs.faults_of("the folder of covers could not be swept"):
            await self._database.read(covers.sweep, self._files)
        await self.make()

    async def make(self) -> None:
        """Make all that there is to make."""
        with logs.faults_of("thumbnails have to wait"):
            while not self._stopping.is_set() and await self._make_next():
                pass

    async def _make_next(self) -> bool:
        for file in await self._database.read(covers.next_thumbnails):
            with self._files.locked(file) as mine:
                # Asked again under the lock: it may have been made since.
                if mine and await self._database.read(covers.is_waiting, file):
                    # Cut short between file and row, it would leave an orphan until the next start.
                    with CancelScope(shield=True):
                        await self._make(file)
                    return True
        return False

    async def _make(self, file: str) -> None:
        try:
            picture = await to_thread.run_sync(self._draw, file, limiter=self._thread)
        # Whatever it is that fails, it must not be tried for ever.
        except Exception:
            # The file of a cover that has been replaced meanwhile is gone, which is nobody's fault.
            if await self._database.read(covers.is_waiting, file):
                logs.faults.exception("no thumbnail of %s", file)
                await self._database.write(covers.count_failure, file)
            return
        # A cover that has been replaced meanwhile takes its thumbnail with it.
        with suppress(CoverNotFound), await to_thread.run_sync(self._files.add, picture.content) as name:
            await self._database.write(covers.set_thumbnail, file, name, picture.sha256)

    def _draw(self, file: str) -> images.Picture:
        return images.thumbnail(self._files.path(file).read_bytes())
