"""The server's word that it is about to stop, for those who would outlast it."""

import signal
import threading
from asyncio import Event, get_running_loop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

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
    def at_signals(self) -> Iterator[None]:
        """Set it as soon as the process is told to stop, before the server itself takes notice.

        ASGI tells an application only when all connections have ended, and an endless stream would never end.
        """
        if threading.current_thread() is not threading.main_thread():
            yield  # as in tests; only the main thread may ask for signals
            return
        loop = get_running_loop()
        servers: dict[int, Callable[[int, FrameType | None], object]] = {}

        def told(sig: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.set)
            servers[sig](sig, frame)

        for sig in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(sig)
            if callable(handler):
                servers[sig] = handler
                signal.signal(sig, told)
        try:
            yield
        finally:
            for number, handler in servers.items():
                signal.signal(number, handler)

    @contextmanager
    def cancelling(self) -> Iterator[CancelScope]:
        """A block that is cancelled when the server is told to stop, or has been."""
        with CancelScope() as scope:
            if self.is_set():
                scope.cancel()
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
