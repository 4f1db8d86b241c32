"""What use cases need beside a connection, made once from the settings."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from shared.config import Settings
from shared.cursors import Cursors
from shared.tokens import AccessTokens


@dataclass(frozen=True, slots=True)
class Services:
    """Signers and lifetimes of one application."""

    settings: Settings
    tokens: AccessTokens
    cursors: Cursors

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """Everything from one secret."""
        key = settings.signing_key()
        return cls(settings, AccessTokens(key, settings.access_token_seconds), Cursors(key, settings.max_page_size))

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session lives after its last refresh."""
        return timedelta(seconds=self.settings.refresh_token_seconds)
