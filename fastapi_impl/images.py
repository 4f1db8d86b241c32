"""Decoding of pictures within bounds: each takes a core for seconds, and a hundred megabytes, at worst."""

from anyio import CapacityLimiter, Semaphore, fail_after, to_thread

from shared import images
from shared.config import Settings
from shared.errors import Overloaded
from shared.images import Picture


class BoundedImages:
    """Works on threads beside the event loop, in a few slots; raises Overloaded when none comes free in time."""

    def __init__(self, settings: Settings) -> None:
        self._slots = Semaphore(images.SLOTS)
        self._threads = CapacityLimiter(images.SLOTS)
        self._max_pixels = settings.max_cover_pixels

    async def clean(self, content: bytes) -> Picture:
        """The picture in an uploaded file, written anew; raises InvalidInput."""
        try:
            with fail_after(images.WAIT_S):
                await self._slots.acquire()
        except TimeoutError:
            raise Overloaded(images.BUSY) from None
        try:
            return await to_thread.run_sync(images.clean, content, self._max_pixels, limiter=self._threads)
        finally:
            self._slots.release()
