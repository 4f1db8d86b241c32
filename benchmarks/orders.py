"""What the lab tells its load generator, and what it hears back: one JSON object a line."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, TypeAdapter

from benchmarks.lean.tally import Tally
from benchmarks.records import Arrivals, Record


class Seating(Record):
    """Users for one workload, as many for each server."""

    do: Literal["seat"] = "seat"
    # Another round means other servers, whatever their addresses.
    round: int = 0
    workload: Annotated[str, Field(min_length=1)]
    urls: Annotated[dict[str, str], Field(min_length=1)]
    users: Annotated[int, Field(ge=1)]
    seed: int
    arrivals: Arrivals | None


class WarmUpOrder(Record):
    """Load one server until its rate has settled."""

    do: Literal["warm-up"] = "warm-up"
    contender: str
    min_s: float
    max_s: float


class SliceOrder(Record):
    """Load one server for a while."""

    do: Literal["run"] = "run"
    contender: str
    seconds: float


class StandingOrder(Record):
    """Say how many users stand ready."""

    do: Literal["begun"] = "begun"


class LeaveOrder(Record):
    """Let the users hang up and go."""

    do: Literal["leave"] = "leave"


# What the users of each process are told, and what Locust does with all of them.
CrewOrder: TypeAlias = Seating | StandingOrder | WarmUpOrder | SliceOrder
Order: TypeAlias = CrewOrder | LeaveOrder
CREW_ORDER: TypeAdapter[CrewOrder] = TypeAdapter(Annotated[CrewOrder, Field(discriminator="do")])
ORDER: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="do")])


class Standing(Record):
    """How many users of each server stand ready, and why those of some never will."""

    begun: dict[str, int]
    failed: dict[str, str]

    @classmethod
    def merged(cls, parts: Sequence[Self]) -> Self:
        """All users of several generators."""
        total: Counter[str] = Counter()
        failed: dict[str, str] = {}
        for part in parts:
            total.update(part.begun)
            failed |= part.failed
        return cls(begun=dict(total), failed=failed)


class Seated(Record):
    """Which servers the users could not get ready for, and why."""

    failed: dict[str, str]


class WarmUp(Record):
    """How long a server was loaded before it is measured, and whether its rate had settled."""

    lasted_s: float
    steady: bool

    @classmethod
    def merged(cls, parts: Sequence[Self]) -> Self:
        """What several generators say together."""
        return cls(lasted_s=max(part.lasted_s for part in parts), steady=all(part.steady for part in parts))


class Seen(Record):
    """What the generator saw of one slice."""

    tally: Tally
    window_s: float
    cpu_s: float
    # The highest share of its core in any half second.
    peak: float

    @classmethod
    def merged(cls, parts: Sequence[Self]) -> Self:
        """What several generators saw together."""
        return cls(
            tally=Tally.merged(part.tally for part in parts),
            window_s=max(part.window_s for part in parts),
            cpu_s=sum(part.cpu_s for part in parts),
            peak=max(part.peak for part in parts),
        )
