"""Plain records and the rules that need no I/O."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

USERNAME_MIN, USERNAME_MAX = 3, 32
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
    """The one form of a name, or None when it is not one: letters, digits, dots, hyphens and underscores."""
    name = fold(text)
    if USERNAME_MIN <= len(name) <= USERNAME_MAX and re.fullmatch(r"[\w.-]+", name):
        return name
    return None


def search_words(text: str) -> list[str]:
    """The distinct words of `text` in order, without case, accents or punctuation; a long one is its beginning."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return list(dict.fromkeys(word[:WORD_MAX] for word in re.findall(r"[^\W_]+", plain)))
