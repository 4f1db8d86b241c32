"""Password hashing within bounds: each hash takes a core and megabytes for tens of milliseconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from shared.config import Settings
from shared.errors import Overloaded
from shared.model import Credentials, Verified
from shared.passwords import Passwords


class BoundedPasswords:
    """Hashes on the request's own thread, in a few slots; raises Overloaded when none comes free in time."""

    def __init__(self, settings: Settings) -> None:
        self._passwords = Passwords(settings)
        self._slots = BoundedSemaphore(settings.password_hash_slots)
        self._wait_s = settings.password_hash_wait_seconds

    def hash(self, password: str) -> str:
        """A salted hash of `password`."""
        with self._slot():
            return self._passwords.hash(password)

    def verify(self, password: str, account: Credentials | None) -> Verified:
        """The account whose password this is; raises WrongPassword."""
        with self._slot():
            return self._passwords.verify(password, account)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._wait_s):
            raise Overloaded
        try:
            yield
        finally:
            self._slots.release()
