"""Courses in plain Locust: a closed loop or a schedule; tallies travel with Locust's own reports."""

import sys
from argparse import ArgumentTypeError, Namespace

from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from benchmarks.lean.arrivals import arrivals_of
from benchmarks.lean.course import Course
from benchmarks.lean.tally import Tally, summary
from benchmarks.lean.user import LeanUser

_KEY = "lean_tally"
_MAX_RATE_PER_S, _MAX_IN_FLIGHT = 1_000_000, 10_000


def _rate(text: str) -> float:
    if not text.replace(".", "", 1).isdecimal() or float(text) > _MAX_RATE_PER_S:
        raise ArgumentTypeError(f"{text!r} is not a rate from 0 to {_MAX_RATE_PER_S}")
    return float(text)


def _in_flight(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_IN_FLIGHT:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 to {_MAX_IN_FLIGHT}")
    return int(text)


def add_arguments(parser: LocustArgumentParser) -> None:
    """What says when requests are sent, for the command line and the web UI."""
    parser.add_argument("--rate", type=_rate, default=0.0, help="Requests a second by a schedule; 0: users never pause")
    parser.add_argument("--arrivals", choices=("constant", "poisson"), default="poisson", help="Kind of the schedule")
    parser.add_argument(
        "--in-flight",
        type=_in_flight,
        default=64,
        help="With --rate: more requests than this never wait; have as many users",
    )


class Collection:
    """Gives the users of this process their course, and adds up what became of requests here or on all workers."""

    def __init__(self, environment: Environment) -> None:
        self.tally = Tally()
        self._environment = environment
        self._course: Course | None = None
        self._opened = False
        events = environment.events
        for hook, listener in (
            (events.test_start, self._on_start),
            (events.spawning_complete, self._on_spawned),
            (events.test_stop, self._on_stop),
            (events.reset_stats, self._on_reset),
            (events.report_to_master, self._on_report),
            (events.worker_report, self._on_worker),
            (events.quit, self._on_quit),
        ):
            hook.add_listener(listener)  # type: ignore[no-untyped-call]  # Locust's

    def _on_start(self, **_: object) -> None:
        self.tally, self._opened = Tally(), False
        options, runner = self._environment.parsed_options or Namespace(), self._environment.runner
        if isinstance(runner, MasterRunner):
            # Locust hands the master's options on to its workers.
            options.load_shares = max(1, runner.worker_count)
            return
        shares, number = (options.load_shares, runner.worker_index) if isinstance(runner, WorkerRunner) else (1, 0)
        arrivals = arrivals_of(options.rate, options.arrivals, options.in_flight, shares)
        self._course = Course(arrivals, options.seed + number)
        for user_class in self._environment.user_classes:
            if issubclass(user_class, LeanUser):
                user_class.course = self._course

    def _on_spawned(self, **_: object) -> None:
        # A worker is told so after each step of a ramp.
        if self._course and not self._opened:
            self._opened = True
            self._course.open()

    def _on_stop(self, **_: object) -> None:
        if self._course:
            self._course.close()

    def _on_reset(self, **_: object) -> None:
        self._taken()
        self.tally = Tally()

    def _taken(self) -> Tally:
        return self._course.take() if self._course else Tally()

    def _on_report(self, data: dict[str, object], **_: object) -> None:
        data[_KEY] = self._taken().model_dump(mode="json")

    def _on_worker(self, data: dict[str, object], **_: object) -> None:
        self.tally = Tally.merged([self.tally, Tally.model_validate(data[_KEY])])

    def _on_quit(self, **_: object) -> None:
        if isinstance(self._environment.runner, WorkerRunner):
            return
        self.tally = Tally.merged([self.tally, self._taken()])
        # Standard output may be Locust's JSON.
        print(summary(self.tally), file=sys.stderr)
