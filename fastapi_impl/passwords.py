"""Password hashing within bounds: each hash takes a core and megabytes for tens of milliseconds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter, Semaphore, fail_after, to_thread

from shared.config import Settings
from shared.errors import Overloaded
from shared.model import Credentials, Verified
from shared.passwords import Passwords


class BoundedPasswords:
    """Hashes on threads beside the event loop, in a few slots; raises Overloaded when none comes free in time."""

    def __init__(self, settings: Settings) -> None:
        self._passwords = Passwords(settings)
        self._slots = Semaphore(settings.password_hash_slots)
        self._threads = CapacityLimiter(settings.password_hash_slots)
        self._wait_s = settings.password_hash_wait_seconds

    async def hash(self, password: str) -> str:
        """A salted hash of `password`."""
        async with self._slot():
            return await to_thread.run_sync(self._passwords.hash, password, limiter=self._threads)

    async def verify(self, password: str, account: Credentials | None) -> Verified:
        """The account whose password this is; raises WrongPassword."""
        async with self._slot():
            return await to_thread.run_sync(self._passwords.verify, password, account, limiter=self._threads)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        try:
            with fail_after(self._wait_s):
                await self._slots.acquire()
        except TimeoutError:
            raise Overloaded from None
        try:
            yield
        finally:
            self._slots.release()
