"""Bodies that are read as they come, in constant memory."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from shared.config import Settings
from shared.errors import BodyTooLarge
from shared.parsing import CSV, check_media_type
from shared.schemas import Uploaded


class Streamed(NamedTuple):
    """What is known of a streamed body before it comes: its limit, and its media type unless any will do."""

    limit: Callable[[Settings], int]
    media_type: str | None = None

    def check(self, settings: Settings, declared_length: int, content_type: str | None) -> int:
        """The limit in bytes; raises BodyTooLarge or UnsupportedMediaType, by the headers alone."""
        limit = self.limit(settings)
        if declared_length > limit:
            raise BodyTooLarge
        if self.media_type:
            check_media_type(content_type, self.media_type)
        return limit


UPLOAD = Streamed(lambda settings: settings.max_upload_bytes)
IMPORT = Streamed(lambda settings: settings.max_import_bytes, CSV)


class Digest:
    """Counts and hashes bytes as they come."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._bytes = 0

    def add(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._hash.update(chunk)
        self._bytes += len(chunk)

    def result(self) -> Uploaded:
        """Number and hash of all bytes so far."""
        return Uploaded(bytes=self._bytes, sha256=self._hash.hexdigest())
