"""Conditional requests (RFC 9110 section 13): what If-Match and If-None-Match demand of a book."""

import re
from dataclasses import dataclass

from shared.errors import StaleVersion
from shared.model import etag


@dataclass(frozen=True, slots=True)
class Preconditions:
    """The two header fields as sent, None where absent; several lines of one field count as one with commas."""

    if_match: str | None = None
    if_none_match: str | None = None

    def not_modified(self, version: int) -> bool:
        """Whether a GET of this `version` is answered by 304; raises StaleVersion when If-Match forbids the GET."""
        if self.if_match is not None and not _lists(self.if_match, version, weak=False):
            raise StaleVersion("If-Match does not name the current version of this book.")
        return self.if_none_match is not None and _lists(self.if_none_match, version, weak=True)

    def demand(self, version: int) -> None:
        """Raise StaleVersion unless a change of this `version` may go ahead."""
        if self.not_modified(version):
            raise StaleVersion("If-None-Match names the current version of this book.")


def _lists(field: str, version: int, *, weak: bool) -> bool:
    if field.strip() == "*":
        return True
    tags: list[tuple[str, str]] = re.findall(r'(W/)?("[^"]*")', field)
    return any(tag == etag(version) and (weak or not prefix) for prefix, tag in tags)
