"""Servers are killed at random moments while many write: nothing is lost that was acknowledged, nothing is there that
nobody has asked for, and the other twin reads all of it.
"""

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.resilience.conftest import Effort, Place
from tests.resilience.consistency import settled
from tests.resilience.kills import Mortal, kill_a_worker, mortal
from tests.resilience.ledger import Ledger, export
from tests.resilience.progress import Progress
from tests.resilience.results import Results
from tests.resilience.writers import writing
from tests.servers import TWINS

WRITERS = 16
# Of so many kills, one meets the whole server.
WHOLE = 4

pytestmark = pytest.mark.timeout(1800)


def other(twin: str) -> str:
    """The other one."""
    return TWINS[1 - TWINS.index(twin)]


async def storm(
    server: Mortal, twin: str, ledger: Ledger, chance: random.Random, effort: Effort, progress: Progress
) -> None:
    """Write, and kill at random moments, until both have been done often enough."""
    async with writing([server.url], WRITERS, ledger, chance):
        for kill in range(effort["kills"]):
            share = effort["writes"] / effort["kills"]
            await ledger.reach(share * (kill + chance.uniform(0.1, 1)))
            await asyncio.sleep(chance.uniform(0, 0.02))
            progress.show(f"{kill + 1} kills, {ledger.acknowledged} writes, {ledger.cut} cut")
            if kill % WHOLE == WHOLE - 1:
                server.kill()
                await asyncio.to_thread(server.start, twin)
            else:
                await asyncio.to_thread(kill_a_worker, server.url, chance)
        await ledger.reach(effort["writes"])
        # The last meets all of them amid their writes.
        server.kill()


@pytest.mark.flask_on("sqlite")
@pytest.mark.parametrize("twin", TWINS)
def test_what_was_acknowledged_is_there_after_any_kill_and_nothing_else(
    twin: str, place: Place, chance: random.Random, effort: Effort, results: Results, progress: Progress, tmp_path: Path
) -> None:
    ledger, began = Ledger(), time.monotonic()
    with mortal(place.environment, tmp_path / "log") as server:
        server.start(twin)
        asyncio.run(storm(server, twin, ledger, chance, effort, progress))
        writing_s = time.monotonic() - began
        server.start(other(twin))
        lost, phantoms = ledger.faults(export(server.url))
        assert settled(place.settings) == []
    results.note(
        "kills",
        f"{twin}, {place.backend}",
        {
            "kills": effort["kills"] + 1,
            "acknowledged": ledger.acknowledged,
            "lost": len(lost),
            "phantoms": len(phantoms),
            "in_doubt": ledger.cut + ledger.refused,
            "seconds": round(writing_s),
        },
        add=True,
    )
    assert (lost, phantoms, ledger.unexpected) == ([], [], {})
    assert ledger.cut > 0, "no request was cut short: the test proves nothing"


@pytest.mark.flask_on("postgresql")
@pytest.mark.parametrize("twin", TWINS)
def test_what_one_twin_has_acknowledged_before_it_is_killed_the_other_reads(
    twin: str,
    place: Place,
    chance: random.Random,
    effort: Effort,
    results: Results,
    progress: Progress,
    tmp_path: Path,
) -> None:
    ledger = Ledger()

    async def write_until_killed(server: Mortal) -> None:
        async with writing([server.url], WRITERS, ledger, chance):
            await ledger.reach(ledger.acknowledged + chance.uniform(0.5, 1) * effort["writes"] / effort["kills"])
            server.kill()

    running = twin
    with mortal(place.environment, tmp_path / "log") as server:
        server.start(running)
        for number in range(effort["restarts"]):
            asyncio.run(write_until_killed(server))
            running = other(running)
            server.start(running)
            assert ledger.faults(export(server.url)) == ([], [])
            progress.show(f"{number + 1} kills, {ledger.acknowledged} writes")
    figures = {"kills": effort["restarts"], "acknowledged": ledger.acknowledged, "in_doubt": ledger.cut}
    results.note("killed, read by the other", f"{twin} first, {place.backend}", figures | {"lost": 0, "phantoms": 0})
    assert not ledger.unexpected
