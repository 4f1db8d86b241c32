"""Looks through logs for secrets: those that were overheard, in every spelling, and those that show their kind."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

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
    return sorted(leak for path in files.values() for leak in set(_found(path, spelled)))


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


def _found(path: Path, spelled: dict[bytes, str]) -> Iterator[Leak]:
    data = path.read_bytes()
    for spelling, kind in spelled.items():
        at = data.find(spelling)
        while at >= 0:
            yield _leak(path, data, at, kind)
            at = data.find(spelling, at + 1)
    for kind, shape in _SHAPES.items():
        yield from (_leak(path, data, hit.start(), kind) for hit in shape.finditer(data))
    for hit in _RANDOM.finditer(data):
        if all(letters.search(hit[0]) for letters in _MIXED):
            yield _leak(path, data, hit.start(), "refresh token or signature")


def _leak(path: Path, data: bytes, at: int, kind: str) -> Leak:
    return Leak(path.name, data.count(b"\n", 0, at) + 1, kind)
