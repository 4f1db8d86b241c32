"""The requirements files, read strictly: pins with hashes, who needs each, and nothing else."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.servers import ROOT

SERVERS, EVERYTHING = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
PROJECT = "flask-or-fastapi"
_PIN = re.compile(
    r"(?P<requirement>\S+==[^\s;]+(?: ; [^\\\n]+?)?)(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
    r"(?P<needed_by>(?:    #[^\n]*\n)+)"
)


class Pin(NamedTuple):
    """One version of a package, the hashes of its files, and the packages that need it."""

    requirement: Requirement
    hashes: tuple[str, ...]
    needed_by: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in canonical form."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The only version that is installed."""
        return str(self.requirement.specifier).removeprefix("==")


def pins(path: Path) -> list[Pin]:
    """All pins of a requirements file; raises ValueError for anything in it that is no pin with hashes."""
    return list(_pins(path.read_text()))


def _pins(text: str) -> Iterator[Pin]:
    at = 0
    while at < len(text):
        found = _PIN.match(text, at)
        if found is None:
            raise ValueError(f"no pin with hashes: {text[at:].splitlines()[0]!r}")
        yield Pin(
            Requirement(found["requirement"]),
            tuple(re.findall(r"sha256:(\w+)", found["hashes"])),
            tuple(_names_in(found["needed_by"])),
        )
        at = found.end()


def _names_in(comment: str) -> Iterator[str]:
    for word in re.findall(r"#(?: via)?[ ]*(\S*)(?: \(pyproject\.toml\))?\n", comment):
        if word:
            yield canonicalize_name(word)


def declared() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for: under "" what the servers need, and each extra under its name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {name: [Requirement(text) for text in texts] for name, texts in groups.items()}
