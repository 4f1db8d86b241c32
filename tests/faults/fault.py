"""What a fault is."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from inspect import getclosurevars, getsource
from typing import NamedTuple

from tests.faults.rewrites import Rewrite
from tests.servers import TWINS

# The name of the fault that a process has; servers hand it down to their workers.
VARIABLE = "BOOKS_FAULT"


class Change(NamedTuple):
    """A piece of a module's source, which occurs in it once, and what the fault has in its place."""

    module: str
    before: str
    after: str

    def applied(self, source: str) -> str:
        """The faulty source; raises ValueError when the module has moved on."""
        if source.count(self.before) != 1:
            raise ValueError(f"{self.module} has {source.count(self.before)} times, instead of once: {self.before!r}")
        return source.replace(self.before, self.after)


@dataclass(frozen=True)
class Fault:
    """One violation of the contract, and the rules (`test_x.py::test_y` of tests/contract) that must notice it."""

    name: str
    sentence: str
    rules: Sequence[str]
    changes: Sequence[Change] = ()
    rewrite: Rewrite | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def twins(self) -> tuple[str, ...]:
        """Whom it befalls: those of whom it changes a module, or both when it changes the domain alone."""
        named = {change.module.partition("_impl.")[0] for change in self.changes} & set(TWINS)
        return tuple(twin for twin in TWINS if not named or twin in named)

    @property
    def digest(self) -> str:
        """What tells whether a fault is still the one that was tried."""
        altered = _text(self.rewrite) if self.rewrite else repr([*self.changes])
        return hashlib.sha256(f"{[*self.rules]} {dict(self.settings)} {altered}".encode()).hexdigest()[:16]

    def applied(self, module: str, source: str) -> str:
        """The source of `module` as the faulty server has it."""
        for change in self.changes:
            if change.module == module:
                source = change.applied(source)
        return source


def _text(rewrite: Rewrite) -> str:
    """The source of a function, and the words that were given to the one that made it."""
    given = getclosurevars(rewrite).nonlocals.values()
    return getsource(rewrite) + repr([value for value in given if isinstance(value, str | int)])
