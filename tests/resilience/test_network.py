"""The network to PostgreSQL is slow, cut, reset or silent: who is not served is told 503 in time, and all is well as
soon as the network is.
"""

import asyncio
import random
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from shared.patience import TRANSIT_S
from tests.resilience.conftest import Effort, Place
from tests.resilience.kills import mortal
from tests.resilience.ledger import Ledger, export
from tests.resilience.progress import Progress
from tests.resilience.proxy import CLEAN, Proxy, Toxic, proxying
from tests.resilience.results import Results
from tests.resilience.watch import watching
from tests.resilience.writers import writing
from tests.servers import TWINS, free_port

POOL_SIZE = 8
WRITERS = 16
TIMEOUT_S = 1.0
# A connection is asked whether it lives, another is opened, and then the statement waits; before all that for its turn.
ANSWERED_WITHIN_S = TIMEOUT_S + 2 * (TIMEOUT_S + TRANSIT_S) + 2.0 + 2.0
BACK_WITHIN_S = 2.0
# Beside other tests the machine itself is late at times, but not each time; a long run is alone and has one try.
TRIES = 3
# How long a fault may have to wait for its first answers, at most.
FIRST_ANSWERS_S = 60.0
# Until the first have given up, and others have tried in vain.
PATIENCE_S = TIMEOUT_S + TRANSIT_S + 1.5

pytestmark = [pytest.mark.timeout(900), pytest.mark.parametrize("place", ["postgresql"], indirect=True)]


@dataclass(frozen=True)
class Case:
    """A fault, and whether anybody may be, or must be, refused for it."""

    toxic: Toxic
    refuses: bool
    seconds: float = 0.6


# Named as by Toxiproxy, but for the first two: one latency that can be borne and one that cannot.
CASES = {
    "latency": Case(Toxic(latency_s=0.05), refuses=False),
    "latency beyond the time-out": Case(Toxic(latency_s=60), refuses=True, seconds=PATIENCE_S),
    "down": Case(Toxic(down=True), refuses=True),
    "bandwidth": Case(Toxic(bytes_per_s=20_000), refuses=False),
    "slow_close": Case(Toxic(slow_close_s=0.5), refuses=False),
    "timeout": Case(Toxic(silent=True), refuses=True, seconds=PATIENCE_S),
    "reset_peer": Case(Toxic(reset=True), refuses=True),
    "slicer": Case(Toxic(slice_bytes=7, slice_pause_s=0.001), refuses=False),
    "limit_data": Case(Toxic(limit_bytes=500), refuses=True),
}


def end_sessions(place: Place) -> None:
    """Let the database end all connections, as an operator may."""
    assert place.cluster
    engine = create_engine(make_url(place.cluster.url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :name"
    with engine.connect() as connection:
        connection.execute(text(others), {"name": place.settings.database.database})


async def suffer(proxy: Proxy, case: Case, ledger: Ledger, place: Place, times: int) -> dict[str, float]:
    """What happens under a fault, and how long after it."""
    refused, acknowledged = ledger.refused, ledger.acknowledged
    ledger.longest_s = 0.0
    await proxy.set(case.toxic)
    if case.toxic.slow_close_s:
        await asyncio.to_thread(end_sessions, place)
    await asyncio.sleep(times * case.seconds)
    # Somebody has met the fault, however busy the machine is.
    async with asyncio.timeout(FIRST_ANSWERS_S):
        await ledger.until(
            lambda: ledger.refused > refused if case.refuses else ledger.acknowledged >= acknowledged + WRITERS
        )
    during = ledger.acknowledged - acknowledged
    await proxy.set(CLEAN)
    well = time.monotonic()
    # All of them are served again, whatever each was waiting for.
    await ledger.reach(ledger.acknowledged + 4 * WRITERS)
    await asyncio.sleep(0.2)
    return {
        "served": during,
        "refused": ledger.refused - refused,
        "back_after_s": round(max(0.0, ledger.refused_at - well), 2),
        "longest_request_s": round(ledger.longest_s, 2),
    }


@pytest.mark.parametrize("twin", TWINS)
def test_a_bad_network_to_the_database_costs_503_in_time_and_nothing_afterwards(
    twin: str,
    place: Place,
    chance: random.Random,
    effort: Effort,
    results: Results,
    progress: Progress,
    tmp_path: Path,
) -> None:
    url, port, ledger = make_url(place.settings.database_url), free_port(), Ledger()
    through = url.set(port=port).render_as_string(hide_password=False)
    environment = {
        **place.environment,
        "DATABASE_URL": through,
        "DATABASE_TIMEOUT_SECONDS": str(TIMEOUT_S),
        "POOL_SIZE": str(POOL_SIZE),
    }
    found = {}

    async def all_cases() -> None:
        async with proxying((url.host or "", url.port or 5432), port) as proxy:
            with mortal(environment, tmp_path / "log") as server:
                await asyncio.to_thread(server.start, twin, workers=1)
                async with (
                    watching(server.url, "/health/live") as watch,
                    writing([server.url], WRITERS, ledger, chance),
                ):
                    for name, case in CASES.items():
                        for _ in range(1 if effort.long else TRIES):
                            found[name] = await suffer(proxy, case, ledger, place, 10 if effort.long else 1)
                            progress.show(f"{name}: {found[name]}")
                            if found[name]["back_after_s"] < BACK_WITHIN_S:
                                break
                assert watch.seen == {"/health/live": {200}}
                faults.append(await asyncio.to_thread(lambda: ledger.faults(list(export(server.url)))))
                await asyncio.to_thread(server.stop)

    faults: list[tuple[list[str], list[str]]] = []
    asyncio.run(all_cases())
    for name, figures in found.items():
        results.note("network", f"{twin}, {name}", figures)
    assert faults == [([], [])]
    assert ledger.unexpected == {}
    assert ledger.cut == 0
    for name, case in CASES.items():
        if case.refuses:
            assert found[name]["refused"] > 0, name
        else:
            # Each session that was ended costs one request; and on a busy machine a statement may take a second.
            ended = POOL_SIZE if case.toxic.slow_close_s else 0
            assert found[name]["served"] > 5 * (found[name]["refused"] - ended), (name, found[name])
        assert found[name]["longest_request_s"] < ANSWERED_WITHIN_S, (name, found[name])
        assert found[name]["back_after_s"] < BACK_WITHIN_S, (name, found[name])
    assert "Traceback" not in (tmp_path / "log").read_text()
