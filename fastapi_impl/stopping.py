"""The server's word that it is about to stop, for those who would outlast it."""

from asyncio import Event
from collections.abc import Iterator
from contextlib import contextmanager

from anyio import CancelScope, move_on_after


class Stopping(Event):
    """Set, on the event loop, once the server has been told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self._scopes: set[CancelScope] = set()

    def set(self) -> None:
        """Tell everybody who waits."""
        super().set()
        for scope in self._scopes:
            scope.cancel()

    @contextmanager
    def cancelling(self) -> Iterator[CancelScope]:
        """A block that is cancelled when the server is told to stop."""
        with CancelScope() as scope:
            self._scopes.add(scope)
            try:
                yield scope
            finally:
                self._scopes.discard(scope)

    async def within(self, seconds: float) -> bool:
        """Wait so long, or until the server is told to stop; says whether that has happened."""
        with move_on_after(seconds):
            await self.wait()
        return self.is_set()
