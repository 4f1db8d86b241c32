"""Plain records and the rules that need no I/O."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

USERNAME_MIN, USERNAME_MAX = 3, 32
# As a login takes it. Marks above and below a letter are put in order one by one: a megabyte of them takes minutes.
SPELLING_MAX = 256
# Letters, to Unicode, of which nothing shows: the fillers of Hangul.
_UNSEEN = frozenset("\u115f\u1160")
# Folding can lengthen a text eighteenfold; an index entry of PostgreSQL holds 2,704 bytes.
KEY_MAX = 500
# A word of PostgreSQL's full-text index holds 2,046 bytes.
WORD_MAX = 100


@dataclass(frozen=True, slots=True)
class User:
    """Who is asking."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is checked against; without a hash nobody can log in."""

    user_id: int
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """A user whose password was right; with a new hash when the stored one was made at another cost."""

    user_id: int
    new_hash: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """One login of one user, and the refresh token that continues it."""

    id: str
    user_id: int
    refresh_token: str


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def etag(version: int) -> str:
    """The strong validator of a book's `version` (RFC 9110 section 8.8.3)."""
    return f'"{version}"'


def fold(text: str) -> str:
    """The form under which texts are compared and sorted: NFKC, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())[:KEY_MAX]


def canonical_username(text: str) -> str | None:
    """The one form of a name, or None when it is not one: letters of one script, digits, dots, hyphens, underscores."""
    if len(text) > SPELLING_MAX:
        return None
    name = fold(text)
    if USERNAME_MIN <= len(name) <= USERNAME_MAX and re.fullmatch(r"[\w.-]+", name) and _as_it_looks(name):
        return name
    return None


# Writing systems of several scripts, which Latin letters may join (the highly restrictive level of UTS 39 section 5.2).
_HAN = {"LATIN", "CJK", "IDEOGRAPHIC"}
_TOGETHER = (
    _HAN | {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"},
    _HAN | {"BOPOMOFO"},
    _HAN | {"HANGUL"},
)


def _as_it_looks(name: str) -> bool:
    """Whether all letters show and are of one script: a Cyrillic one among Latin ones looks like another name."""
    # Python knows no scripts, but the name of a letter begins with its script.
    scripts = {unicodedata.name(character, "").partition(" ")[0] for character in name if character.isalpha()}
    one = len(scripts) <= 1 or any(scripts <= together for together in _TOGETHER)
    return one and _UNSEEN.isdisjoint(name)


def search_words(text: str) -> list[str]:
    """The distinct words of `text` in order, without case, accents or punctuation; a long one is its beginning."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return list(dict.fromkeys(word[:WORD_MAX] for word in re.findall(r"[^\W_]+", plain)))
