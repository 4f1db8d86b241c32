"""What a command needs before its first round: a folder of results, a catalogue, and the state of the machine."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine
from benchmarks.bench import Bench
from benchmarks.catalogue import opened
from benchmarks.language_model import settings_during
from benchmarks.load import ALONE, Distribution, Generator
from benchmarks.records import Environment, Plan, RunKind
from benchmarks.results import Results
from benchmarks.speedometer import RHYTHM, WATCH, Speedometer
from benchmarks.workloads import settings_for

_SETTINGS = {"access log": "off", WATCH: RHYTHM}


def new_results(parent: Path, kind: RunKind) -> Results:
    """A folder named for this moment; raises LabError where nothing can be measured."""
    machine.require_linux()
    return Results.create(parent, f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{kind}")


@contextmanager
def prepared(
    plan: Plan, results: Results, database: str | None = None, distribution: Distribution = ALONE
) -> Iterator[Bench]:
    """Everything that the rounds of a plan use; the plan is on disk from here on."""
    began = time.perf_counter()
    workers = max(contender.workers for contender in plan.contenders)
    environment = machine.describe(*machine.share_cores(workers), _SETTINGS | settings_for(plan.workloads))
    results.save_plan(plan, environment)
    with (
        # First, so that it loads Locust while the catalogue is seeded. One for all rounds: workers join once.
        Generator(environment.generator_cores, results.log("generator"), distribution) as generator,
        opened(plan.contenders, plan.catalogue_rows, database) as catalogue,
        tempfile.TemporaryDirectory(prefix="lab-pace-") as folder,
        Speedometer(_cores_of_servers(plan, environment), Path(folder)) as speedometer,
        settings_during(plan.workloads, environment.generator_cores) as settings,
    ):
        yield Bench(plan, environment, catalogue, results, generator, speedometer, began, settings)


def _cores_of_servers(plan: Plan, environment: Environment) -> list[int]:
    """None, when all of them are elsewhere."""
    here = any(not contender.url for contender in plan.contenders)
    return environment.server_cores if here else []
