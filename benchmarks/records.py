"""The values that pass from stage to stage; what is written to disk is exactly these."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from benchmarks.histogram import Histogram

Count = Annotated[int, Field(ge=0)]
Part: TypeAlias = Literal["matrix", "ladder", "capacity", "layers"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


# What a run is for; its folder is named for it.
RunKind: TypeAlias = Literal["compare", "layers", "capacity", "selftest"]


class Record(BaseModel):
    """A value of the lab, immutable and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Contender(Record):
    """A server to measure; `{python} {bin} {host} {port} {workers} {threads}` in its command are filled in.

    One with a `url` instead of a command runs elsewhere; its CPU and memory are read from its /metrics.
    """

    name: Name
    framework: Annotated[str, Field(min_length=1)]
    server: Annotated[str, Field(min_length=1)]
    command: list[str] = []
    url: str = ""
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    threads: Annotated[int, Field(ge=1, le=256)] = 8
    database: Literal["sqlite", "postgresql"] = "sqlite"
    driver: str = ""
    # What makes it another contender of the same framework and server, such as "sync routes".
    variant: str = ""
    environment: dict[str, str] = {}
    # Whether connections are kept alive; gunicorn's sync worker cannot.
    keep_alive: bool = True
    # The workloads it can answer; none named means all.
    workloads: list[str] = []
    default: bool = False
    # The profiles in which it is measured when nobody names it.
    profiles: list[str] = []
    layer: str = ""
    control_of: str = ""

    @model_validator(mode="after")
    def _runs_here_or_elsewhere(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("needs either a command or a url")
        return self

    @property
    def label(self) -> str:
        """How a person calls it."""
        told = [self.variant, self.driver, "PostgreSQL" if self.database == "postgresql" else ""]
        told += [f"{self.workers} workers"] if self.workers > 1 else []
        extras = ", ".join(filter(None, told))
        return f"{self.framework} on {self.server}" + (f" ({extras})" if extras else "")


class Timing(Record):
    """How hard servers are loaded, and how long a warm-up may take."""

    users: Annotated[int, Field(ge=1, le=1000)]
    warm_up_min_s: float
    warm_up_max_s: float
    # How often a sitting is held at most when one of its trials is invalid.
    attempts: Annotated[int, Field(ge=1, le=10)] = 3


class Arrivals(Record):
    """Requests that come by a schedule, whether or not those before them were answered."""

    kind: Literal["constant", "poisson"]
    rate_per_s: Annotated[float, Field(gt=0)]
    # As many requests are under way at once, and as many more may wait for their turn; the rest is dropped.
    in_flight: Annotated[int, Field(ge=1, le=10_000)]


class Sitting(Record):
    """One workload that visits its contenders by turns, a slice of time each, mirrored from turn to turn.

    What is compared was thus measured within a second. With `arrivals` the load is open-loop, else closed-loop.
    """

    part: Part = "matrix"
    workload: str
    contenders: Annotated[list[str], Field(min_length=1)]
    slice_s: Annotated[float, Field(gt=0, le=3600)]
    slices: Annotated[int, Field(ge=1)]
    arrivals: Arrivals | None = None


class RoundPlan(Record):
    """A round: every contender of `lineup` is started afresh in that order, then the sittings are held."""

    number: Count
    lineup: list[str]
    sittings: list[Sitting]


class Plan(Record):
    """Everything that will be done, decided before anything is."""

    kind: RunKind
    profile: str
    seed: int
    limit_s: float | None
    catalogue_rows: int
    timing: Timing
    contenders: list[Contender]
    workloads: list[str]
    rounds: Annotated[list[RoundPlan], Field(min_length=1)]
    # What a search for capacity asks of a server, such as "p99 < 100 ms, errors < 0.1 %".
    promise: str = ""

    @property
    def starts(self) -> int:
        """How many servers will be started."""
        return sum(len(one.lineup) for one in self.rounds)

    @property
    def trials(self) -> int:
        """How many trials there will be if none has to be repeated."""
        return sum(len(sitting.contenders) for one in self.rounds for sitting in one.sittings)


class Environment(Record):
    """Where and with what the numbers were made."""

    started_at: str
    machine: dict[str, str]
    versions: dict[str, str]
    revision: str
    server_cores: list[int]
    generator_cores: list[int]
    settings: dict[str, str]

    @property
    def co_located(self) -> bool:
        """Whether server and generator had to share cores."""
        return bool(set(self.server_cores) & set(self.generator_cores))


class Start(Record):
    """What one server start showed before it was loaded."""

    round: int
    contender: str
    start_up_s: float
    idle_pss_bytes: int
    checks: int
    # Bytes of the bodies that the same few requests got from every contender.
    sample_bytes: int


class Slice(Record):
    """A few tenths of a second in which one server was loaded, from idle to idle."""

    # Since the run began.
    at_s: float
    window_s: float
    requests: Count
    server_cpu_s: float
    generator_cpu_s: float
    # What anything else used of the cores of server and generator, as a share of them; of a single slice this is
    # rough, and may be negative, because the kernel counts the whole in ticks of 10 ms.
    other_cpu_share: float
    # CPU time of a fixed piece of work on the cores of the server meanwhile: how slow they were. 0 where unknown.
    pace_us: Annotated[float, Field(ge=0)] = 0.0


class Load(Record):
    """What the generator saw of one trial, over all its slices."""

    # Arrivals on the schedule; in a closed loop as many as were started.
    scheduled: Count
    started: Count
    ok: Count
    failed: Count
    # Started later than the schedule allows, whatever they were answered; neither ok nor failed.
    late: Count
    # Never started.
    dropped: Count
    # Still without an answer when the last slice ended.
    open: Count
    failures: dict[str, int]
    # From the intended start to the end of the answer; in a closed loop the intended start is the real one.
    latency_us: Histogram
    # From the real start.
    service_us: Histogram
    # Requests under way, averaged over time.
    in_flight: float
    connections: Count
    bytes_received: Count
    # Books added less books deleted, as answered.
    rows_added: int
    warm_up_s: float
    steady: bool
    # The highest share of its core in any second.
    generator_peak: float

    @classmethod
    def nothing(cls) -> Self:
        """What is seen of a trial that could not be carried out."""
        return cls(
            scheduled=0, started=0, ok=0, failed=0, late=0, dropped=0, open=0, failures={},
            latency_us=Histogram.of([]), service_us=Histogram.of([]), in_flight=0, connections=0, bytes_received=0,
            rows_added=0, warm_up_s=0, steady=False, generator_peak=0,
        )  # fmt: skip


class Host(Record):
    """What the machine did beside a trial."""

    # CPU time that a fixed piece of work took, before and after.
    spin_before_us: float
    spin_after_us: float
    # Time that the hypervisor gave to others, as a share of the cores.
    steal_share: float
    # Share of the time in which some task waited for a CPU (Linux pressure stall information); None where unknown.
    pressure: float | None
    load_1m: float


class Trial(Record):
    """One measurement: a server under a workload; invalid for as many reasons as are given."""

    part: Part
    round: int
    contender: str
    workload: str
    attempt: int
    arrivals: Arrivals | None
    slices: list[Slice]
    load: Load
    host: Host
    # Rows of the table `books` that the answers lead to expect, and those there are; None where nobody can count.
    rows_expected: int | None
    rows_found: int | None
    loaded_pss_bytes: int
    workers: int
    invalid: list[str]
    # The pace that CPU time is told at; 0 for that of the moment, as it is measured. The analysis sets it.
    usual_pace_us: Annotated[float, Field(ge=0)] = 0.0
    # How strongly the cost follows the pace: as its power of this.
    pace_exponent: float = 1.0

    @property
    def window_s(self) -> float:
        """How long the server was loaded."""
        return sum(one.window_s for one in self.slices)

    @property
    def requests(self) -> int:
        """Requests that were answered as they should be."""
        return sum(one.requests for one in self.slices)

    @property
    def server_cpu_s(self) -> float:
        """CPU seconds of the server's whole process tree."""
        return sum(one.server_cpu_s for one in self.slices)

    @property
    def generator_cpu_s(self) -> float:
        """CPU seconds of the load generator."""
        return sum(one.generator_cpu_s for one in self.slices)

    @property
    def rate_per_s(self) -> float:
        """Successful requests a second."""
        return self.requests / self.window_s

    @property
    def cpu_s_per_1000(self) -> float:
        """CPU seconds of the server's whole process tree for 1,000 requests, at the usual pace of its cores."""
        return 1000 * sum(one.server_cpu_s * self._haste(one) for one in self.slices) / self.requests

    def _haste(self, one: Slice) -> float:
        if not (self.usual_pace_us and one.pace_us):
            return 1.0
        return float((self.usual_pace_us / one.pace_us) ** self.pace_exponent)

    @property
    def generator_share(self) -> float:
        """How much of its core the generator used."""
        return self.generator_cpu_s / self.window_s

    @property
    def server_share(self) -> float:
        """How much of a core each worker of the server used."""
        return self.server_cpu_s / self.window_s / self.workers

    @property
    def other_cpu_share(self) -> float:
        """How much of the cores went to anything but the server and its load."""
        used_s = sum(one.other_cpu_share * one.window_s for one in self.slices)
        return max(0.0, used_s / self.window_s) if self.slices else 0.0


class Incident(Record):
    """One thing that went wrong with a contender in a round, told in one line."""

    round: int
    contender: str
    what: str


class Run(Record):
    """A comparison as it lies on disk, complete or interrupted."""

    plan: Plan
    environment: Environment
    starts: list[Start]
    trials: list[Trial]
    # What went wrong beside the trials: a server that did not start, hung at its stop, or left children.
    incidents: list[Incident] = []
