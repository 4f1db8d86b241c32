"""The values that pass from stage to stage; what is written to disk is exactly these."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from benchmarks.histogram import Histogram

Count = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class Record(BaseModel):
    """A value of the lab, immutable and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Contender(Record):
    """A server to measure; `{python} {bin} {host} {port} {workers} {threads}` in its command are filled in."""

    name: Name
    framework: Annotated[str, Field(min_length=1)]
    server: Annotated[str, Field(min_length=1)]
    command: Annotated[list[str], Field(min_length=1)]
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    threads: Annotated[int, Field(ge=1, le=256)] = 8
    default: bool = False
    layer: str = ""
    control_of: str = ""

    @property
    def label(self) -> str:
        """How a person calls it."""
        return f"{self.framework} on {self.server}"


class Timing(Record):
    """How long and how hard each trial loads its server."""

    users: Annotated[int, Field(ge=1, le=1000)]
    measure_s: Annotated[float, Field(gt=0, le=3600)]
    warm_up_min_s: float
    warm_up_max_s: float


class TrialPlan(Record):
    """One trial: who is loaded, and with what."""

    contender: str
    workload: str


class RoundPlan(Record):
    """A round: every contender is started afresh in the order of `lineup`, then loaded in the order of `trials`."""

    number: Count
    lineup: list[str]
    trials: list[TrialPlan]


class Plan(Record):
    """Everything that will be done, decided before anything is."""

    kind: Literal["compare", "layers"]
    seed: int
    limit_s: float | None
    catalogue_rows: int
    timing: Timing
    contenders: list[Contender]
    workloads: list[str]
    rounds: Annotated[list[RoundPlan], Field(min_length=1)]

    @property
    def starts(self) -> int:
        """How many servers will be started."""
        return sum(len(one.lineup) for one in self.rounds)

    @property
    def trials(self) -> int:
        """How many trials there will be if none has to be repeated."""
        return sum(len(one.trials) for one in self.rounds)


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


class Load(Record):
    """What the generator saw of one trial."""

    window_s: float
    requests: Count
    failures: dict[str, int]
    latency_us: Histogram
    warm_up_s: float
    steady: bool
    generator_cpu_s: float

    @classmethod
    def nothing(cls) -> Self:
        """What is seen of a trial that could not be carried out."""
        return cls(
            window_s=0, requests=0, failures={}, latency_us=Histogram.of([]), warm_up_s=0, steady=False,
            generator_cpu_s=0,
        )  # fmt: skip


class Trial(Record):
    """One measurement: a server under a workload; invalid for as many reasons as are given."""

    round: int
    contender: str
    workload: str
    attempt: int
    load: Load
    server_cpu_s: float
    loaded_pss_bytes: int
    workers: int
    other_cpu_share: float
    invalid: list[str]

    @property
    def rate_per_s(self) -> float:
        """Successful requests a second."""
        return self.load.requests / self.load.window_s

    @property
    def cpu_s_per_1000(self) -> float:
        """CPU seconds of the server's whole process tree for 1,000 requests."""
        return 1000 * self.server_cpu_s / self.load.requests

    @property
    def generator_share(self) -> float:
        """How much of its core the generator used."""
        return self.load.generator_cpu_s / self.load.window_s

    @property
    def server_share(self) -> float:
        """How much of a core each worker of the server used."""
        return self.server_cpu_s / self.load.window_s / self.workers


class Run(Record):
    """A comparison as it lies on disk, complete or interrupted."""

    plan: Plan
    environment: Environment
    starts: list[Start]
    trials: list[Trial]
