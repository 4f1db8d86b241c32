"""Places for what lasts: each stream, socket and transfer holds one, and nobody waits for one.

On an event loop they cost no thread, but memory and descriptors; the bound keeps both twins at the same promise.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.config import Settings
from shared.errors import NoFreePlace


class Slots:
    """A bounded number of places; raises NoFreePlace when all are taken. Used on the event loop only: no lock."""

    def __init__(self, count: int) -> None:
        self._free = count

    def take(self) -> None:
        """Take a place, to be given back by `release`."""
        if not self._free:
            raise NoFreePlace
        self._free -= 1

    def release(self) -> None:
        """Give a place back."""
        self._free += 1

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
