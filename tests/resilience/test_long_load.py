"""Mixed load for long, on both twins at once: memory, descriptors and temporary files stay as they are."""

import asyncio
import random
import time
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.resilience.clients import IDLE_S, Client
from tests.resilience.conftest import Effort, Place
from tests.resilience.mixture import Visitor
from tests.resilience.progress import Progress
from tests.resilience.results import Results
from tests.resilience.trend import Trend, trend
from tests.servers import TWINS, serving, workers

VISITORS = 6
SAMPLE_S = 2.0
# What start-up, pools and caches take until they are full.
WARM_UP_SHARE = 0.3
MAX_SLOPE_MIB_PER_H = 5.0
MIB = 2**20

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(7200),
    pytest.mark.parametrize("place", ["postgresql"], indirect=True),
]


class Meter:
    """Samples of one server: its workers' memory and descriptors, and the files in its temporary folder."""

    def __init__(self, url: str, temporary: Path) -> None:
        self._temporary = temporary
        self._workers = [psutil.Process(pid) for pid in sorted(workers(url))]
        self.times_h: list[float] = []
        self.memory_mib: list[list[float]] = [[] for _ in self._workers]
        self.descriptors: list[int] = []
        self.files: list[int] = []

    def sample(self, time_h: float) -> None:
        """Look once."""
        self.times_h.append(time_h)
        for worker, values in zip(self._workers, self.memory_mib, strict=True):
            values.append(worker.memory_info().rss / MIB)
        self.descriptors.append(sum(worker.num_fds() for worker in self._workers))
        self.files.append(sum(1 for _ in self._temporary.rglob("*")))

    def trends(self) -> list[Trend]:
        """MiB an hour of each worker."""
        return [trend(self.times_h, values) for values in self.memory_mib]


async def visit(meters: dict[str, Meter], minutes: float, chance: random.Random, progress: Progress) -> Counter[str]:
    """Let visitors come to all servers for so long; what they were answered."""
    counts: Counter[str] = Counter()
    stop, began = asyncio.Event(), time.monotonic()
    async with (
        httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(keepalive_expiry=IDLE_S)) as http,
        AsyncExitStack() as stack,
        asyncio.TaskGroup() as group,
    ):
        for url in meters:
            for _ in range(VISITORS):
                client = Client(url)
                stack.callback(client.close)
                visitor = Visitor(url, client, http, random.Random(chance.random()), counts)
                group.create_task(visitor.run(stop))
        while (passed_s := time.monotonic() - began) < 60 * minutes:
            await asyncio.sleep(SAMPLE_S)
            if passed_s > 60 * minutes * WARM_UP_SHARE:
                for meter in meters.values():
                    meter.sample(passed_s / 3600)
            progress.show(f"{passed_s / 60:.1f} of {minutes} minutes, {counts.total()} requests")
        stop.set()
    return counts


def test_memory_descriptors_and_temporary_files_stay_flat_under_mixed_load(
    place: Place, chance: random.Random, effort: Effort, results: Results, progress: Progress, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        meters = {}
        for twin in TWINS:
            temporary = tmp_path / twin
            temporary.mkdir()
            environment = {**place.environment, "TMPDIR": str(temporary)}
            url = stack.enter_context(serving(twin, environment, tmp_path / f"log-{twin}"))
            meters[url] = Meter(url, temporary)
        counts = asyncio.run(visit(meters, effort["minutes"], chance, progress))
        for twin, meter in zip(TWINS, meters.values(), strict=True):
            slopes = [f"{one.slope:.1f} ± {one.within:.1f}" for one in meter.trends()]
            figures = {
                "minutes": effort["minutes"],
                "requests": counts.total(),
                "answers": dict(counts),
                "mib_per_hour": slopes,
                "memory_mib": [round(values[-1]) for values in meter.memory_mib],
                "descriptors": [min(meter.descriptors), max(meter.descriptors)],
                "files": [min(meter.files), max(meter.files)],
            }
            results.note("mixed load", twin, figures)
    for meter in meters.values():
        # What is less sure than the mark allows is no proof of growth: a longer run decides.
        assert all(one.slope - one.within < MAX_SLOPE_MIB_PER_H for one in meter.trends())
        half = len(meter.files) // 2
        assert max(meter.files[half:]) <= max(meter.files[:half])
        assert max(meter.descriptors[half:]) <= max(meter.descriptors[:half]) + 2
    assert not {status for status in counts if status.startswith("5")} - {"503"}
