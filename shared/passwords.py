"""Passwords: argon2id, pure CPU. Slow on purpose, so never inside a transaction and never on an event loop."""

import secrets
import unicodedata

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from shared.config import Settings
from shared.errors import WrongPassword
from shared.model import Credentials, Verified


class Passwords:
    """Hashes and verifies at the cost that the settings ask for."""

    def __init__(self, settings: Settings) -> None:
        self._hash = PasswordHash(
            [Argon2Hasher(settings.argon2_time_cost, settings.argon2_memory_kib, settings.argon2_parallelism)]
        )
        self._decoy = self._hash.hash(secrets.token_hex())

    def hash(self, password: str) -> str:
        """A salted hash of `password`, with its parameters."""
        return self._hash.hash(_normal(password))

    def verify(self, password: str, account: Credentials | None) -> Verified:
        """The account whose password this is; raises WrongPassword.

        An unknown account, or one that cannot log in, takes the time of a wrong password.
        """
        stored = account.password_hash if account else None
        right, new_hash = self._hash.verify_and_update(_normal(password), stored or self._decoy)
        if account is None or stored is None or not right:
            raise WrongPassword
        return Verified(account.user_id, new_hash)


def _normal(password: str) -> str:
    # Two keyboards may send one character in two forms (NIST SP 800-63B section 3.1.1.2).
    return unicodedata.normalize("NFKC", password)
