"""What a person sees while it runs: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from benchmarks.plan import duration_s
from benchmarks.records import Incident, Plan, Trial
from benchmarks.text import milliseconds, minutes, significant


class Watcher(Protocol):
    """Told about everything that is done."""

    def plan(self, plan: Plan) -> None:
        """There is more to do than was known."""

    def trial(self, trial: Trial) -> None:
        """A trial has ended."""

    def incident(self, incident: Incident) -> None:
        """Something went wrong with a server."""


@contextmanager
def watching(plan: Plan, console: Console) -> Iterator[Watcher]:
    """A watcher for this console."""
    clock = Clock(plan)
    if not console.is_terminal:
        yield Lines(clock, console)
        return
    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(clock, progress)


class Clock:
    """How much is done, and how long the rest will take at the pace so far."""

    def __init__(self, plan: Plan) -> None:
        self._done: set[tuple[object, ...]] = set()
        self._began = time.monotonic()
        self.plan = plan

    @property
    def total(self) -> int:
        """Trials that are planned so far."""
        return self.plan.trials

    @property
    def done(self) -> int:
        """Planned trials of which there is a valid one; another of the same adds nothing."""
        return len(self._done)

    def left(self) -> str:
        """The time that is left."""
        expected_s = duration_s(self.plan)
        if not self.done:
            return minutes(expected_s)
        share_done = self.done / self.total
        return minutes((time.monotonic() - self._began) * (1 - share_done) / share_done)

    def line(self, trial: Trial) -> str:
        """A trial in a line."""
        if not trial.invalid:
            rate_per_s = trial.arrivals.rate_per_s if trial.arrivals else None
            self._done.add((trial.round, trial.part, trial.workload, trial.contender, rate_per_s))
        if trial.invalid:
            result = f"invalid, {trial.invalid[0]}"
        elif trial.arrivals:
            offered = f"{significant(trial.rate_per_s)} of {significant(trial.arrivals.rate_per_s)}/s"
            result = f"{offered}, p50 {milliseconds(trial.load.latency_us.percentile_us(50))} ms"
        else:
            result = f"{significant(trial.rate_per_s)}/s, {significant(1000 * trial.cpu_s_per_1000)} µs CPU"
        return f"round {trial.round + 1}  {trial.contender:<21} {trial.workload:<8} {result}"


class Lines:
    """A line a trial."""

    def __init__(self, clock: Clock, console: Console) -> None:
        self._clock, self._console = clock, console

    def plan(self, plan: Plan) -> None:
        """Count with it."""
        self._clock.plan = plan

    def trial(self, trial: Trial) -> None:
        """Print it."""
        line = self._clock.line(trial)
        count = f"{self._clock.done}/{self._clock.total}"
        self._console.print(f"{count:>8}  {line}  ({self._clock.left()} left)", soft_wrap=True, highlight=False)

    def incident(self, incident: Incident) -> None:
        """Print it."""
        self._console.print(_told(incident), soft_wrap=True, highlight=False)


class Bar:
    """One bar, with the last trial beside it."""

    def __init__(self, clock: Clock, progress: Progress) -> None:
        self._clock, self._progress = clock, progress
        self._task = progress.add_task(f"{clock.left()} left", total=clock.total)

    def plan(self, plan: Plan) -> None:
        """Make it longer."""
        self._clock.plan = plan
        self._progress.update(self._task, total=self._clock.total)

    def trial(self, trial: Trial) -> None:
        """Move it on."""
        line = self._clock.line(trial)
        self._progress.update(self._task, completed=self._clock.done, description=f"{self._clock.left()} left  {line}")

    def incident(self, incident: Incident) -> None:
        """Say it above the bar, where it stays."""
        self._progress.console.print(_told(incident), soft_wrap=True, highlight=False)


def _told(incident: Incident) -> str:
    return f"round {incident.round + 1}  {incident.contender}: {incident.what}"
