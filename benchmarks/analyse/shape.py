"""What an analysis says: plain values, which the report draws and a machine can read."""

from typing import Literal, NamedTuple, TypeAlias

from benchmarks.layers.cost import Layer
from benchmarks.ratios import Ratio
from benchmarks.records import Part, Record

Metric: TypeAlias = Literal["cpu", "rate"]
Kind: TypeAlias = Literal["framework", "stack", "server", "variant", "driver", "database", "workers", "control"]
# Computed, never written by hand; "not judged" where there is no ratio to judge.
Word: TypeAlias = Literal["faster", "slower", "equivalent", "inconclusive", "not judged"]


class Comparison(Record):
    """What is known about `other` divided by `base` in one workload; no ratio with fewer than two paired rounds."""

    kind: Kind
    metric: Metric
    base: str
    other: str
    workload: str
    ratio: Ratio | None
    word: Word
    note: str
    # How many more rounds would settle what is inconclusive, if that is advisable at all.
    rounds_more: int | None
    # After Holm's correction.
    adjusted_p: float | None


class Latency(Record):
    """Percentiles over all requests of all rounds, None where too few requests stand behind one."""

    samples: int
    p50_us: int | None
    p90_us: int | None
    p99_us: int | None
    p999_us: int | None
    max_us: int


class Cell(Record):
    """One contender under one workload in a closed loop, over its valid trials: one a round."""

    part: Part
    contender: str
    workload: str
    rounds: list[int]
    # One a round; empty where nobody could read the server's CPU clock.
    cpu_s_per_1000: list[float]
    rate_per_s: list[float]
    loaded_pss_bytes: list[int]
    latency: Latency
    server_share: float
    generator_share: float
    # Trials that broke a gate, whether or not another attempt was valid.
    invalid: int

    @property
    def trials(self) -> int:
        """How many valid trials stand behind it."""
        return len(self.rounds)


class Rung(Record):
    """One offered rate, over all valid trials at that rate."""

    offered_per_s: float
    # Successful requests a second.
    achieved_per_s: float
    trials: int
    # From the intended start, and from the real one.
    corrected: Latency
    raw: Latency
    scheduled: int
    ok: int
    failed: int
    late: int
    dropped: int
    # Whether 99 % of what was offered was served; latency of what was not kept is that of a queue at its bound.
    kept: bool
    # Why it was not kept, or has no trial.
    why: str


class Ladder(Record):
    """Latency against offered rate, from the lowest to the highest."""

    contender: str
    workload: str
    rungs: list[Rung]


class SpectrumPoint(NamedTuple):
    """What `percent` of the requests did not exceed."""

    percent: float
    corrected_us: int
    raw_us: int


class Spectrum(Record):
    """Percentiles at the highest rung that every contender kept, from the fastest request to the slowest."""

    contender: str
    workload: str
    offered_per_s: float
    samples: int
    points: list[SpectrumPoint]


class Knee(Record):
    """Where a ladder ends: the highest rate that was kept, and the lowest that was not."""

    contender: str
    workload: str
    kept_per_s: float | None
    broken_per_s: float | None


class CapacityFound(Record):
    """The highest rate that keeps a promise, by search: one a round, and what holds their mean."""

    contender: str
    workload: str
    promise: str
    rates_per_s: list[float]
    # None with fewer than two rounds.
    interval: Ratio | None
    # Why a round has no rate.
    unsettled: list[str]


class Boot(Record):
    """How one contender starts, one value a round."""

    contender: str
    start_up_s: list[float]
    idle_pss_bytes: list[int]


class GateCount(Record):
    """A gate, and how many attempts broke it."""

    number: int
    name: str
    sentence: str
    broken: int


class ControlSpread(Record):
    """What two starts of the same server differ by in one workload, in CPU a request."""

    workload: str
    ratio: Ratio
    word: Word


class PaceSeen(Record):
    """How fast the cores of the servers were, by a fixed piece of work, and how strongly costs followed that."""

    usual_us: float
    # What one slice in twenty was below, and one above.
    low_us: float
    high_us: float
    # By workload: a request cost as much more as the power of this says.
    exponents: dict[str, float]


class Trust(Record):
    """Why the numbers can be believed, or not."""

    # Planned trials that came to be valid, after however many attempts.
    valid: int
    planned: int
    # Attempts in all, and those that broke a gate or could not be carried out.
    attempts: int
    invalid_attempts: int
    gates: list[GateCount]
    # One line each, told apart by round, contender, workload and attempt.
    invalid: list[str]
    incidents: list[str]
    # Planned, and without any valid attempt.
    missing: list[str]
    starts: int
    checks: int
    # Between two starts of the same server: root mean square over rounds and workloads, as a share.
    noise: float | None
    # The same over all rounds of a workload: the worst.
    worst_control: float | None
    control: list[ControlSpread]
    control_found_a_winner: bool
    # The highest seen in any valid trial.
    worst_steal_share: float
    worst_other_share: float
    worst_generator_share: float
    worst_pressure: float | None
    # None where nobody watched it.
    pace: PaceSeen | None
    co_located: bool


class DriftPoint(NamedTuple):
    """CPU a request in one round, divided by the geometric mean of all rounds."""

    round: int
    at_s: float
    relative: float


class Drift(Record):
    """How one contender's CPU a request moved during the run."""

    contender: str
    workload: str
    points: list[DriftPoint]
    # The last half of the slices of a trial divided by the first, over all rounds; below 1 it was still warming up.
    within_trials: Ratio | None


class Analysis(Record):
    """Everything a report says."""

    comparisons: list[Comparison]
    cells: list[Cell]
    ladders: list[Ladder]
    spectra: list[Spectrum]
    knees: list[Knee]
    capacities: list[CapacityFound]
    layers: list[Layer]
    boots: list[Boot]
    trust: Trust
    drift: list[Drift]
