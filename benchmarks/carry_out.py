"""A plan carried out from its first server to its report, also when it is interrupted."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import machine
from benchmarks.catalogue import Catalogue
from benchmarks.failures import LabError
from benchmarks.measure import Bench, measure_round
from benchmarks.plan import duration_s
from benchmarks.progress import watching
from benchmarks.records import Plan
from benchmarks.report import publish
from benchmarks.results import Results
from benchmarks.text import minutes

INTERRUPTED = 130
_SETTINGS = {"access log": "off"}


def carry_out(plan: Plan, parent: Path) -> int:
    """Do what the plan says, and report what there is, even when it was interrupted."""
    machine.require_linux()
    console = Console(soft_wrap=True)
    results = Results.create(parent, f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{plan.kind}")
    console.print(
        f"{len(plan.rounds)} rounds, {plan.starts} server starts, {plan.trials} trials; "
        f"about {minutes(duration_s(plan))} minutes",
        highlight=False,
    )
    try:
        _measure(plan, results, console)
    except KeyboardInterrupt:
        console.print("interrupted; this is what there is:")
        _publish(results, console)
        return INTERRUPTED
    except LabError:
        _publish(results, console)
        raise
    _publish(results, console)
    return 0


def _measure(plan: Plan, results: Results, console: Console) -> None:
    began = time.monotonic()
    workers = max(contender.workers for contender in plan.contenders)
    environment = machine.describe(*machine.share_cores(workers), _SETTINGS)
    results.save_plan(plan, environment)
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, watching(plan, console) as watcher:
        catalogue = Catalogue(Path(folder))
        catalogue.seed(plan.catalogue_rows)
        bench = Bench(plan, environment, catalogue, results)
        for planned in plan.rounds:
            if _too_late(plan, planned.number, time.monotonic() - began):
                return
            measure_round(bench, planned, watcher.trial)


def _too_late(plan: Plan, rounds_done: int, spent_s: float) -> bool:
    """Whether another round like those so far would end after the limit."""
    if plan.limit_s is None or not rounds_done:
        return False
    return spent_s * (rounds_done + 1) / rounds_done > plan.limit_s


def _publish(results: Results, console: Console) -> None:
    if any(results.folder.glob("trials/*.json")):
        console.print(publish(results), highlight=False, soft_wrap=True)
