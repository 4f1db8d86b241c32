"""What a person sees while it runs: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from benchmarks.plan import duration_s, work_s
from benchmarks.records import Plan, Trial
from benchmarks.text import minutes, significant


class Watcher(Protocol):
    """Told about every trial."""

    def trial(self, trial: Trial) -> None:
        """A trial has ended."""


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
        self.total, self.done = plan.trials, 0
        self._plan = plan
        self._starts = 0
        self._began = time.monotonic()

    def left(self) -> str:
        """The time that is left."""
        expected_s = duration_s(self._plan)
        if not self.done:
            return minutes(expected_s)
        done_s = work_s(self._plan.timing, self._starts, self.done)
        return minutes((time.monotonic() - self._began) * (expected_s - done_s) / done_s)

    def line(self, trial: Trial) -> str:
        """A trial in a line."""
        self.done += not trial.invalid
        self._starts = (trial.round + 1) * len(self._plan.contenders)
        if trial.invalid:
            result = f"invalid, {trial.invalid[0]}"
        else:
            result = f"{significant(trial.rate_per_s)}/s, {significant(1000 * trial.cpu_s_per_1000)} µs CPU"
        return f"round {trial.round + 1}  {trial.contender:<21} {trial.workload:<8} {result}"


class Lines:
    """A line a trial."""

    def __init__(self, clock: Clock, console: Console) -> None:
        self._clock, self._console = clock, console

    def trial(self, trial: Trial) -> None:
        """Print it."""
        line = self._clock.line(trial)
        count = f"{self._clock.done}/{self._clock.total}"
        self._console.print(f"{count:>8}  {line}  ({self._clock.left()} left)", soft_wrap=True, highlight=False)


class Bar:
    """One bar, with the last trial beside it."""

    def __init__(self, clock: Clock, progress: Progress) -> None:
        self._clock, self._progress = clock, progress
        self._task = progress.add_task(f"{clock.left()} left", total=clock.total)

    def trial(self, trial: Trial) -> None:
        """Move it on."""
        line = self._clock.line(trial)
        self._progress.update(self._task, completed=self._clock.done, description=f"{self._clock.left()} left  {line}")
