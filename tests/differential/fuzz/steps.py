"""A step: one request with placeholders such as `@{alice_book}`, for what each server has made for itself."""

import re
from typing import NamedTuple

PLACEHOLDER = re.compile(rb"@\{([a-z_]+)\}")


class Keep(NamedTuple):
    """What is kept of an answer (a member of its JSON, a header, a cookie), or a value kept before under a new name."""

    name: str
    source: str
    of: str


class Step(NamedTuple):
    """One request; texts are latin-1, a character for each byte that goes out."""

    operation: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    chunked: bool = False
    keeps: tuple[Keep, ...] = ()

    def needs(self) -> list[str]:
        """The names of all placeholders, in order."""
        texts = (
            self.target.encode("latin-1"),
            *(value.encode("latin-1") for _, value in self.headers),
            self.body or b"",
        )
        found = [name.decode() for text in texts for name in PLACEHOLDER.findall(text)]
        return list(dict.fromkeys(found))

    def declares(self, name: str) -> bool:
        """Whether a header of this name is among those of the step."""
        return any(found.lower() == name for found, _ in self.headers)
