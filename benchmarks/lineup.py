"""The servers of a round are started: as many at once as there are cores for, so that none feels another's start."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

from benchmarks.bench import Bench
from benchmarks.failures import LabError
from benchmarks.launch import Server, Starting, starting
from benchmarks.records import Contender

READY_PATH = "/health/ready"
# Takes the name of a contender and what went wrong with it.
Tell = Callable[[str, str], None]


class Begun(NamedTuple):
    """A contender whose server was started; closing `stack` stops it."""

    contender: Contender
    starting: Starting
    stack: ExitStack
    tell: Tell

    def give_up(self, reason: str) -> None:
        """Stop it, and say why."""
        self.stack.close()
        self.tell(self.contender.name, reason)


def answering(
    bench: Bench, lineup: Sequence[Contender], number: int, tell: Tell, stack: ExitStack
) -> Iterator[tuple[Begun, Server]]:
    """Those that come to answer, in the order of the line-up; `stack` stops them, and `tell` hears of the others."""
    lanes = bench.lanes
    for first in range(0, len(lineup), len(lanes)):
        few = lineup[first : first + len(lanes)]
        places = zip(few, lanes, strict=False)
        begun = [one for place in places if (one := _begin(bench, place, number, tell, stack))]
        with ThreadPoolExecutor(len(lanes)) as pool:
            outcomes = list(pool.map(_outcome, begun))
        for one, outcome in zip(begun, outcomes, strict=True):
            if isinstance(outcome, Server):
                yield one, outcome
            else:
                one.give_up(str(outcome))


def _begin(bench: Bench, place: tuple[Contender, list[int]], number: int, tell: Tell, stack: ExitStack) -> Begun | None:
    contender, cores = place
    own = stack.enter_context(ExitStack())
    try:
        environment = {**bench.catalogue.fresh_copy(contender), **bench.settings}
        log = bench.results.log(f"{number:02d}.{contender.name}")
        begun = own.enter_context(starting(contender, environment, cores, log, READY_PATH, tell))
    except LabError as error:
        tell(contender.name, str(error))
        return None
    return Begun(contender, begun, own, tell)


def _outcome(begun: Begun) -> Server | LabError:
    try:
        return begun.starting.ready()
    except LabError as error:
        return error
