"""What will be measured, in which order, and how long that takes: decided before anything runs.

Only the rates of the ladder, the open-loop part, wait for the first round: they are shares of what the servers can do.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.records import Arrivals, Contender, Plan, RoundPlan, RunKind, Sitting, Timing
from benchmarks.workloads import ALL_WORKLOADS

# Measured on two cores; only the estimate of the duration depends on them.
_START_OVERHEAD_S = 1.5
_ROUND_OVERHEAD_S = 1.0
_SEATING_OVERHEAD_S = 0.3
_SLICE_OVERHEAD_S = 0.02
_WARM_UP_OVERHEAD_S = 0.05
_SEED_S = 2.0

CATALOGUE_ROWS = 10_000
# As many as the server takes at once: more would only wait in line and lengthen each other's latency.
USERS = 8
# An open loop needs as many users as requests may be under way.
LADDER_IN_FLIGHT = 64
LADDER_WORKLOAD = "read"
# Of the highest rate that any of them reached in a closed loop.
RUNGS = (0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.1)


class Profile(NamedTuple):
    """A budget with a name."""

    name: str
    rounds: int
    # How long each contender is loaded with a workload in one round: those that answer the question, and the others.
    main_s: float
    other_s: float
    # A workload that cannot be cut into slices.
    whole_s: float
    rung_s: float
    rungs_per_round: int
    warm_up_min_s: float
    warm_up_max_s: float
    attempts: int = 3
    # No round begins that would end later; a slow machine gets fewer rounds instead of a longer wait.
    limit_s: float | None = None


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", 10, 1.0, 0.4, 0.8, 0.8, 1, 0.2, 1.5, limit_s=295),
        Profile("standard", 8, 1.6, 0.6, 1.6, 0.8, 1, 0.3, 1.5),
        Profile("thorough", 30, 4.8, 2.4, 6.0, 4.0, 3, 0.5, 3.0),
    )
}
MAIN_WORKLOADS = frozenset({"read", "list"})
SLICE_S = 0.2


def make_plan(
    kind: RunKind,
    contenders: list[Contender],
    workloads: list[str],
    profile: Profile,
    seed: int,
) -> Plan:
    """The plan that these choices lead to; the same for the same seed."""
    return Plan(
        kind=kind,
        profile=profile.name,
        seed=seed,
        limit_s=profile.limit_s,
        catalogue_rows=CATALOGUE_ROWS,
        timing=Timing(
            users=USERS,
            warm_up_min_s=profile.warm_up_min_s,
            warm_up_max_s=profile.warm_up_max_s,
            attempts=profile.attempts,
        ),
        contenders=contenders,
        workloads=workloads,
        rounds=order(contenders, workloads, profile, seed),
    )


def order(contenders: Sequence[Contender], workloads: Sequence[str], profile: Profile, seed: int) -> list[RoundPlan]:
    """Random, but mirrored (ABBA) from sitting to sitting and from round to round, so that a drift cancels out."""
    chance = random.Random(seed)
    names = [contender.name for contender in contenders]
    # A control meets all that its twin does: what a server has done before shows in what the next request costs.
    able = {contender.name: set(contender.workloads or workloads) for contender in contenders}
    planned = []
    lineup: list[str] = []
    for number in range(profile.rounds):
        lineup = lineup[::-1] if number % 2 else chance.sample(names, len(names))
        sittings: list[Sitting] = []
        for workload in chance.sample(list(workloads), len(workloads)):
            line = lineup[::-1] if len(sittings) % 2 else lineup
            if present := [name for name in line if workload in able[name]]:
                sittings.append(sitting(workload, present, profile))
        planned.append(RoundPlan(number=number, lineup=lineup, sittings=sittings))
    return planned


def sitting(workload: str, contenders: list[str], profile: Profile) -> Sitting:
    """A closed-loop sitting, cut into slices where the workload allows it."""
    if ALL_WORKLOADS[workload].whole:
        # Two of them, so that each contender is measured once before and once after the others.
        return Sitting(workload=workload, contenders=contenders, slice_s=profile.whole_s / 2, slices=2)
    seconds = profile.main_s if workload in MAIN_WORKLOADS else profile.other_s
    return Sitting(workload=workload, contenders=contenders, slice_s=SLICE_S, slices=max(2, round(seconds / SLICE_S)))


def turns(sitting: Sitting) -> list[str]:
    """Whose slice is next, from the first to the last: there and back again."""
    line = sitting.contenders
    return [name for turn in range(sitting.slices) for name in (line[::-1] if turn % 2 else line)]


def with_ladder(plan: Plan, contenders: Sequence[str], top_rate_per_s: float, profile: Profile) -> Plan:
    """The plan with some rungs of the ladder at the end of each round but the first, all visited alike."""
    chance = random.Random(f"{plan.seed} ladder")
    visits = visits_of((len(plan.rounds) - 1) * profile.rungs_per_round, chance)
    rounds = plan.rounds[:1]
    for planned in plan.rounds[1:]:
        line = [name for name in planned.lineup if name in contenders]
        first = (planned.number - 1) * profile.rungs_per_round
        rungs = [
            Sitting(
                part="ladder",
                workload=LADDER_WORKLOAD,
                contenders=line if turn % 2 else line[::-1],
                slice_s=profile.rung_s,
                slices=1,
                arrivals=Arrivals(kind="poisson", rate_per_s=round(rung * top_rate_per_s), in_flight=LADDER_IN_FLIGHT),
            )
            for turn, rung in enumerate(visits[first : first + profile.rungs_per_round])
        ]
        rounds.append(planned.model_copy(update={"sittings": [*planned.sittings, *rungs]}))
    return plan.model_copy(update={"rounds": rounds})


def visits_of(count: int, chance: random.Random) -> list[float]:
    """So many rungs, each as often as any other, in random order."""
    visits: list[float] = []
    while len(visits) < count:
        visits += chance.sample(RUNGS, len(RUNGS))
    return visits[:count]


def duration_s(plan: Plan) -> float:
    """How long the plan takes if nothing has to be measured twice."""
    sittings = [sitting for planned in plan.rounds for sitting in planned.sittings]
    overhead_s = _SEED_S + len(plan.rounds) * _ROUND_OVERHEAD_S + plan.starts * _START_OVERHEAD_S
    return overhead_s + sum(_sitting_s(sitting, plan.timing) for sitting in sittings)


def _sitting_s(sitting: Sitting, timing: Timing) -> float:
    # Most rates settle soon.
    warm_up_s = timing.warm_up_min_s + _WARM_UP_OVERHEAD_S
    slice_s = sitting.slices * (sitting.slice_s + _SLICE_OVERHEAD_S)
    return _SEATING_OVERHEAD_S + len(sitting.contenders) * (warm_up_s + slice_s)
