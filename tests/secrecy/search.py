"""Looks through logs for secrets: those that were overheard, in every spelling, and those that show their kind."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

import numpy as np

from tests.secrecy.hearing import Secret

# What betrays itself, whoever made it and whether a test ever saw it.
_SHAPES = {
    "token": re.compile(rb"\beyJ[\w-]{8,}\.[\w-]+"),
    "password hash": re.compile(rb"\$argon2"),
    "parameters of a statement": re.compile(rb"\[parameters: "),
}
# 256 bits in base64, as of refresh tokens and of the signatures of tokens, cookies and cursors.
_RANDOM = re.compile(rb"(?<![\w-])[\w-]{43}(?![\w-])")
# Without letters of both cases and a digit, it is no random text but a long word.
_MIXED = [re.compile(letters) for letters in (rb"[a-z]", rb"[A-Z]", rb"\d")]


# Shorter values are too common to be secrets (see hearing.py); and so many bytes are one number.
_PREFIX = 8


class Leak(NamedTuple):
    """Where a log holds a secret, and of which kind; not which one."""

    log: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.log}:{self.line}: {self.kind}"


def leaks(logs: Iterable[Path], secrets: Iterable[Secret]) -> list[Leak]:
    """Every secret in `logs`; one file under several names is read once."""
    files = {(path.stat().st_dev, path.stat().st_ino): path for path in logs}
    spelled = {spelling: secret.kind for secret in secrets for spelling in spellings(secret.value)}
    known = _Known({spelling: kind for spelling, kind in spelled.items() if len(spelling) >= _PREFIX})
    return sorted(leak for path in files.values() for leak in set(_found(path, known)))


def spellings(text: str) -> set[bytes]:
    """How a log may show `text`: as it is, escaped by Python or for JSON, or encoded for a URL."""
    forms = {
        text,
        ascii(text)[1:-1],
        json.dumps(text)[1:-1],
        quote(text, errors="replace"),
        quote_plus(text, errors="replace"),
    }
    return {form.encode("utf-8", "backslashreplace") for form in forms}


class _Known:
    """Spellings by their first bytes, which say where in a log it is worth while to look."""

    def __init__(self, spelled: Mapping[bytes, str]) -> None:
        self._kinds = spelled
        self._lengths: dict[bytes, set[int]] = {}
        for spelling in spelled:
            self._lengths.setdefault(spelling[:_PREFIX], set()).add(len(spelling))
        self._prefixes = np.array([int.from_bytes(one, "little") for one in self._lengths], np.uint64)

    def found(self, data: bytes) -> Iterator[tuple[int, str]]:
        """Where `data` holds one of them, and its kind; one pass for all, of which a long run has many thousands."""
        for shift in range(_PREFIX):
            words = np.frombuffer(data, "<u8", count=max(0, len(data) - shift) // _PREFIX, offset=min(shift, len(data)))
            for at in (np.nonzero(np.isin(words, self._prefixes))[0] * _PREFIX + shift).tolist():
                for length in self._lengths[data[at : at + _PREFIX]]:
                    if kind := self._kinds.get(data[at : at + length]):
                        yield at, kind


def _found(path: Path, known: _Known) -> Iterator[Leak]:
    data = path.read_bytes()
    yield from (_leak(path, data, at, kind) for at, kind in known.found(data))
    for kind, shape in _SHAPES.items():
        yield from (_leak(path, data, hit.start(), kind) for hit in shape.finditer(data))
    for hit in _RANDOM.finditer(data):
        if all(letters.search(hit[0]) for letters in _MIXED):
            yield _leak(path, data, hit.start(), "refresh token or signature")


def _leak(path: Path, data: bytes, at: int, kind: str) -> Leak:
    return Leak(path.name, data.count(b"\n", 0, at) + 1, kind)
