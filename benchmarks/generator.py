"""The load generator: a process of its own, because Locust patches the interpreter that imports it.

`python -m benchmarks.generator URL` says {"event": "ready"} and then takes one Order a line. For each it answers
`begin` when the measuring window opens, `end` when it closes, and `load` with what it saw; one JSON object a line.
After the patching, `time.sleep` lets the virtual users run.
"""

import json
import sys
import time
from typing import Annotated, NamedTuple

from locust import User
from locust.env import Environment
from locust.runners import LocalRunner
from pydantic import Field

from benchmarks import users
from benchmarks.histogram import Histogram
from benchmarks.records import Load, Record, Timing
from benchmarks.steadiness import is_steady
from benchmarks.workloads import ALL_WORKLOADS

_SLICE_S = 0.1
# Registering and logging in takes two password hashes for each user, on one core.
_SET_UP_LIMIT_S = 60
_MAX_KINDS_OF_FAILURE = 20


class Order(Record):
    """What the lab asks for: one trial."""

    workload: Annotated[str, Field(min_length=1)]
    timing: Timing


class Recorder:
    """Keeps the latency of every good request and the reason of every bad one, while it is open."""

    def __init__(self, environment: Environment) -> None:
        self.done = 0
        self.latencies_us: list[int] = []
        self.failures: dict[str, int] = {}
        environment.events.request.add_listener(self._on_request)  # type: ignore[no-untyped-call]  # Locust's

    def clear(self) -> None:
        """Forget what was seen so far: the window opens."""
        self.latencies_us, self.failures = [], {}

    def _on_request(self, response_time: float, exception: BaseException | None, **_: object) -> None:
        self.done += 1
        if exception is None:
            self.latencies_us.append(round(response_time * 1000))
        elif str(exception) in self.failures or len(self.failures) < _MAX_KINDS_OF_FAILURE:
            self.failures[str(exception)] = self.failures.get(str(exception), 0) + 1


class WarmUp(NamedTuple):
    """How long a server was loaded before the window opened, and whether its rate had settled."""

    lasted_s: float
    steady: bool


def say(event: str, **facts: object) -> None:
    """One line to the lab."""
    print(json.dumps({"event": event, **facts}), flush=True)


def run_trial(url: str, order: Order) -> Load:
    """Load the server as ordered, and say when the window opens and closes."""
    begun: list[User] = []
    environment = Environment(user_classes=[_counting_begun(order.workload, begun)], host=url)
    recorder = Recorder(environment)
    runner = environment.create_local_runner()
    runner.start(order.timing.users, spawn_rate=1000)
    try:
        _await_set_up(begun, order.timing.users, recorder)
        warm_up = _warm_up(recorder, order.timing)
        return _measure(recorder, order.timing, warm_up)
    finally:
        _stop(runner)


def _counting_begun(workload: str, begun: list[User]) -> type[User]:
    base: type[User] = getattr(users, ALL_WORKLOADS[workload].user_class)

    class Counting(base):  # type: ignore[misc, valid-type]  # the base is chosen at run time
        def on_start(self) -> None:
            super().on_start()
            begun.append(self)

    return Counting


def _await_set_up(begun: list[User], expected: int, recorder: Recorder) -> None:
    deadline = time.perf_counter() + _SET_UP_LIMIT_S
    while len(begun) < expected:
        if recorder.failures:
            raise SetUpFailed(next(iter(recorder.failures)))
        if time.perf_counter() > deadline:
            raise SetUpFailed(f"only {len(begun)} of {expected} users were ready after {_SET_UP_LIMIT_S} s")
        time.sleep(0.01)


class SetUpFailed(Exception):
    """The users could not get as far as their first task."""


def _warm_up(recorder: Recorder, timing: Timing) -> WarmUp:
    start, slices, seen = time.perf_counter(), [], recorder.done
    while True:
        time.sleep(_SLICE_S)
        lasted_s = time.perf_counter() - start
        slices.append(recorder.done - seen)
        seen = recorder.done
        steady = is_steady(slices)
        if lasted_s >= timing.warm_up_max_s or (steady and lasted_s >= timing.warm_up_min_s):
            return WarmUp(lasted_s, steady)


def _measure(recorder: Recorder, timing: Timing, warm_up: WarmUp) -> Load:
    say("begin")
    cpu, start = time.process_time(), time.perf_counter()
    recorder.clear()
    time.sleep(timing.measure_s)
    window_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    latencies_us, failures = recorder.latencies_us, recorder.failures
    recorder.clear()
    say("end")
    return Load(
        window_s=window_s,
        requests=len(latencies_us),
        failures=failures,
        latency_us=Histogram.of(latencies_us),
        warm_up_s=warm_up.lasted_s,
        steady=warm_up.steady,
        generator_cpu_s=cpu_s,
    )


def _stop(runner: LocalRunner) -> None:
    runner.quit()
    # Greenlets that were interrupted close their sockets before the next trial opens its own.
    time.sleep(0.02)


def main() -> None:
    """Serve orders until the lab closes the pipe."""
    url = sys.argv[1]
    say("ready")
    for line in sys.stdin:
        try:
            load = run_trial(url, Order.model_validate_json(line))
        except SetUpFailed as error:
            say("failed", reason=str(error))
        else:
            say("load", load=load.model_dump(mode="json"))


if __name__ == "__main__":
    main()
