"""Whole runs of the other kinds, as they could have been measured: a search for capacities, and layers."""

import random
from collections.abc import Iterator, Sequence
from functools import cache

from benchmarks import contenders
from benchmarks.capacity.outcome import probe_of
from benchmarks.capacity.promise import Promise, parse
from benchmarks.capacity.search import next_step
from benchmarks.layers.cost import LAYERS, LAYERS_FILE
from benchmarks.plan import PROFILES, make_plan
from benchmarks.records import Contender, RoundPlan, Run, Trial
from benchmarks.workloads import LAYER_WORKLOADS
from tests.benchmarks.factories import FIELD, a_plan, a_start, a_trial, an_environment, an_open_trial, wobble

PROMISE = "p99 < 20 ms, errors < 0.1 %"
EXPECTED_PER_S = 900.0
_LIMIT_PER_S = {"flask-gunicorn": 1000.0, "fastapi-uvicorn": 700.0}
_LAYER_CPU = dict(zip(LAYERS, (0.06, 0.14, 0.31, 0.42, 0.55), strict=False))


@cache
def a_capacity_run(rounds: int = 3) -> Run:
    """Two contenders whose knees are a factor of 0.7 apart, searched in each round."""
    plan = a_plan(rounds=rounds, contenders=FIELD[:2])
    bare = [RoundPlan(number=one.number, lineup=one.lineup, sittings=[]) for one in plan.rounds]
    plan = plan.model_copy(update={"kind": "capacity", "promise": PROMISE, "rounds": bare})
    promise = parse(PROMISE)
    return Run(
        plan=plan,
        environment=an_environment(),
        starts=[a_start(name, one.number) for one in bare for name in one.lineup],
        trials=[probe for one in bare for name in one.lineup for probe in _search(promise, name, one.number)],
    )


def _search(promise: Promise, name: str, number: int) -> list[Trial]:
    trials: list[Trial] = []
    limit_per_s = _LIMIT_PER_S[name] * wobble(name, number)
    while True:
        probes = [probe for trial in trials if (probe := probe_of(promise, trial))]
        step = next_step(EXPECTED_PER_S, probes)
        if not isinstance(step, float):
            return trials
        asked = an_open_trial(name, number, rate_per_s=step, limit_per_s=limit_per_s, seconds=2, part="capacity")
        trials.append(asked.model_copy(update={"attempt": len(trials) + 1}))


@cache
def a_layers_run(rounds: int = 6) -> Run:
    """Every layer of the shipped file; FastAPI costs more from the framework on."""
    field = contenders.load(LAYERS_FILE).contender
    plan = make_plan("layers", field, list(LAYER_WORKLOADS), PROFILES["quick"]._replace(rounds=rounds), seed=7)
    trials = list(_layer_trials(plan.rounds, field))
    starts = [a_start(name, one.number, sample_bytes=0) for one in plan.rounds for name in one.lineup]
    return Run(plan=plan, environment=an_environment(), starts=starts, trials=trials)


def _layer_trials(rounds: Sequence[RoundPlan], field: Sequence[Contender]) -> Iterator[Trial]:
    by_name, chance = {contender.name: contender for contender in field}, random.Random(3)
    for one in rounds:
        for sitting in one.sittings:
            for name in sitting.contenders:
                contender = by_name[name]
                cost = _LAYER_CPU.get(contender.layer, 0.3) * (1.3 if contender.framework == "FastAPI" else 1.0)
                cost *= chance.lognormvariate(0, 0.01)
                yield a_trial(name, one.number, workload=sitting.workload, cost=cost, part=sitting.part)
