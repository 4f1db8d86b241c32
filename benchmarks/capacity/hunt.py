"""Search for the capacities of the servers of a round, by turns: a probe of the one, then a probe of the other.

So what is compared was probed within a few seconds, and a slow minute of the machine is no server's own.
"""

import math
from collections.abc import Callable, Iterator, Sequence

from benchmarks.bench import Bench
from benchmarks.capacity.outcome import probe_of
from benchmarks.capacity.promise import Promise
from benchmarks.capacity.search import Found, Probe, Unsettled, next_step
from benchmarks.load import Generator
from benchmarks.measure import Audience, attempts, standing
from benchmarks.records import Arrivals, RoundPlan, Sitting, Trial
from benchmarks.sittings import Stand, hold

# Enough for many requests to meet, and short enough for a dozen probes.
_MIN_WINDOW_S = 2.0
_MAX_WINDOW_S = 10.0
# What may be under way: twice what is at a server that just keeps the promise (Little's law).
_IN_FLIGHT_FACTOR = 2
_MIN_IN_FLIGHT, _MAX_IN_FLIGHT = 32, 1000
_INVALID_IN_A_ROW = 3


class Hunt:
    """The search for one server's capacity under one workload in one round."""

    def __init__(self, stand: Stand, workload: str, promise: Promise, expected_per_s: float) -> None:
        self.stand = stand
        self._workload, self._promise, self._expected = workload, promise, expected_per_s
        self._probes: list[Probe] = []
        self._attempts = self._invalid_in_a_row = 0
        self.step: float | Found | Unsettled = expected_per_s

    @property
    def goes_on(self) -> bool:
        """Whether another probe is needed."""
        return isinstance(self.step, float)

    def sitting(self, rate_per_s: float) -> Sitting:
        """An open loop at that rate, long enough to judge the promise by it."""
        return Sitting(
            part="capacity",
            workload=self._workload,
            contenders=[self.stand.contender.name],
            slice_s=window_s(self._promise, rate_per_s),
            slices=1,
            arrivals=Arrivals(
                kind="poisson", rate_per_s=rate_per_s, in_flight=places_needed(self._promise, rate_per_s)
            ),
        )

    def probe(self, bench: Bench, generator: Generator, number: int, rate_per_s: float) -> Trial:
        """Offer a rate, and learn from what became of it."""
        self._attempts += 1
        [trial] = hold(bench, [self.stand], generator, number, self.sitting(rate_per_s), self._attempts)
        self.learn(trial)
        return trial

    def learn(self, trial: Trial) -> None:
        """Take the outcome into account; a trial that is invalid says nothing, and is made again."""
        if trial.invalid:
            self._invalid_in_a_row += 1
            if self._invalid_in_a_row == _INVALID_IN_A_ROW:
                self.step = Unsettled(f"{_INVALID_IN_A_ROW} probes in a row were invalid: {trial.invalid[0]}")
        elif probe := probe_of(self._promise, trial):
            self._invalid_in_a_row = 0
            self._probes.append(probe)
            self.step = next_step(self._expected, self._probes)


def window_s(promise: Promise, rate_per_s: float) -> float:
    """How long a rate is offered, so that its percentiles rest on enough arrivals."""
    return min(max(promise.arrivals_needed / rate_per_s, _MIN_WINDOW_S), _MAX_WINDOW_S)


def places_needed(promise: Promise, rate_per_s: float) -> int:
    """How many requests may be under way, so that it is the promise that turns them away and not the generator."""
    slowest_s = max((limit.limit_us / 1e6 for limit in promise.limits), default=0.0)
    return min(max(math.ceil(_IN_FLIGHT_FACTOR * slowest_s * rate_per_s), _MIN_IN_FLIGHT), _MAX_IN_FLIGHT)


def hunt_round(bench: Bench, planned: RoundPlan, promise: Promise, audience: Audience) -> Iterator[Hunt]:
    """Carry out one round: every search that ended in it. Each trial is on disk, and told, when it ends."""

    def keep(trial: Trial) -> None:
        bench.results.save_trial(trial)
        audience.trial(trial)

    with standing(bench, planned, audience) as (stands, generator):
        for sitting in planned.sittings:
            rates: dict[str, float] = {}
            for trial in attempts(bench, stands, generator, planned.number, sitting):
                keep(trial)
                if trial.requests:
                    rates[trial.contender] = trial.rate_per_s
            hunts = [Hunt(stands[name], sitting.workload, promise, rate) for name, rate in rates.items()]
            _by_turns(bench, generator, planned.number, hunts, keep)
            yield from hunts


def _by_turns(
    bench: Bench, generator: Generator, number: int, hunts: Sequence[Hunt], keep: Callable[[Trial], None]
) -> None:
    """One probe each, there and back again, until every search has ended."""
    line = list(hunts)
    while any(hunt.goes_on for hunt in line):
        for hunt in line:
            if isinstance(hunt.step, float):
                keep(hunt.probe(bench, generator, number, hunt.step))
        line.reverse()
