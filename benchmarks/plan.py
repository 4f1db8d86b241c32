"""What will be measured, in which order, and how long that takes: decided before anything runs."""

import random
from typing import Literal, NamedTuple

from benchmarks.records import Contender, Plan, RoundPlan, Timing, TrialPlan

# Measured on two cores; only the estimate of the duration depends on them.
_START_OVERHEAD_S = 2.4
_TRIAL_OVERHEAD_S = 0.15
_SEED_S = 6.0


class Profile(NamedTuple):
    """A budget with a name."""

    rounds: int
    measure_s: float
    warm_up_min_s: float
    warm_up_max_s: float
    # No round begins that would end later; a slow machine gets fewer rounds instead of a longer wait.
    limit_s: float | None = None


PROFILES = {
    "quick": Profile(rounds=5, measure_s=0.9, warm_up_min_s=0.3, warm_up_max_s=0.6, limit_s=290),
    "standard": Profile(rounds=10, measure_s=4.0, warm_up_min_s=0.5, warm_up_max_s=3.0),
}

CATALOGUE_ROWS = 10_000
# As many as the server takes at once: more would only wait in line and lengthen each other's latency.
USERS = 8


def make_plan(
    kind: Literal["compare", "layers"],
    contenders: list[Contender],
    workloads: list[str],
    profile: Profile,
    seed: int,
) -> Plan:
    """The plan that these choices lead to; the same for the same seed."""
    timing = Timing(
        users=USERS,
        measure_s=profile.measure_s,
        warm_up_min_s=profile.warm_up_min_s,
        warm_up_max_s=profile.warm_up_max_s,
    )
    return Plan(
        kind=kind,
        seed=seed,
        limit_s=profile.limit_s,
        catalogue_rows=CATALOGUE_ROWS,
        timing=timing,
        contenders=contenders,
        workloads=workloads,
        rounds=order([contender.name for contender in contenders], workloads, profile.rounds, seed),
    )


def order(contenders: list[str], workloads: list[str], rounds: int, seed: int) -> list[RoundPlan]:
    """Random, but mirrored (ABBA) from workload to workload and from round to round, so that a drift cancels out.

    The servers of a round stand side by side, and each workload visits all of them before the next one begins: what is
    compared was measured seconds apart, and a machine that is slower for a minute is so for both.
    """
    chance = random.Random(seed)
    planned = []
    lineup: list[str] = []
    for number in range(rounds):
        lineup = lineup[::-1] if number % 2 else chance.sample(contenders, len(contenders))
        trials = [
            TrialPlan(contender=name, workload=workload)
            for turn, workload in enumerate(chance.sample(workloads, len(workloads)))
            for name in (lineup[::-1] if turn % 2 else lineup)
        ]
        planned.append(RoundPlan(number=number, lineup=lineup, trials=trials))
    return planned


def duration_s(plan: Plan) -> float:
    """How long the plan takes if nothing has to be measured twice."""
    return work_s(plan.timing, plan.starts, plan.trials)


def work_s(timing: Timing, starts: int, trials: int) -> float:
    """How long it takes to seed the catalogue and to carry out so many server starts and trials."""
    warm_up_s = (timing.warm_up_min_s + timing.warm_up_max_s) / 2
    return _SEED_S + starts * _START_OVERHEAD_S + trials * (warm_up_s + timing.measure_s + _TRIAL_OVERHEAD_S)
