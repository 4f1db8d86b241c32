"""PostgreSQL is stopped at once, as by a crash, and started again while many write: 503 meanwhile, then all is well."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from benchmarks.postgres import Cluster
from tests.resilience.conftest import Effort, Place
from tests.resilience.consistency import settled
from tests.resilience.ledger import Ledger, export
from tests.resilience.progress import Progress
from tests.resilience.results import Results
from tests.resilience.watch import watching
from tests.resilience.writers import writing
from tests.servers import TWINS, serving

WRITERS = 16
WRITES = 200
BACK_WITHIN_S = 2.0
# A request may have waited for a statement and then for a connection.
ANSWERED_WITHIN_S = 11.0

pytestmark = [pytest.mark.timeout(1200), pytest.mark.parametrize("place", ["postgresql"], indirect=True)]


async def restarts(
    url: str, cluster: Cluster, ledger: Ledger, chance: random.Random, count: int, progress: Progress
) -> list[float]:
    """After each start of the database, how long anybody was refused still."""
    back_s = []
    async with (
        watching(url, "/books/?limit=1", "/health/ready", "/health/live") as watch,
        writing([url], WRITERS, ledger, chance),
    ):
        for number in range(count):
            await ledger.reach(ledger.acknowledged + chance.uniform(0.5, 1) * WRITES)
            await asyncio.to_thread(cluster.stop)
            await asyncio.sleep(chance.uniform(0.3, 2))
            await asyncio.to_thread(cluster.start)
            up = time.monotonic()
            await asyncio.sleep(BACK_WITHIN_S + 0.5)
            back_s.append(max(0.0, max(ledger.refused_at, watch.last_503) - up))
            progress.show(f"{number + 1} restarts, {ledger.acknowledged} writes, back after {back_s[-1]:.2f} s")
        await ledger.reach(ledger.acknowledged + WRITES)
    assert watch.seen == {"/books/?limit=1": {200, 503}, "/health/ready": {200, 503}, "/health/live": {200}}
    return back_s


@pytest.mark.parametrize("twin", TWINS)
def test_a_database_that_crashes_and_comes_back_costs_503_and_nothing_that_was_acknowledged(
    twin: str,
    place: Place,
    chance: random.Random,
    effort: Effort,
    results: Results,
    progress: Progress,
    tmp_path: Path,
) -> None:
    assert place.cluster
    ledger = Ledger()
    with serving(twin, place.environment, tmp_path / "log") as url:
        back_s = asyncio.run(restarts(url, place.cluster, ledger, chance, effort["restarts"], progress))
        lost, phantoms = ledger.faults(export(url))
        assert settled(place.settings) == []
    results.note(
        "database restart",
        twin,
        {
            "restarts": effort["restarts"],
            "acknowledged": ledger.acknowledged,
            "lost": len(lost),
            "phantoms": len(phantoms),
            "refused_503": ledger.refused,
            "cut": ledger.cut,
            "back_after_s": round(max(back_s), 2),
            "longest_request_s": round(ledger.longest_s, 2),
        },
    )
    assert (lost, phantoms, ledger.unexpected) == ([], [], {})
    assert ledger.refused > 0
    assert ledger.cut == 0
    assert max(back_s) < BACK_WITHIN_S
    assert ledger.longest_s < ANSWERED_WITHIN_S
    assert "Traceback" not in (tmp_path / "log").read_text()
