"""Records of the lab, made as short as a test needs them, and whole runs that could have been measured."""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from benchmarks.histogram import Histogram
from benchmarks.plan import PROFILES, make_plan, with_ladder
from benchmarks.records import (
    Arrivals,
    Contender,
    Environment,
    Host,
    Incident,
    Load,
    Part,
    Plan,
    Run,
    Sitting,
    Slice,
    Start,
    Trial,
)

# CPU seconds for 1,000 requests of a contender in a round.
Cost = Callable[[str, int], float]
SAMPLE_BYTES = 4321


def a_contender(name: str, framework: str = "Flask", server: str = "gunicorn", *, default: bool = False) -> Contender:
    return Contender(name=name, framework=framework, server=server, command=["{python}"], default=default)


FIELD = [
    a_contender("flask-gunicorn", default=True),
    a_contender("fastapi-uvicorn", "FastAPI", "uvicorn", default=True),
    a_contender("flask-granian", "Flask", "granian", default=True),
    a_contender("fastapi-granian", "FastAPI", "granian", default=True),
]
CONTROL = FIELD[1].model_copy(
    update={"name": "fastapi-uvicorn-again", "control_of": "fastapi-uvicorn", "default": False}
)


def a_plan(
    *, rounds: int = 4, workloads: Sequence[str] = ("read",), contenders: Sequence[Contender] = (*FIELD, CONTROL)
) -> Plan:
    return make_plan("compare", list(contenders), list(workloads), PROFILES["quick"]._replace(rounds=rounds), seed=7)


def latencies(requests: int, middle_us: float = 700, spread: float = 0.3, seed: int = 5) -> Histogram:
    """Latencies with a long tail, as servers have them."""
    chance = random.Random(seed)
    return Histogram.of(round(middle_us * chance.lognormvariate(0, spread)) for _ in range(requests))


@cache
def _all_alike(requests: int) -> Histogram:
    return Histogram.of([700] * requests)


def a_load(*, requests: int = 2000, window_s: float = 1.6, **changes: object) -> Load:
    """What a trial without any trouble shows; its requests took 700 µs each."""
    histogram = _all_alike(requests)
    return Load(
        scheduled=requests, started=requests, ok=requests, failed=0, late=0, dropped=0, open=0, failures={},
        latency_us=histogram, service_us=histogram, in_flight=requests / window_s * 700e-6, connections=2,
        bytes_received=300 * requests, rows_added=0, warm_up_s=0.3, steady=True, generator_peak=0.4,
    ).model_copy(update=changes)  # fmt: skip


def a_host(**changes: object) -> Host:
    return Host(
        spin_before_us=150.0, spin_after_us=151.5, steal_share=0.001, pressure=0.03, load_1m=0.8
    ).model_copy(update=changes)  # fmt: skip


def some_slices(
    *, requests: int = 2000, cost: float = 0.4, slices: int = 8, slice_s: float = 0.2, began_s: float = 10.0,
    turn_s: float = 1.0, other_cpu_share: float = 0.01,
) -> list[Slice]:  # fmt: skip
    """Equal slices; `cost` is CPU seconds for 1,000 requests."""
    shares = [requests // slices + (number < requests % slices) for number in range(slices)]
    return [
        Slice(
            at_s=began_s + number * turn_s, window_s=slice_s, requests=share, server_cpu_s=cost * share / 1000,
            generator_cpu_s=0.35 * slice_s, other_cpu_share=other_cpu_share,
        )
        for number, share in enumerate(shares)
    ]  # fmt: skip


def a_trial(
    contender: str = "flask-gunicorn",
    number: int = 0,
    *,
    workload: str = "read",
    cost: float = 0.4,
    load: Load | None = None,
    slices: list[Slice] | None = None,
    invalid: Sequence[str] = (),
    **changes: object,
) -> Trial:
    load = load or a_load()
    return Trial(
        part="matrix",
        round=number,
        contender=contender,
        workload=workload,
        attempt=1,
        arrivals=None,
        slices=some_slices(requests=load.ok, cost=cost) if slices is None else slices,
        load=load,
        host=a_host(),
        rows_expected=None,
        rows_found=None,
        loaded_pss_bytes=90 * 2**20,
        workers=1,
        invalid=list(invalid),
    ).model_copy(update=changes)


def an_open_trial(
    contender: str = "flask-gunicorn",
    number: int = 0,
    *,
    rate_per_s: float = 500,
    limit_per_s: float = 1000,
    seconds: float = 1.5,
    part: Part = "ladder",
) -> Trial:
    """A trial by schedule against a server that can serve `limit_per_s`; near that, requests queue."""
    scheduled = round(rate_per_s * seconds)
    ok = min(scheduled, round(limit_per_s * seconds))
    busy = min(rate_per_s / limit_per_s, 0.99)
    service_us = 700 / (1 - 0.5 * busy)
    service = latencies(ok, service_us)
    load = a_load(
        requests=ok, window_s=seconds, scheduled=scheduled, dropped=scheduled - ok, service_us=service,
        latency_us=latencies(ok, service_us / (1 - busy), 0.5), in_flight=ok / seconds * service.mean_us / 1e6,
        connections=20,
    )  # fmt: skip
    slices = some_slices(requests=ok, slices=1, slice_s=seconds)
    arrivals = Arrivals(kind="poisson", rate_per_s=rate_per_s, in_flight=64)
    return a_trial(contender, number, load=load, slices=slices, part=part, arrivals=arrivals)


def an_environment(**changes: object) -> Environment:
    return Environment(
        started_at="2026-01-02T03:04:05+00:00",
        machine={"processor": "Test processor", "cores": "2", "memory": "4 GiB", "system": "Linux 6"},
        versions={"python": "3.11.0", "flask": "3.1.3"},
        revision="0123456789ab",
        server_cores=[0],
        generator_cores=[1],
        settings={"database": "SQLite"},
    ).model_copy(update=changes)


def a_start(contender: str, number: int = 0, **changes: object) -> Start:
    return Start(
        round=number, contender=contender, start_up_s=0.8, idle_pss_bytes=60 * 2**20, checks=18,
        sample_bytes=SAMPLE_BYTES,
    ).model_copy(update=changes)  # fmt: skip


def wobble(name: str, number: int) -> float:
    """A little noise that is always the same, so that no two rounds are quite equal."""
    return 1 + 0.004 * ((len(name) * 7 + number * 5) % 11 - 5) / 5


def steady_cost(name: str, number: int) -> float:
    """FastAPI needs 1.5 times the CPU of Flask, whatever the server."""
    return (0.6 if name.startswith("fastapi") else 0.4) * wobble(name, number)


def a_run(plan: Plan | None = None, cost: Cost = steady_cost, environment: Environment | None = None) -> Run:
    """A complete run in the order of its plan, without any trouble."""
    plan = plan or a_plan()
    return Run(
        plan=plan,
        environment=environment or an_environment(),
        starts=[a_start(name, one.number) for one in plan.rounds for name in one.lineup],
        trials=[trial for one in plan.rounds for sitting in one.sittings for trial in held(one.number, sitting, cost)],
    )


def held(number: int, sitting: Sitting, cost: Cost) -> Iterator[Trial]:
    """The trials of a sitting without any trouble."""
    for name in sitting.contenders:
        if sitting.arrivals:
            limit_per_s = 1000 / (1.2 * cost(name, number))
            seconds = sitting.slice_s
            yield an_open_trial(
                name, number, rate_per_s=sitting.arrivals.rate_per_s, limit_per_s=limit_per_s, seconds=seconds
            )
        else:
            yield a_trial(name, number, workload=sitting.workload, cost=cost(name, number))


@cache
def a_busy_run(workloads: tuple[str, ...] = ("read", "list", "search", "write", "login", "journey")) -> Run:
    """A run as a shared machine gives it: noise by round, a ladder beyond the knee, repeated attempts, incidents.

    Flask is cheaper for reading, equal for logging in, and undecided for writing; the costs of `list` drift.
    """
    profile = PROFILES["quick"]._replace(rounds=8, rungs_per_round=2, main_s=1.8)
    plan = make_plan("compare", [*FIELD, CONTROL], list(workloads), profile, seed=7)
    plan = with_ladder(plan, [contender.name for contender in FIELD], 1900, profile)
    chance = random.Random(11)
    trials: list[Trial] = []
    began_s = 0.0
    for one in plan.rounds:
        speed = {name: chance.lognormvariate(0, 0.012) for name in one.lineup}
        for sitting in one.sittings:
            began_s += 12
            if sitting.arrivals:
                trials += held(one.number, sitting, lambda name, _: 0.45 * _ratio_of(name, "read"))
            else:
                trials += _noisy(one.number, sitting, speed, began_s, chance)
    trials[3:4] = [trials[3].model_copy(update={"invalid": [_STOLEN]}), trials[3].model_copy(update={"attempt": 2})]
    hopeless = [
        trial.model_copy(update={"attempt": attempt, "invalid": [_WRONG]})
        for attempt in (1, 2)
        for trial in trials[-1:]
    ]
    starts = [
        a_start(
            name, one.number, start_up_s=chance.uniform(0.7, 1.1), idle_pss_bytes=round(chance.uniform(55, 62) * 2**20)
        )
        for one in plan.rounds
        for name in one.lineup
    ]
    incidents = [
        Incident(round=2, contender="flask-granian", what="was still running 5 s after SIGTERM, and was killed")
    ]
    return Run(
        plan=plan, environment=an_environment(), starts=starts, trials=[*trials[:-1], *hopeless], incidents=incidents
    )


_STOLEN = "host: the hypervisor took 7.2 % of the cores"
_WRONG = "answers: 3 × GET /books/{id}: status 500"


def _ratio_of(name: str, workload: str) -> float:
    if name.startswith("flask"):
        return 1.0
    return {"login": 1.004, "write": 1.03, "journey": 0.9}.get(workload, 1.45)


def _noisy(
    number: int, sitting: Sitting, speed: dict[str, float], began_s: float, chance: random.Random
) -> Iterator[Trial]:
    turn_s = sitting.slice_s * len(sitting.contenders) + 0.1
    rough = 0.12 if sitting.workload == "write" else 0.004
    drift = 1 + 0.01 * number if sitting.workload == "list" else 1.0
    for place, name in enumerate(sitting.contenders):
        cost = {"login": 30.0, "list": 1.1}.get(sitting.workload, 0.5)
        cost *= _ratio_of(name, sitting.workload) * speed[name] * drift * chance.lognormvariate(0, rough)
        window_s = sitting.slice_s * sitting.slices
        requests = max(20, round(1000 * window_s / cost))
        service = latencies(requests, 8e6 * window_s / requests, seed=number * 31 + place)
        slices = [
            one.model_copy(update={"server_cpu_s": one.server_cpu_s * chance.lognormvariate(0, 0.02)})
            for one in some_slices(
                requests=requests, cost=cost, slices=sitting.slices, slice_s=sitting.slice_s, turn_s=turn_s,
                began_s=began_s + place * sitting.slice_s,
            )
        ]  # fmt: skip
        load = a_load(
            requests=requests, window_s=window_s, latency_us=service, service_us=service,
            in_flight=requests / window_s * service.mean_us / 1e6,
        )  # fmt: skip
        memory = round(chance.uniform(80, 95) * 2**20)
        yield a_trial(name, number, workload=sitting.workload, load=load, slices=slices, loaded_pss_bytes=memory)
