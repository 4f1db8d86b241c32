"""Places for what lasts: each stream, socket and transfer holds one, and nobody waits for one.

gunicorn gives each of them a thread, so a worker has as many threads more as it has places: whatever is open, the
threads that `--threads` promises are left for plain requests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from shared.config import Settings
from shared.errors import NoFreePlace


class Slots:
    """A bounded number of places; raises NoFreePlace when all are taken."""

    def __init__(self, count: int) -> None:
        self._free = BoundedSemaphore(count)

    def take(self) -> None:
        """Take a place, to be given back by `release`."""
        if not self._free.acquire(blocking=False):
            raise NoFreePlace

    def release(self) -> None:
        """Give a place back."""
        self._free.release()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold a place for the length of a block."""
        self.take()
        try:
            yield
        finally:
            self.release()


class Places:
    """The places of one worker."""

    def __init__(self, settings: Settings) -> None:
        self.streams = Slots(settings.max_streams)
        self.sockets = Slots(settings.max_sockets)
        self.transfers = Slots(settings.max_transfers)
