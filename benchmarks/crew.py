"""The virtual users of one sitting in this process: seated once for all its servers, then let loose on one at a time.

Only the load generator imports this: Locust patches the interpreter. After the patching, `time.sleep` lets users run.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from locust import User
from locust.env import Environment

from benchmarks import users
from benchmarks.account_user import AccountUser
from benchmarks.lean.course import Course
from benchmarks.lean.user import LeanUser
from benchmarks.orders import Seating, Seen, Standing, WarmUp
from benchmarks.steadiness import is_steady
from benchmarks.workloads import ALL_WORKLOADS

_WARM_UP_SLICE_S = 0.05
# What is under way when a slice ends is waited for this long; later it counts as open.
_DRAIN_LIMIT_S = 10
# The generator's share of its core is sampled at least this often.
_SAMPLE_S = 0.5


class Crew:
    """Users by contender, each contender with a course of its own that lets them run or holds them back."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._courses: dict[str, Course] = {}
        self._begun: dict[str, int] = {}
        self._failed: dict[str, str] = {}
        self._round = 0
        environment.events.request.add_listener(self._on_request)  # type: ignore[no-untyped-call]  # Locust's

    def seat(self, seating: Seating) -> None:
        """Make the user classes of a sitting, one for each contender; Locust starts their users."""
        self._courses = {name: Course(seating.arrivals, seating.seed) for name in seating.urls}
        self._begun, self._failed = dict.fromkeys(seating.urls, 0), {}
        if self._round != seating.round:
            # Fresh servers know nobody, even where one has the address of another before it.
            AccountUser.forget_all()
            self._round = seating.round
        self._environment.user_classes = [self._class_for(name, seating) for name in seating.urls]

    def _class_for(self, contender: str, seating: Seating) -> type[User]:
        base: type[LeanUser] = getattr(users, ALL_WORKLOADS[seating.workload].user_class)
        crew = self

        def on_start(user: LeanUser) -> None:
            base.on_start(user)
            crew._begun[contender] += 1

        members = {
            "on_start": on_start,
            "host": seating.urls[contender],
            "fixed_count": seating.users,
            "course": self._courses[contender],
            "seed": seating.seed,
            "context": lambda _user: {"contender": contender},
        }
        return type(contender, (base,), members)

    def _on_request(self, name: str, exception: BaseException | None, context: dict[str, str], **_: object) -> None:
        if exception is not None and name.startswith("set-up"):
            # The first reason is the cause, the others are its consequences.
            self._failed.setdefault(context["contender"], f"{name}: {exception}")

    def standing(self) -> Standing:
        """How many users of each contender stand ready, or why they could not get ready."""
        return Standing(begun=self._begun, failed=self._failed)

    def warm_up(self, contender: str, min_s: float, max_s: float) -> WarmUp:
        """Load the server until its rate has settled."""
        course, counts = self._courses[contender], []
        began = time.perf_counter()
        with self._running(course):
            while True:
                time.sleep(_WARM_UP_SLICE_S)
                lasted_s = time.perf_counter() - began
                counts.append(course.take().answered)
                steady = is_steady(counts)
                if lasted_s >= max_s or (steady and lasted_s >= min_s):
                    break
        course.take()
        return WarmUp(lasted_s=lasted_s, steady=steady)

    def run(self, contender: str, seconds: float) -> Seen:
        """One slice, from idle to idle."""
        course = self._courses[contender]
        cpu_s, began = time.process_time(), time.perf_counter()
        with self._running(course):
            peak = self._sleep(seconds)
        window_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_s
        return Seen(tally=course.take(), window_s=window_s, cpu_s=cpu_s, peak=max(peak, cpu_s / window_s))

    @contextmanager
    def _running(self, course: Course) -> Iterator[None]:
        course.open()
        try:
            yield
        finally:
            course.close()
            course.drain(_DRAIN_LIMIT_S)

    @staticmethod
    def _sleep(seconds: float) -> float:
        """The highest share of a core that this process used in any part of the sleep."""
        peak, end = 0.0, time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            cpu_s, began = time.process_time(), time.perf_counter()
            time.sleep(min(left, _SAMPLE_S))
            peak = max(peak, (time.process_time() - cpu_s) / (time.perf_counter() - began))
        return peak
