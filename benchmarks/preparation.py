"""What a command needs before its first round: a folder of results, a catalogue, and the state of the machine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine
from benchmarks.bench import Bench
from benchmarks.catalogue import opened
from benchmarks.load import ALONE
from benchmarks.records import Plan, RunKind
from benchmarks.results import Results

_SETTINGS = {"access log": "off"}


def new_results(parent: Path, kind: RunKind) -> Results:
    """A folder named for this moment; raises LabError where nothing can be measured."""
    machine.require_linux()
    return Results.create(parent, f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{kind}")


@contextmanager
def prepared(plan: Plan, results: Results, database: str | None = None) -> Iterator[Bench]:
    """Everything that the rounds of a plan use; the plan is on disk from here on."""
    workers = max(contender.workers for contender in plan.contenders)
    environment = machine.describe(*machine.share_cores(workers), _SETTINGS)
    results.save_plan(plan, environment)
    began = time.perf_counter()
    with opened(plan, database) as catalogue:
        yield Bench(plan, environment, catalogue, results, ALONE, began)
