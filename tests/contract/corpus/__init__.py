"""The corpus: bytes that clients send, well-formed and not, and what a server answers; the cases are the files beside.

A case has a `name` and either `bytes`, or the lines of a `head` (a file may give a `template`) and a `body`. It tells
the statuses of the `answers` in order, interim ones too, and how it ends: the connection is open for the next request,
it `closes`, either is right (`end`), or the server `waits` for more. Characters stand for bytes (latin-1), and these
for what a file cannot hold:

    <host>                 the server's own name
    <7*text>               text, seven times
    <marker>               a whole request that would open an account of its own
    <marker-length>        its length, in decimal digits; <marker-length-hex>, in hexadecimal ones
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

HERE = Path(__file__).parent
DIFFERENCES = "differences.toml"

_REPEATED = re.compile(r"<(\d+)\*((?:[^<>]|<[^<>]*>)*)>")


class Case(NamedTuple):
    """What is sent, and what has to come back."""

    name: str
    text: str
    answers: tuple[int, ...]
    closes: bool = False
    either: bool = False
    waits: bool = False
    hangs_up: bool = False
    bodiless: bool = False
    arrives: bool = False

    @classmethod
    def read(cls, entry: Mapping[str, Any], template: list[str]) -> Self:
        """A case as a file has it."""
        head = entry.get("head", template)
        text = entry["bytes"] if "bytes" in entry else "\r\n".join([*head, "", ""]) + entry.get("body", "")
        flags = {name: entry.get(name, False) for name in ("closes", "waits", "hangs_up", "bodiless", "arrives")}
        return cls(entry["name"], text, tuple(entry["answers"]), either=entry.get("end") == "either", **flags)

    def sent(self, host: str, marker: bytes) -> bytes:
        """The bytes."""
        signs = {
            "<host>": host,
            "<marker>": marker.decode("latin-1"),
            "<marker-length>": str(len(marker)),
            "<marker-length-hex>": f"{len(marker):x}",
        }
        text = self.text
        while (unfolded := _REPEATED.sub(lambda found: found[2] * int(found[1]), text)) != text:
            text = unfolded
        for sign, meaning in signs.items():
            text = text.replace(sign, meaning)
        return text.encode("latin-1")


class Difference(NamedTuple):
    """A case in which the two production servers differ, with what each answers and why."""

    case: str
    reason: str
    flask: Mapping[str, Any]
    fastapi: Mapping[str, Any]


def cases() -> list[Case]:
    """All cases of all files."""
    found = []
    for path in sorted(HERE.glob("*.toml")):
        if path.name != DIFFERENCES:
            document = tomllib.loads(path.read_text())
            found += [Case.read(entry, document.get("template", [])) for entry in document["case"]]
    return found


def differences() -> list[Difference]:
    """The table of differences."""
    return [Difference(**entry) for entry in tomllib.loads((HERE / DIFFERENCES).read_text()).get("difference", [])]


def as_answered_by(case: Case, server: str | None) -> Case:
    """The case with what this server answers, where that is listed as a difference."""
    for difference in differences():
        if difference.case == case.name and server in {"flask", "fastapi"}:
            listed: dict[str, Any] = dict(getattr(difference, server))
            answers = tuple(listed.pop("answers", case.answers))
            return case._replace(answers=answers, **listed)
    return case
