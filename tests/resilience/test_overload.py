"""Ten times as many come as can be served: as many are served as before, and the operator is heard."""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import psutil
import pytest

from tests.resilience.conftest import Effort, Place
from tests.resilience.overload import Crowd, Tally
from tests.resilience.progress import Progress
from tests.resilience.results import Results
from tests.resilience.slow_sockets import latencies_ms, percentile
from tests.servers import ROOT, TWINS, listeners, serving

BOOKS = 20_000
# A search that finds most of them is forty milliseconds of work: to be refused must cost less than to be served.
TARGET = "/books/?q=the&limit=1"
CLIENTS = 16
TIMES = 10
PATIENCE_S = 5.0
DESCRIPTORS = 20_000
SHARE = 0.8
MAX_GROWTH_MIB = 200
MIB = 2**20

pytestmark = [pytest.mark.timeout(600), pytest.mark.parametrize("place", ["sqlite"], indirect=True)]


class Rush(NamedTuple):
    """The best that a server can, and what it does when ten times as many come."""

    best: Tally
    under: Tally
    health_ms: list[float]
    growth_mib: float


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


def health_ms(url: str, seconds: float) -> list[float]:
    """Times of an operator's requests for so long, by a thread that has nothing else to do."""
    address, until, found = ("127.0.0.1", int(url.rpartition(":")[2])), time.monotonic() + seconds, list[float]()
    while time.monotonic() < until:
        found += latencies_ms(address, "/health/live", 2, PATIENCE_S)
        time.sleep(0.05)
    return sorted(found)


def memory_mib(url: str) -> float:
    """What the largest process of a server takes."""
    return max(psutil.Process(pid).memory_info().rss for pid in listeners(url)) / MIB


async def rush(url: str, seconds: float) -> Rush:
    """Let ten times as many come as it can serve."""
    crowd = Crowd(url, TARGET, PATIENCE_S)
    await crowd.steady(CLIENTS, 1)
    best = await crowd.steady(CLIENTS, seconds)
    before_mib = memory_mib(url)
    operator = asyncio.create_task(asyncio.to_thread(health_ms, url, seconds + PATIENCE_S))
    under = await crowd.rush(TIMES * best.goodput_per_s, seconds + PATIENCE_S, PATIENCE_S)
    times_ms = await operator
    crowd.close()
    return Rush(best, under, times_ms, memory_mib(url) - before_mib)


def recovery_s(url: str) -> float:
    """How long it takes until somebody is served again, once nobody else comes."""
    began = time.monotonic()
    while httpx2.get(f"{url}{TARGET}", timeout=10 * PATIENCE_S).status_code != 200:
        time.sleep(0.1)
    return round(time.monotonic() - began, 1)


@pytest.mark.long
@pytest.mark.parametrize("twin", TWINS)
def test_ten_times_the_load_leaves_most_of_the_goodput_and_the_operator_is_answered(
    twin: str, place: Place, effort: Effort, results: Results, progress: Progress, tmp_path: Path
) -> None:
    stock(place.environment)
    with serving(twin, place.environment, tmp_path / "log", workers=1) as url, many_descriptors():
        progress.show("so many clients as can be served, then ten times as many")
        found = asyncio.run(rush(url, 30 if effort.long else 5))
        recovered_s = recovery_s(url)
    results.note(
        "overload",
        twin,
        {
            "best_per_s": round(found.best.goodput_per_s),
            "under_load_per_s": round(found.under.goodput_per_s),
            "outcomes": dict(found.under.outcomes),
            "p50_ms": round(1000 * percentile(sorted(found.under.good_s) or [0.0], 0.5)),
            "health_p99_ms": percentile(found.health_ms, 0.99),
            "health_requests": len(found.health_ms),
            "growth_mib": round(found.growth_mib),
            "calm_after_s": recovered_s,
        },
    )
    assert found.under.goodput_per_s >= SHARE * found.best.goodput_per_s
    assert recovered_s < 2 * PATIENCE_S
    assert found.growth_mib < MAX_GROWTH_MIB
    assert percentile(found.health_ms, 0.99) < 1000 * PATIENCE_S
    assert "Traceback" not in (tmp_path / "log").read_text()
