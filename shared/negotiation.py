"""Which of several representations a client prefers (RFC 9110 section 12.5.1)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from shared.errors import NotAcceptable

_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


class MediaRange(NamedTuple):
    """One member of an Accept header: `text/*; q=0.5`, or a media type with parameters."""

    media_type: str
    parameters: frozenset[tuple[str, str]]
    weight: float

    def matches(self, offer: "MediaRange") -> bool:
        """Whether this range has a say on `offer`; its parameters must be the offer's."""
        kind = offer.media_type.partition("/")[0]
        named = self.media_type in {offer.media_type, f"{kind}/*", "*/*"}
        return named and self.parameters <= offer.parameters

    @property
    def specificity(self) -> tuple[bool, bool, int]:
        """Ranges that say more go before those that say less."""
        kind, _, subtype = self.media_type.partition("/")
        return kind != "*", subtype != "*", len(self.parameters)


def negotiate(accept: str | None, offers: Sequence[str]) -> str:
    """The offer that `accept` prefers, the first of equals; raises NotAcceptable when it takes none.

    A header that is absent or empty takes anything; a member that is no media range has no say.
    """
    ranges = [found for member in _split(accept or "*/*", ",") if (found := _parse(member))]
    weights = {offer: _weight(offer, ranges) for offer in offers}
    best = max(offers, key=weights.__getitem__)
    if not weights[best]:
        raise NotAcceptable(f"This is there as {' or '.join(offers)}.")
    return best


def _weight(offer: str, ranges: list[MediaRange]) -> float:
    offered = _parse(offer)
    matching = [one for one in ranges if offered and one.matches(offered)]
    return max(matching, key=lambda one: one.specificity).weight if matching else 0


def _parse(member: str) -> MediaRange | None:
    media_type, *rest = [part.strip() for part in _split(member.lower(), ";")] or [""]
    pairs = [(name.strip(), value.strip().strip('"')) for name, _, value in (part.partition("=") for part in rest)]
    weight = next((value for name, value in pairs if name == "q"), "1")
    if not re.fullmatch(r"[^\s/]+/[^\s/]+", media_type) or not _WEIGHT.fullmatch(weight):
        return None
    return MediaRange(media_type, frozenset(pair for pair in pairs if pair[0] != "q"), float(weight))


def _split(text: str, separator: str) -> list[str]:
    """The parts of `text` between separators that are in no quoted text; one without end lasts to the end."""
    return re.findall(rf'(?:"(?:[^"\\]|\\.)*+"?|[^"{separator}])++', text)
