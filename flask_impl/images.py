"""Decoding of pictures within bounds: each takes a core for seconds, and a hundred megabytes, at worst."""

from threading import BoundedSemaphore

from shared import images
from shared.config import Settings
from shared.errors import Overloaded
from shared.images import Picture


class BoundedImages:
    """Works on the request's own thread, in a few slots; raises Overloaded when none comes free in time."""

    def __init__(self, settings: Settings) -> None:
        self._slots = BoundedSemaphore(images.SLOTS)
        self._max_pixels = settings.max_cover_pixels

    def clean(self, content: bytes) -> Picture:
        """The picture in an uploaded file, written anew; raises InvalidInput."""
        if not self._slots.acquire(timeout=images.WAIT_S):
            raise Overloaded(images.BUSY)
        try:
            return images.clean(content, self._max_pixels)
        finally:
            self._slots.release()
