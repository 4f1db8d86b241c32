"""What a question asks: a small grammar, in any letter case, for whole sentences and for a few words alike.

Nothing is looked up here. What is no such question is unknown, and the librarian says so.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from shared.fields import MAX_SEARCH_WORDS
from shared.model import search_words

Kind = Literal["help", "title", "list", "best", "count", "unknown"]
Scope = Literal["author", "category", "topic", "title"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for, of all books or of those that `scope` and `subject` describe."""

    kind: Kind
    scope: Scope | None = None
    subject: str = ""

    @property
    def words(self) -> str:
        """The subject as a search, of as many words as a search may have."""
        return " ".join(search_words(self.subject)[:MAX_SEARCH_WORDS])


UNKNOWN: Final = Question("unknown")

_BOOKS = r"(?:books?|novels?|titles?|works?|stories|anything|something)"
_HELP = (
    r"(?:hi|hello|hey|good (?:morning|day|afternoon|evening)|help|help me|thanks?|thank you|who are you|"
    r"what can (?:you do|i ask)|how does this work)(?:,? (?:there|librarian|you|please))?"
)
_TITLE = (
    r"(?:tell me(?: more| something)? about|describe|summari[sz]e|who (?:wrote|is the author of)|do you know) (?P<a>.+)"
    r"|(?:what is|what's|whats) (?P<b>.+?) about"
)
# What says nothing of which books are meant.
_POLITENESS = (
    r"(?:(?:please|can you|could you|would you|do you have|have you got|i want|i would like|i'd like|is there|are there"
    r"|show|give|list|find|recommend|suggest|tell|name|what|which|whats|what's|are|is|me|any|some|all|the|your|a|an|of"
    r"|about)\s+)*"
)
_PRESENCE = (
    r"\s*\b(?:are there|do you have|have you got"
    r"|(?:are )?in (?:the|your|this) (?:catalogue|library|collection))\b"
)
_BEST = r"(?:highest|best|top)(?:[- ]rated)?\b\s*"
_OPENINGS: dict[Kind, str] = {"count": r"how many\b\s*", "best": _BEST}
_SCOPES: dict[Scope, tuple[str, ...]] = {
    "author": (
        rf"(?:{_BOOKS} )?(?:did|has|have) (.+?) (?:write|written|wrote)",
        rf"(?:{_BOOKS} )?(?:written )?by (.+)",
    ),
    "category": (
        rf"(?:{_BOOKS} )?in (?:the )?(?:category |genre )?(.+?)(?: category| genre| section)?",
        rf"(.+?) {_BOOKS}",
    ),
    "topic": (rf"(?:{_BOOKS} )?(?:about|on) (.+)",),
}


def understand(text: str) -> Question:
    """What `text` asks; a subject without a letter or digit asks nothing."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    plain = " ".join(plain.split()).strip(" ?!.,;:\u2026")
    question = _help(plain) or _title(plain) or _books(plain) or UNKNOWN
    return UNKNOWN if question.scope and not question.words else question


def _match(pattern: str, text: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, text, re.IGNORECASE)


def _help(text: str) -> Question | None:
    return Question("help") if _match(_HELP, text) else None


def _title(text: str) -> Question | None:
    found = _match(_TITLE, text)
    if found is None:
        return None
    subject = found["a"] or found["b"]
    begins_with_books = re.match(rf"(?:(?:the|some|any|your) )?(?:{_BOOKS} |{_BEST})", subject, re.IGNORECASE)
    of_books = _books(subject) if begins_with_books else None
    return of_books or Question("title", "title", _unquoted(subject))


def _books(text: str) -> Question | None:
    asked = re.sub(_PRESENCE, "", re.sub(f"^{_POLITENESS}", "", f"{text} ", flags=re.IGNORECASE), flags=re.IGNORECASE)
    asked = asked.strip()
    for kind, opening in _OPENINGS.items():
        rest, found = re.subn(f"^{opening}", "", asked, flags=re.IGNORECASE)
        if found:
            return _scoped(kind, rest) or (Question(kind) if _match(rf"(?:{_BOOKS})?", rest) else None)
    return _scoped("list", asked)


def _scoped(kind: Kind, text: str) -> Question | None:
    for scope, patterns in _SCOPES.items():
        for pattern in patterns:
            found = _match(pattern, text)
            if found:
                return Question(kind, scope, _unquoted(found[1]))
    return None


def _unquoted(text: str) -> str:
    return text.strip(" \"'\u201c\u201d\u2018\u00ab\u00bb?!.")
