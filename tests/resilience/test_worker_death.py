"""A worker dies under load: only what it was answering fails, the others serve on, and another takes its place."""

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.resilience.clients import Client, Cut, Refused
from tests.resilience.conftest import Place
from tests.resilience.ledger import Ledger, export
from tests.resilience.results import Results
from tests.resilience.writers import writing
from tests.servers import TWINS, serving, workers

WRITERS = 16
BACK_WITHIN_S = 1.0
REPLACED_WITHIN_S = 30.0
# A parent that waits for a worker to say that it is well asks every half second, and may wait for thirty seconds.
ASKED_AGAIN_S = 1.5
AT_ONCE_S = 15.0
PAUSE_S = 0.02

pytestmark = [pytest.mark.timeout(300), pytest.mark.parametrize("place", ["sqlite"], indirect=True)]


def connections(pid: int, url: str) -> int:
    """How many clients a process has."""
    port = int(url.rpartition(":")[2])
    found = psutil.Process(pid).net_connections("tcp4")
    return sum(one.status == psutil.CONN_ESTABLISHED and one.laddr.port == port for one in found)


async def newcomer(url: str) -> bool:
    """Whether somebody who has just come is answered."""
    client = Client(url, patience_s=BACK_WITHIN_S)
    try:
        return (await client.ask("GET", "/books/?limit=1")).status == 200
    except (Cut, Refused):
        return False
    finally:
        client.close()


async def serving_workers(url: str) -> int:
    """How many workers have begun to count their requests, and so to serve."""
    client = Client(url)
    try:
        return (await client.ask("GET", "/metrics")).body.count(b"\nprocess_open_fds{")
    finally:
        client.close()


async def death(url: str, ledger: Ledger, chance: random.Random) -> dict[str, float]:
    """Kill a worker amid writes: whom it had, who failed, when newcomers were served, and when it was replaced."""
    async with writing([url], WRITERS, ledger, chance):
        await ledger.reach(100)
        # One that has clients: a server whose clients all happen to be with the other would prove nothing.
        victim = max(workers(url), key=lambda pid: connections(pid, url))
        had = connections(victim, url)
        os.kill(victim, signal.SIGKILL)
        died, back_s = time.monotonic(), 0.0
        while (since_s := time.monotonic() - died) < 2 * BACK_WITHIN_S:
            if not await newcomer(url):
                back_s = time.monotonic() - died
            await asyncio.sleep(PAUSE_S)
        while await serving_workers(url) < 2:
            since_s = time.monotonic() - died
            assert since_s < REPLACED_WITHIN_S
            await asyncio.sleep(PAUSE_S)
        await ledger.reach(ledger.acknowledged + 50)
    return {"clients": had, "cut": ledger.cut, "back_after_s": round(back_s, 2), "replaced_within_s": round(since_s, 1)}


@pytest.mark.parametrize("twin", TWINS)
def test_a_worker_that_dies_takes_only_its_own_requests_with_it(
    twin: str, place: Place, chance: random.Random, results: Results, tmp_path: Path
) -> None:
    ledger = Ledger()
    with serving(twin, place.environment, tmp_path / "log") as url:
        found = asyncio.run(death(url, ledger, chance))
        assert ledger.faults(export(url)) == ([], [])
    results.note("worker death", twin, found)
    assert found["cut"] <= found["clients"]
    assert found["back_after_s"] < BACK_WITHIN_S
    assert not ledger.unexpected


@pytest.mark.parametrize("twin", TWINS)
def test_a_worker_that_dies_when_its_parent_waits_for_it_is_replaced_at_once(
    twin: str, place: Place, tmp_path: Path
) -> None:
    with serving(twin, place.environment, tmp_path / "log") as url:
        victim, other = workers(url)
        os.kill(victim, signal.SIGSTOP)
        time.sleep(ASKED_AGAIN_S)
        os.kill(victim, signal.SIGKILL)
        died = time.monotonic()
        while len(set(workers(url)) - {victim}) < 2:
            assert time.monotonic() - died < AT_ONCE_S
            time.sleep(PAUSE_S)
        assert other in workers(url)
