"""The servers of a selftest, of each of which something is known beforehand, and how they are measured."""

import random
from pathlib import Path

from benchmarks.plan import CATALOGUE_ROWS, USERS
from benchmarks.records import Arrivals, Contender, Plan, RoundPlan, Sitting, Timing
from benchmarks.selftest import slowed, stalling

PLAIN, AGAIN, SLOWED, STALLING = "plain", "plain-again", "slowed", "stalling"
WORKLOAD = "read"
ROUNDS = 7
BURN_SHARE = 0.20
SLICE_S = 0.1
SLICES = 14

# The stall must be seen by more than a hundredth of all arrivals, and by less than a hundredth of the requests that
# were really under way: so there are few places in flight, and as many in front of them.
STALL_S, EVERY_S = 0.16, 8.0
STALLS_IN_WINDOW = 2
STALLED_LOAD = Arrivals(kind="constant", rate_per_s=300, in_flight=19)
# What the disturbed servers are asked, far below what they can do.
EASY_LOAD = Arrivals(kind="constant", rate_per_s=50, in_flight=16)

_UVICORN = [
    "{bin}/uvicorn", "--factory", "--host", "{host}", "--port", "{port}", "--workers", "{workers}", "--loop", "uvloop",
    "--http", "httptools", "--timeout-keep-alive", "5", "--no-access-log", "--no-server-header",
]  # fmt: skip


def ledger_of(folder: Path, contender: str) -> Path:
    """Where a server writes down what it did on purpose."""
    return folder / f"{contender}.ledger"


def make_plan(ledgers: Path, seed: int) -> Plan:
    """Rounds that compare, and one in which servers and load are disturbed."""
    chance = random.Random(seed)
    return Plan(
        kind="selftest",
        profile="selftest",
        seed=seed,
        limit_s=None,
        catalogue_rows=CATALOGUE_ROWS,
        timing=Timing(users=USERS, warm_up_min_s=0.3, warm_up_max_s=1.5),
        contenders=_contenders(ledgers),
        workloads=[WORKLOAD],
        rounds=[
            *(_comparing(number, chance) for number in range(ROUNDS)),
            RoundPlan(number=ROUNDS, lineup=[PLAIN, STALLING], sittings=[]),
        ],
    )


def _contenders(ledgers: Path) -> list[Contender]:
    plain = _slowed_by(0.0, PLAIN, ledgers)
    return [
        plain,
        _slowed_by(0.0, AGAIN, ledgers).model_copy(update={"control_of": PLAIN}),
        _slowed_by(BURN_SHARE, SLOWED, ledgers),
        _stalling(ledgers),
    ]


def _slowed_by(share: float, name: str, ledgers: Path) -> Contender:
    """All in the same wrapping, which burns nothing in most."""
    return Contender(
        name=name,
        framework="FastAPI",
        server="uvicorn",
        command=[*_UVICORN, "benchmarks.selftest.slowed:create_app"],
        environment={slowed.SHARE: str(share), slowed.LEDGER: str(ledger_of(ledgers, name))},
        variant=f"burning {share:.0%}" if share else "",
        layer="validation",
    )


def _stalling(ledgers: Path) -> Contender:
    return Contender(
        name=STALLING,
        framework="none",
        server="uvicorn",
        command=[*_UVICORN, "benchmarks.selftest.stalling:create_app"],
        environment={
            stalling.STALL_S: str(STALL_S),
            stalling.EVERY_S: str(EVERY_S),
            stalling.LEDGER: str(ledger_of(ledgers, STALLING)),
        },
        layer="empty",
    )


def _comparing(number: int, chance: random.Random) -> RoundPlan:
    lineup = chance.sample([PLAIN, AGAIN, SLOWED], 3)
    sitting = Sitting(workload=WORKLOAD, contenders=lineup, slice_s=SLICE_S, slices=SLICES)
    return RoundPlan(number=number, lineup=lineup, sittings=[sitting])


def stalled_sitting() -> Sitting:
    """An open loop on the server that stalls, long enough for a known number of stalls."""
    return Sitting(
        part="ladder",
        workload=WORKLOAD,
        contenders=[STALLING],
        slice_s=STALLS_IN_WINDOW * EVERY_S,
        slices=1,
        arrivals=STALLED_LOAD,
    )


def easy_sitting() -> Sitting:
    """A load that nobody notices."""
    return Sitting(part="ladder", workload=WORKLOAD, contenders=[PLAIN], slice_s=1.5, slices=1, arrivals=EASY_LOAD)


def closed_sitting() -> Sitting:
    """What the comparing rounds ask, of one server."""
    return Sitting(workload=WORKLOAD, contenders=[PLAIN], slice_s=SLICE_S, slices=SLICES)
