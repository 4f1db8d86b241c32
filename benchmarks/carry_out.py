"""A plan carried out from its first server to its report, also when it is interrupted."""

import time
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from benchmarks.bench import Bench
from benchmarks.failures import LabError
from benchmarks.load import ALONE, Distribution
from benchmarks.measure import Audience, measure_round
from benchmarks.plan import LADDER_WORKLOAD, Profile, duration_s, with_ladder
from benchmarks.preparation import new_results, prepared
from benchmarks.progress import Watcher, watching
from benchmarks.records import Plan, Trial
from benchmarks.report import publish
from benchmarks.results import Results
from benchmarks.text import minutes

INTERRUPTED = 130


class Setting(NamedTuple):
    """Where a run is kept, and with what it is carried out."""

    parent: Path
    profile: Profile
    distribution: Distribution = ALONE
    # An existing PostgreSQL server instead of a throw-away one.
    database: str | None = None
    # Whose latency against load is measured; nobody's when empty.
    ladder: tuple[str, ...] = ()


def carry_out(plan: Plan, setting: Setting) -> int:
    """Do what the plan says, and report what there is, even when it was interrupted."""
    console = Console(soft_wrap=True)
    results = new_results(setting.parent, plan.kind)
    console.print(
        f"{len(plan.rounds)} rounds, {plan.starts} server starts, {plan.trials} trials; "
        f"about {minutes(duration_s(plan))} minutes",
        highlight=False,
    )
    try:
        measure(plan, setting, results, console)
    except KeyboardInterrupt:
        console.print("interrupted; this is what there is:")
        _publish(results, console)
        return INTERRUPTED
    except LabError:
        _publish(results, console)
        raise
    _publish(results, console)
    return int(bool(_unmeasured(plan, results)))


def _unmeasured(plan: Plan, results: Results) -> set[str]:
    """Contenders that were planned and of which there is no trial at all."""
    planned = {name for one in plan.rounds for sitting in one.sittings for name in sitting.contenders}
    return planned - {trial.contender for trial in results.load().trials}


def measure(plan: Plan, setting: Setting, results: Results, console: Console) -> None:
    """Carry out the rounds of a plan, as many as its time allows."""
    with (
        prepared(plan, results, setting.database, setting.distribution) as bench,
        watching(plan, console) as watcher,
    ):
        for number in range(len(plan.rounds)):
            if _too_late(plan, number, time.perf_counter() - bench.began):
                return
            bench = _round(bench, number, watcher, setting)


def _round(bench: Bench, number: int, watcher: Watcher, setting: Setting) -> Bench:
    """One round; after the first it is known how high the ladder has to reach."""
    trials: list[Trial] = []

    def on_trial(trial: Trial) -> None:
        trials.append(trial)
        watcher.trial(trial)

    measure_round(bench, bench.plan.rounds[number], Audience(on_trial, watcher.incident))
    top_rate = _top_rate(trials, setting.ladder) if number == 0 else None
    if top_rate is None:
        return bench
    plan = with_ladder(bench.plan, setting.ladder, top_rate, setting.profile)
    bench.results.save_plan(plan, bench.environment)
    watcher.plan(plan)
    return bench._replace(plan=plan)


def _top_rate(trials: list[Trial], contenders: tuple[str, ...]) -> float | None:
    """The highest rate that one of them reached in a closed loop."""
    rates = [
        trial.rate_per_s
        for trial in trials
        # A rate to begin with, good enough from a trial that is no measurement.
        if trial.contender in contenders and trial.workload == LADDER_WORKLOAD and trial.requests
    ]
    return max(rates, default=None)


def _too_late(plan: Plan, rounds_done: int, spent_s: float) -> bool:
    """Whether another round like those so far would end after the limit."""
    if plan.limit_s is None or not rounds_done:
        return False
    return spent_s * (rounds_done + 1) / rounds_done > plan.limit_s


def _publish(results: Results, console: Console) -> None:
    if any(results.folder.glob("trials/*.json")):
        console.print(publish(results), highlight=False, soft_wrap=True)
