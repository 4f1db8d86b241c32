"""Files that are sent as they are stored, and what a request may ask of them beside the whole."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Self

from shared import ranges
from shared.preconditions import Preconditions

# Kept by the client, and used again only after asking whether it is still current.
REVALIDATE = "no-cache"
# How often a file is looked up that was replaced each time before it could be opened.
LOOKUPS = 5
RETRY_SOON = {"Retry-After": "1", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its validators."""

    path: Path
    media_type: str
    sha256: str
    modified: datetime
    cache_control: str = REVALIDATE

    @classmethod
    def read(cls, path: Path, media_type: str, cache_control: str = REVALIDATE) -> Self:
        """A file that lies there, with validators made of what is in it."""
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return cls(path, media_type, hashlib.sha256(path.read_bytes()).hexdigest(), modified, cache_control)

    @property
    def etag(self) -> str:
        """The strong validator."""
        return f'"{self.sha256}"'

    @property
    def last_modified(self) -> str:
        """The date of the last change, which HTTP knows to the second."""
        return format_datetime(self.modified.astimezone(UTC), usegmt=True)

    def headers(self) -> dict[str, str]:
        """What an answer that has the file says of it."""
        return {**self.current_headers(), "Last-Modified": self.last_modified}

    def current_headers(self) -> dict[str, str]:
        """What an answer says to a client that has the file (RFC 9110 section 15.4.5)."""
        return {"ETag": self.etag, "Cache-Control": self.cache_control}


@dataclass(frozen=True, slots=True)
class FileRequest:
    """The header fields that decide what of a file is sent."""

    preconditions: Preconditions
    if_modified_since: str | None = None
    range: str | None = None
    if_range: str | None = None

    def not_modified(self, file: StoredFile) -> bool:
        """Whether the answer is 304; raises StaleVersion when it is 412."""
        if self.preconditions.not_modified(file.etag):
            return True
        since = None if self.preconditions.if_none_match is not None else _date(self.if_modified_since)
        return since is not None and file.modified.replace(microsecond=0) <= since

    def part(self, file: StoredFile, size: int) -> str | None:
        """The one range to send, in the form that every reader of Range understands; None for the whole file.

        Raises RangeNotSatisfiable.
        """
        if self.if_range is not None and self.if_range.strip() not in {file.etag, file.last_modified}:
            return None
        part = ranges.wanted(self.range, size)
        return None if part is None else f"bytes={part[0]}-{part[1]}"


def _date(field: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(field) if field else None
    # Numbers without end overflow, which is no ValueError.
    except (ValueError, OverflowError):
        return None
    # A date without a zone is not of HTTP's form.
    return date if date is not None and date.tzinfo is not None else None
