"""Servers that stand side by side, and wrk visits one after the other, there and back again."""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import httpx2

from benchmarks import machine
from benchmarks.affinity import on_cores
from benchmarks.catalogue import opened
from benchmarks.failures import LabError
from benchmarks.generators.trials import WRK, wrk
from benchmarks.launch import Server, running
from benchmarks.lineup import READY_PATH
from benchmarks.plan import CATALOGUE_ROWS, USERS
from benchmarks.records import Contender, Slice
from benchmarks.speedometer import Speedometer
from benchmarks.workloads import ORDERS, PAGE_SIZE

SCRIPT = Path(__file__).with_name("paths.lua")
_SEED = 7
# As the users of the workload `read` and `list` ask: books they have seen; pages in any order, and three behind each.
_BOOKS = 800
_PAGES = 4
WARM_UP_S = 1.0


class Turn(NamedTuple):
    """What one visit of wrk cost a server; each start has turns of its own."""

    contender: str
    workload: str
    start: int
    number: int
    slice: Slice


class Stage(NamedTuple):
    """Servers by name, the paths that all of them are asked for by workload, and a watch on the pace of their core."""

    servers: dict[str, Server]
    paths: dict[str, Path]
    speedometer: Speedometer
    server_cores: list[int]
    generator_cores: list[int]
    connections: int


@contextmanager
def stage(contenders: Sequence[Contender], connections: int = USERS) -> Iterator[Stage]:
    """Everything that turns need; raises LabError where there is no wrk."""
    if not shutil.which(WRK):
        raise LabError(f"{WRK} is not installed; on Debian: apt-get install {WRK}")
    server_cores, generator_cores = machine.share_cores(max(one.workers for one in contenders))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-wrk-")))
        catalogue = stack.enter_context(opened(contenders, CATALOGUE_ROWS))
        speedometer = stack.enter_context(Speedometer(server_cores, folder))
        servers = {}
        for one in contenders:
            log, environment = folder / f"{one.name}.log", catalogue.fresh_copy(one)
            servers[one.name] = stack.enter_context(running(one, environment, server_cores, log, READY_PATH))
        paths = _written(folder, next(iter(servers.values())).url)
        yield Stage(servers, paths, speedometer, server_cores, generator_cores, connections)


def _written(folder: Path, url: str) -> dict[str, Path]:
    chance = random.Random(_SEED)
    lines = {"read": [f"/books/{chance.randint(1, CATALOGUE_ROWS)}" for _ in range(_BOOKS)], "list": _pages(url)}
    files = {workload: folder / workload for workload in lines}
    for workload, file in files.items():
        file.write_text("\n".join(lines[workload]) + "\n", "ascii")
    return files


def _pages(url: str) -> list[str]:
    """Pages behind cursors of one server, which all others understand."""
    found = []
    with httpx2.Client(base_url=url) as client:
        for order in ORDERS:
            query = {"limit": str(PAGE_SIZE), "sort": order}
            for _ in range(_PAGES):
                path = f"/books/?{urlencode(query)}"
                found.append(path)
                query["cursor"] = client.get(path).raise_for_status().json()["next"]
    random.Random(_SEED).shuffle(found)
    return found


def turns(at: Stage, workload: str, start: int, count: int, seconds: float) -> Iterator[Turn]:
    """So many visits of each server, mirrored from turn to turn."""
    names = list(at.servers)
    for name in names:
        visit(at, name, workload, WARM_UP_S)
    for number in range(count):
        for name in names[::-1] if number % 2 else names:
            yield Turn(name, workload, start, number, visit(at, name, workload, seconds))


def visit(at: Stage, name: str, workload: str, seconds: float) -> Slice:
    """What wrk's requests cost a server in so many seconds."""
    server = at.servers[name]
    pace, began_s, before = at.speedometer.read(), time.perf_counter(), server.meter.read()
    with on_cores(at.generator_cores):
        seen = wrk(server.url, seconds, [str(SCRIPT), os.fspath(at.paths[workload])], at.connections)
    return Slice(
        at_s=began_s,
        window_s=seen.seconds,
        requests=seen.requests,
        server_cpu_s=server.meter.cpu_s_since(before),
        generator_cpu_s=seen.cpu_s,
        other_cpu_share=0.0,
        pace_us=at.speedometer.read().us_since(pace),
    )
