"""Spends a budget of request pairs on generated sequences, and shrinks those that differ."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from typing import NamedTuple
from unittest import mock

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.internal.conjecture.providers import HypothesisProvider

from tests.differential.fuzz.contract import Operation
from tests.differential.fuzz.grammar import sequences
from tests.differential.fuzz.play import Difference, Player
from tests.differential.fuzz.reduce import reduced
from tests.differential.fuzz.steps import Step

BATCH = 20
# Who wants more has seen enough to begin with.
MOST_KINDS = 10
_SETTINGS = settings(
    max_examples=BATCH,
    # What failed on one server at one time says little of another; the seed repeats a run.
    database=None,
    # A request takes as long as the server takes, and a sequence is as long as it is.
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # What differs is reduced by steps and not by choices.
    phases=(Phase.generate,),
    verbosity=Verbosity.quiet,
    print_blob=False,
)


class Finding(NamedTuple):
    """A difference, shrunk; one that did not come again when it was tried again is shown as it came."""

    difference: Difference
    batch: int
    repeated: bool


class _Sequence(list[list[Step]]):
    """Steps in groups, which Hypothesis would write out at length for a message that nobody reads."""

    def __repr__(self) -> str:
        return "a sequence"


class _Differs(Exception):
    """Ends a batch: what has differed is looked at before more is sent."""


def _no_constant(*_arguments: object, **_options: object) -> None:
    """Now and then Hypothesis draws a constant of the modules that are loaded, and has no setting for that.

    With other tests in the run a seed would mean something else.
    """


class Search:
    """A repeatable walk through the grammar: seed and number of a batch decide what is in it."""

    def __init__(
        self, player: Player, operations: Sequence[Operation], *, seed: int, budget: int, most_kinds: int = MOST_KINDS
    ) -> None:
        self._player = player
        self._sequences = sequences(operations).map(_Sequence)
        self._seed, self._budget, self._most_kinds = seed, budget, most_kinds
        self._found: Difference | None = None
        self.findings: list[Finding] = []

    def run(self, report: Callable[[], None] = lambda: None) -> list[Finding]:
        """Send as many pairs as the budget allows; stops early when there are many kinds of differences.

        `report` is called between batches, some hundreds of pairs apart.
        """
        batch = 0
        with mock.patch.object(HypothesisProvider, "_maybe_draw_constant", _no_constant):
            while self._player.tally.pairs < self._budget and len(self.findings) < self._most_kinds:
                self._explore(batch)
                report()
                batch += 1
        return self.findings

    def _explore(self, batch: int) -> None:
        self._found = None
        with suppress(_Differs):
            _SETTINGS(seed(self._seed * 1_000_003 + batch)(given(self._sequences)(self._try)))()
        if self._found:
            self.findings.append(self._shrunk(self._found, batch))

    def _try(self, groups: _Sequence) -> None:
        if self._found is None and self._player.tally.pairs < self._budget:
            self._found = self._new(self._player.play(chain.from_iterable(groups)))
        # Hypothesis asks a second time for what has differed, and is told the same.
        if self._found is not None:
            raise _Differs

    def _new(self, difference: Difference | None) -> Difference | None:
        """Count a difference, and return it if it is the first of its kind."""
        if difference is None:
            return None
        self._player.tally.differences[difference.kind] += 1
        return None if difference.kind in {finding.difference.kind for finding in self.findings} else difference

    def _shrunk(self, found: Difference, batch: int) -> Finding:
        def again(sequence: tuple[Step, ...]) -> Difference | None:
            difference = self._player.play(sequence)
            # Another kind would take its place.
            return difference if difference and difference.kind == found.kind else None

        repeated = again(found.wanted)
        return Finding(reduced(repeated, again) if repeated else found, batch, repeated is not None)
