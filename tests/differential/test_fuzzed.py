"""Whatever is sent, both servers answer alike: the part of the run that looks for differences by itself."""

import sys
import time
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import DIFFERENTIAL
from tests.differential.fuzz import report
from tests.differential.fuzz.contract import Operation, operations, published
from tests.differential.fuzz.link import Link
from tests.differential.fuzz.play import Player
from tests.differential.fuzz.search import Search
from tests.differential.fuzz.tally import Tally

# A few seconds for two servers and a client on two cores.
DEFAULT_BUDGET = 1400
CONTROL_BUDGET = 200
PROGRESS_S = 10
# Sequences under way at once: while one waits for its servers, another is written or compared.
LANES = 2
REFUSALS = {400, 401, 403, 404, 405, 409, 412, 413, 415, 422}
MOST_BROKEN_OFF = 0.05

Pair = tuple[str, str]


@pytest.fixture(scope="session")
def budget(request: pytest.FixtureRequest) -> int:
    """Pairs of requests that may be sent."""
    return int(request.config.option.budget or DEFAULT_BUDGET)


@pytest.fixture
def tally() -> Tally:
    """What all players have sent."""
    return Tally()


@pytest.fixture
def players(request: pytest.FixtureRequest, pair: Pair, tally: Tally) -> Iterator[list[Player]]:
    """Both servers, with the headers that were excused, as often as there are lanes."""
    excused = frozenset(name.lower() for name in request.config.option.excuse)
    found = [Player((Link(pair[0]), Link(pair[1])), tally, excused) for _ in range(LANES)]
    yield found
    for player in found:
        player.close()


@pytest.fixture
def told(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says how it goes to whoever waits at a terminal, which is not where pytest's parallel workers are."""

    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}", end="", file=sys.stderr, flush=True)

    return (lambda _text: None) if hasattr(request.config, "workerinput") else tell


def test_the_two_answer_alike_whatever_is_sent(
    *,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, str], None],
    players: list[Player],
    tally: Tally,
    pair: Pair,
    seed: int,
    budget: int,
    told: Callable[[str], None],
) -> None:
    known = operations(published(pair[0]))
    search = Search(players, known, seed=seed, budget=budget)
    balance = f"{pair[0]} against {pair[1]}, --seed {seed} --budget {budget}"
    told(f"differential run: {balance}")
    try:
        search.run(progress(tally, told))
    except KeyboardInterrupt:
        told(f"interrupted: {balance}\n{tally.summary()}\n")
        raise
    record_property(DIFFERENTIAL, f"{balance}\n{tally.summary()}")
    servers = f"--base-url {pair[0]} --against {pair[1]} " if request.config.option.base_url else ""
    again = f"pytest '{request.node.nodeid}' {servers}--seed {seed} --budget {budget}"
    assert not search.findings, "\n\n" + report.findings(search.findings, pair, again)
    assert_thorough(tally, known)


def progress(tally: Tally, told: Callable[[str], None]) -> Callable[[], None]:
    """A function that tells how far a run is, when nothing has been told for a while."""
    told_at = time.monotonic()

    def tell() -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= PROGRESS_S:
            told_at = time.monotonic()
            told(tally.progress())

    return tell


def assert_thorough(tally: Tally, known: list[Operation]) -> None:
    """A run that met no success, or only some of the refusals, has compared less than it seems to have."""
    broken_off = tally.broken_off.total() / max(tally.sequences, 1)
    assert broken_off <= MOST_BROKEN_OFF, f"too many sequences were broken off: {dict(tally.broken_off)}"
    if tally.pairs >= DEFAULT_BUDGET:
        assert not {operation.name for operation in known} - set(tally.operations)
        assert not REFUSALS - set(tally.statuses)
        assert tally.classes()["2xx"] > tally.pairs / 10


def test_a_server_does_not_differ_from_itself(pair: Pair, seed: int) -> None:
    for url in pair:
        player = Player((Link(url), Link(url)), Tally())
        found = Search([player], operations(published(url)), seed=seed, budget=CONTROL_BUDGET // 2).run()
        player.close()
        assert not found, report.findings(found, (url, url), f"--seed {seed}")
        assert player.tally.pairs >= CONTROL_BUDGET // 2
