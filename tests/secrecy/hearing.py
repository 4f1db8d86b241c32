"""Secrets as they pass: whatever a test sends through a socket of Python, by whichever client, is overheard here.

So no test has to say what is secret in it, and none can forget to. Values go into a folder that all processes of the
run share; without that folder, as when a server elsewhere is tested, nothing is overheard.
"""

import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from socket import socket
from typing import NamedTuple, TypeVar
from urllib.parse import unquote_plus, urlsplit

import pytest

FOLDER = "BOOKS_TEST_SECRECY"
# Shorter values, or of fewer letters, are found in any log by chance.
MIN_LENGTH, MIN_LETTERS = 8, 4
# Bodies of hundreds of megabytes pass too; what is secret comes early.
_HEARD_BYTES = 65_536
_SETTINGS = ("SECRET_KEY", "CHAT_UPSTREAM_KEY")

_MARKS = (b"password", b"refresh_token", b"authorization", b"cookie")
_JSON = re.compile(rb'"(password|refresh_token)"\s*:\s*("(?:[^"\\]|\\.)*")')
_FORM = re.compile(rb"(?:^|[&?\s])(password)=([^&\s]+)")
_HEADER = re.compile(rb"^(authorization):[ \t]*\S+[ \t]+(\S[^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_COOKIE = re.compile(rb"^(cookie):(?:[^\r\n]*[; ])?session=([^;\r\n]+)", re.IGNORECASE | re.MULTILINE)

Sent = TypeVar("Sent")


class Secret(NamedTuple):
    """A value that no log may hold, and what it is."""

    kind: str
    value: str


class _Notes:
    """What this process has heard; each value is written down once, when it is new."""

    def __init__(self) -> None:
        self._known: set[Secret] = set()

    def add(self, secrets: Iterable[Secret]) -> None:
        new = {secret for secret in secrets if _tells(secret.value)} - self._known
        if new and FOLDER in os.environ:
            self._known |= new
            with Path(os.environ[FOLDER], f"heard-{os.getpid()}").open("a", encoding="ascii") as notes:
                notes.writelines(json.dumps(secret) + "\n" for secret in sorted(new))


_notes = _Notes()


def remember(kind: str, *values: str) -> None:
    """Note values that do not pass through a socket of this process."""
    _notes.add(Secret(kind, value) for value in values)


def listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Overhear what this process sends from now on."""
    monkeypatch.setattr(socket, "send", _overheard(socket.send))
    monkeypatch.setattr(socket, "sendall", _overheard(socket.sendall))


def keep(log: Path, environment: Mapping[str, str]) -> None:
    """Hold on to the log of a server that has ended, and note the secrets that it was started with."""
    if FOLDER not in os.environ:
        return
    for name in _SETTINGS:
        remember(name, environment.get(name, ""))
    if Path(environment.get("SECRET_KEY_FILE", "")).is_file():
        remember("SECRET_KEY", Path(environment["SECRET_KEY_FILE"]).read_text("ascii"))
    remember("database password", urlsplit(environment.get("DATABASE_URL", "")).password or "")
    keep_log(log)


def keep_log(log: Path) -> None:
    """Hold on to a log, wherever it lies and however soon it is removed there."""
    kept = Path(os.environ[FOLDER], f"log-{uuid.uuid4().hex[:8]}-{log.parent.name}-{log.name}")
    try:
        os.link(log, kept)
    except OSError:  # another file system
        shutil.copy(log, kept)


def logs(folder: Path) -> list[Path]:
    """All logs that the processes of the run have kept."""
    return sorted(folder.glob("log-*"))


def heard(folder: Path) -> set[Secret]:
    """All that the processes of the run have noted."""
    notes = [line for file in folder.glob("heard-*") for line in file.read_text("ascii").splitlines()]
    found = {Secret(*json.loads(line)) for line in notes}
    # Nobody can tell a password `password` from the code in a traceback.
    return {secret for secret in found if secret.value.lower() != secret.kind}


def secrets_in(data: bytes) -> Iterator[Secret]:
    """The secrets in a piece of a request, as they are there and as they are meant."""
    # Most that is sent is long and holds none.
    small = data.lower()
    if not any(mark in small for mark in _MARKS):
        return
    for pattern, meaning in ((_JSON, _text_of), (_FORM, unquote_plus), (_HEADER, str), (_COOKIE, str)):
        for name, value in pattern.findall(data):
            written = value.decode("utf-8", "replace")
            yield from (Secret(name.decode().lower(), text) for text in {written.strip('"'), meaning(written)})


def _overheard(send: Callable[..., Sent]) -> Callable[..., Sent]:
    def listening(self: socket, data: bytes | bytearray | memoryview, *flags: int) -> Sent:
        _notes.add(secrets_in(bytes(memoryview(data)[:_HEARD_BYTES])))
        return send(self, data, *flags)

    return listening


def _text_of(literal: str) -> str:
    try:
        return str(json.loads(literal))
    except ValueError:  # broken on purpose
        return literal


def _tells(value: str) -> bool:
    return len(value) >= MIN_LENGTH and len(set(value)) >= MIN_LETTERS
