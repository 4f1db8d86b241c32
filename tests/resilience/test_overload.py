"""Ten times as many come as can be served: as many are served as before, and the operator is heard."""

import asyncio
import os
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx2
import psutil
import pytest

from benchmarks.affinity import on_cores
from shared.arrivals import OPERATOR_PATHS
from tests.resilience.conftest import Effort, Place
from tests.resilience.overload import Crowd, Tally
from tests.resilience.progress import Progress
from tests.resilience.results import Results
from tests.resilience.slow_sockets import latencies_ms, percentile
from tests.servers import ROOT, TWINS, free_port, listeners, serving

BOOKS = 20_000
# A search that finds most of them is forty milliseconds of work: to be refused must cost less than to be served.
TARGET = "/books/?q=the&limit=1"
CLIENTS = 16
TIMES = 10
PATIENCE_S = 5.0
SECONDS = 15.0
DESCRIPTORS = 20_000
SHARE = 0.8
MAX_GROWTH_MIB = 200
MIB = 2**20
# On which database, with how many workers, and what the results call it.
WHERE = [("sqlite", 1, ""), ("postgresql", 1, ", postgresql"), ("sqlite", 2, ", two workers")]

pytestmark = pytest.mark.timeout(600)


class Rush(NamedTuple):
    """The best that a server can, and what it does when ten times as many come, by turns."""

    best: list[Tally]
    under: list[Tally]
    operator_ms: list[float]
    growth_mib: float

    @property
    def shares(self) -> list[float]:
        """What is left of the best goodput, in each turn: the machine is not the same in all."""
        return [under.goodput_per_s / best.goodput_per_s for best, under in zip(self.best, self.under, strict=True)]


@contextmanager
def many_descriptors() -> Iterator[None]:
    """Room for all who wait."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(DESCRIPTORS, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def stock(environment: dict[str, str]) -> None:
    """Fill the catalogue."""
    command = [sys.executable, "-m", "shared.seed", "--scale", str(BOOKS)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True)


def operator_ms(port: int, over: threading.Event) -> list[float]:
    """Sorted times of an operator's requests until then, by a thread that has nothing else to do."""
    found = list[float]()
    while not over.wait(0.05):
        for path in OPERATOR_PATHS:
            found += latencies_ms(("127.0.0.1", port), path, 2, PATIENCE_S)
    return sorted(found)


def memory_mib(url: str) -> float:
    """What the largest process of a server takes."""
    return max(psutil.Process(pid).memory_info().rss for pid in listeners(url)) / MIB


async def rush(url: str, operator_port: int, turns: int, seconds: float) -> Rush:
    """Let as many come as it can serve, and ten times as many, by turns of so many seconds."""
    crowd, over = Crowd(url, TARGET, PATIENCE_S), threading.Event()
    await crowd.steady(CLIENTS, 1)
    before_mib = memory_mib(url)
    operator = asyncio.create_task(asyncio.to_thread(operator_ms, operator_port, over))
    best, under = [], []
    for _ in range(turns):
        best.append(await crowd.steady(CLIENTS, seconds))
        under.append(await crowd.rush(TIMES * best[-1].goodput_per_s, seconds + PATIENCE_S, PATIENCE_S))
        # What is still in its queues when nobody comes any more takes nothing from the next turn.
        await asyncio.sleep(PATIENCE_S)
    over.set()
    crowd.close()
    return Rush(best, under, await operator, memory_mib(url) - before_mib)


def recovery_s(url: str) -> float:
    """How long it takes until somebody is served again, once nobody else comes."""
    began = time.monotonic()
    while httpx2.get(f"{url}{TARGET}", timeout=10 * PATIENCE_S).status_code != 200:
        time.sleep(0.1)
    return round(time.monotonic() - began, 1)


@pytest.mark.long
@pytest.mark.parametrize(("place", "workers", "where"), WHERE, indirect=["place"])
@pytest.mark.parametrize("twin", TWINS)
def test_ten_times_the_load_leaves_most_of_the_goodput_and_the_operator_is_answered(
    twin: str,
    workers: int,
    where: str,
    place: Place,
    effort: Effort,
    results: Results,
    progress: Progress,
    tmp_path: Path,
) -> None:
    stock(place.environment)
    cores, operator_port = sorted(os.sched_getaffinity(0)), free_port()
    environment = place.environment | {"OPERATOR_PORT": str(operator_port)}
    with many_descriptors(), ExitStack() as stack:
        # A crowd takes processor time as well, which must not be the server's.
        with on_cores(cores[:1]):
            url = stack.enter_context(serving(twin, environment, tmp_path / "log", workers=workers))
        progress.show(f"{effort['turns']} times so many clients as can be served, then ten times as many")
        with on_cores(cores[1:] or cores):
            found = asyncio.run(rush(url, operator_port, effort["turns"], SECONDS))
            recovered_s = recovery_s(url)
    results.note(
        "overload",
        f"{twin}{where}",
        {
            "turns": effort["turns"],
            "best_per_s": round(median(one.goodput_per_s for one in found.best)),
            "under_load_per_s": round(median(one.goodput_per_s for one in found.under)),
            "share": round(median(found.shares), 2),
            "shares": [round(min(found.shares), 2), round(max(found.shares), 2)],
            "outcomes": dict(sum((one.outcomes for one in found.under), Counter())),
            "p50_ms": round(1000 * percentile(sorted(one for tally in found.under for one in tally.good_s), 0.5)),
            "operator_p99_ms": round(percentile(found.operator_ms, 0.99)),
            "operator_requests": len(found.operator_ms),
            "growth_mib": round(found.growth_mib),
            "calm_after_s": recovered_s,
        },
    )
    assert median(found.shares) >= SHARE
    assert recovered_s < 2 * PATIENCE_S
    assert found.growth_mib < MAX_GROWTH_MIB
    assert found.operator_ms[-1] < 1000 * PATIENCE_S
    assert "Traceback" not in (tmp_path / "log").read_text()
