"""Conditional requests (RFC 9110 section 13): what If-Match and If-None-Match demand of what an ETag names."""

import re
from dataclasses import dataclass

from shared.errors import StaleVersion


@dataclass(frozen=True, slots=True)
class Preconditions:
    """The two header fields as sent, None where absent; several lines of one field count as one with commas."""

    if_match: str | None = None
    if_none_match: str | None = None

    def not_modified(self, tag: str | None) -> bool:
        """Whether a GET of the representation with this ETag, or of none, is answered by 304.

        Raises StaleVersion when If-Match forbids the GET.
        """
        if self.if_match is not None and not _lists(self.if_match, tag, weak=False):
            raise StaleVersion("If-Match does not name the current version.")
        return self.if_none_match is not None and _lists(self.if_none_match, tag, weak=True)

    def demand(self, tag: str | None) -> None:
        """Raise StaleVersion unless a change of the representation with this ETag, or of none, may go ahead."""
        if self.not_modified(tag):
            raise StaleVersion("If-None-Match names the current version.")


def _lists(field: str, current: str | None, *, weak: bool) -> bool:
    if field.strip() == "*":
        return current is not None
    tags: list[tuple[str, str]] = re.findall(r'(W/)?("[^"]*")', field)
    return any(tag == current and (weak or not prefix) for prefix, tag in tags)
