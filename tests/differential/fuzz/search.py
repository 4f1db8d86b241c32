"""Spends a budget of request pairs on generated sequences, and shrinks those that differ."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from queue import SimpleQueue
from threading import Event
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
# So many batches spare nothing: in a short run, too, every operation is met.
LAVISH_BATCHES = 2
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


def _no_constant(*_arguments: object, **_options: object) -> None:
    """Now and then Hypothesis draws a constant of the modules that are loaded, and has no setting for that.

    With other tests in the run a seed would mean something else.
    """


class Search:
    """A repeatable walk through the grammar: seed and number of a batch decide what is in it.

    So many sequences are under way at once as there are players, which share one tally. They know nothing of each
    other, and a client that waits for two servers has time for another.
    """

    def __init__(
        self,
        players: Sequence[Player],
        operations: Sequence[Operation],
        *,
        seed: int,
        budget: int,
        most_kinds: int = MOST_KINDS,
    ) -> None:
        self._players, self._tally = players, players[0].tally
        self._stop, self._free = Event(), SimpleQueue[Player]()
        for player in players:
            self._free.put(player)
        self._lavish, self._sparing = (
            sequences(operations, sparing=sparing).map(_Sequence) for sparing in (False, True)
        )
        self._seed, self._budget, self._most_kinds = seed, budget, most_kinds
        self.findings: list[Finding] = []

    def run(self, report: Callable[[], None] = lambda: None) -> list[Finding]:
        """Send as many pairs as the budget allows; stops early when there are many kinds of differences.

        `report` is called between batches, some hundreds of pairs apart.
        """
        batch, drawn = 0, self._drawn(0)
        with ThreadPoolExecutor(len(self._players)) as lanes:
            while self._tally.pairs < self._budget and len(self.findings) < self._most_kinds:
                self._stop.clear()
                played = lanes.map(self._play, drawn)
                # Meanwhile.
                drawn = self._drawn(batch + 1)
                self._judge(played, batch)
                report()
                batch += 1
        return self.findings

    def _play(self, groups: _Sequence) -> Difference | None:
        # What has differed is looked at before more is sent.
        if self._stop.is_set() or self._tally.pairs >= self._budget:
            return None
        player = self._free.get()
        try:
            return player.play(chain.from_iterable(groups))
        finally:
            self._free.put(player)

    def _judge(self, played: Iterable[Difference | None], batch: int) -> None:
        """Count what has differed, and shrink what is the first of its kind."""
        known = {finding.difference.kind for finding in self.findings}
        found: dict[str, Difference] = {}
        for difference in filter(None, played):
            self._tally.differences[difference.kind] += 1
            if difference.kind not in known:
                found.setdefault(difference.kind, difference)
                self._stop.set()
        self.findings += [self._shrunk(difference, batch) for difference in found.values()]

    def _drawn(self, batch: int) -> list[_Sequence]:
        drawn: list[_Sequence] = []

        def draw(groups: _Sequence) -> None:
            drawn.append(groups)

        with mock.patch.object(HypothesisProvider, "_maybe_draw_constant", _no_constant):
            wanted = self._lavish if batch < LAVISH_BATCHES else self._sparing
            _SETTINGS(seed(self._seed * 1_000_003 + batch)(given(wanted)(draw)))()
        return drawn

    def _shrunk(self, found: Difference, batch: int) -> Finding:
        def again(sequence: tuple[Step, ...]) -> Difference | None:
            difference = self._players[0].play(sequence)
            # Another kind would take its place.
            return difference if difference and difference.kind == found.kind else None

        repeated = again(found.wanted)
        return Finding(reduced(repeated, again) if repeated else found, batch, repeated is not None)
