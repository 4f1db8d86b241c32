"""What use cases need beside a connection, made once from the settings."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from shared.config import Settings
from shared.cookies import SessionCookies
from shared.cover_files import CoverFiles
from shared.cursors import Cursors
from shared.logins import LoginLimits
from shared.multipart import MAX_FRAMING_BYTES
from shared.parsing import FORM, MAX_FORM_BYTES, MULTIPART
from shared.tokens import AccessTokens


@dataclass(frozen=True, slots=True)
class Services:
    """Signers, files and limits of one application."""

    settings: Settings
    tokens: AccessTokens
    cursors: Cursors
    files: CoverFiles
    cookies: SessionCookies
    logins: LoginLimits

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """Everything from one secret."""
        key = settings.signing_key()
        return cls(
            settings,
            AccessTokens(key, settings.access_token_seconds),
            Cursors(key, settings.max_page_size),
            CoverFiles(settings),
            SessionCookies(key, settings.session_seconds),
            LoginLimits(key, settings),
        )

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session lives after its last refresh."""
        return timedelta(seconds=self.settings.refresh_token_seconds)

    @property
    def cookie_lifetime(self) -> timedelta:
        """How long a browser's session lives."""
        return timedelta(seconds=self.settings.session_seconds)

    def body_limit(self, media_type: str) -> int:
        """The most bytes of a body of this type; a form with a file has more to it than the file."""
        if media_type == MULTIPART:
            return self.settings.max_cover_bytes + MAX_FRAMING_BYTES
        if media_type == FORM:
            return min(MAX_FORM_BYTES, self.settings.max_body_bytes)
        return self.settings.max_body_bytes
