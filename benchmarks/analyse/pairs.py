"""Which contenders are compared: those that differ in one thing, or are what their framework's users run."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from benchmarks.analyse.shape import Kind
from benchmarks.records import Contender

# In the order in which a report tells them.
KINDS: tuple[Kind, ...] = (
    "framework", "stack", "server", "variant", "driver", "database", "workers", "control",
)  # fmt: skip
_THINGS: tuple[Kind, ...] = ("framework", "server", "variant", "driver", "database", "workers")


class Pair(NamedTuple):
    """Two contenders, and in what they differ."""

    kind: Kind
    base: Contender
    other: Contender


def pairs(contenders: Sequence[Contender]) -> list[Pair]:
    """All comparisons that mean something, each contender with those behind it in the list."""
    by_name = {contender.name: contender for contender in contenders}
    originals = [contender for contender in contenders if not contender.control_of]
    found = [Pair("control", by_name[again.control_of], again) for again in contenders if again.control_of in by_name]
    found += _one_thing_apart(originals)
    found += [pair for pair in _stacks(originals) if not _same_two(pair, found)]
    return sorted(found, key=lambda pair: KINDS.index(pair.kind))


def _one_thing_apart(contenders: Sequence[Contender]) -> Iterator[Pair]:
    for base, other in combinations(contenders, 2):
        differing = [thing for thing in _THINGS if getattr(base, thing) != getattr(other, thing)]
        if len(differing) == 1 and base.layer == other.layer:
            yield Pair(differing[0], base, other)


def _stacks(contenders: Sequence[Contender]) -> Iterator[Pair]:
    """The first default of each framework; a server that somebody named by its URL is one as well."""
    usual: dict[str, Contender] = {}
    for contender in contenders:
        if contender.default or contender.url:
            usual.setdefault(contender.framework, contender)
    return (Pair("stack", base, other) for base, other in combinations(usual.values(), 2))


def _same_two(pair: Pair, found: Sequence[Pair]) -> bool:
    return any({pair.base.name, pair.other.name} == {one.base.name, one.other.name} for one in found)
