"""Records of the lab, made as short as a test needs them."""

from collections.abc import Callable, Sequence

from benchmarks.histogram import Histogram
from benchmarks.plan import PROFILES, make_plan
from benchmarks.records import Contender, Environment, Load, Plan, Run, Start, Trial

# CPU seconds for 1,000 requests of a contender in a round.
Cost = Callable[[str, int], float]


def a_contender(name: str, framework: str = "Flask", server: str = "gunicorn", *, default: bool = False) -> Contender:
    return Contender(name=name, framework=framework, server=server, command=["{python}"], default=default)


FIELD = [
    a_contender("flask-gunicorn", default=True),
    a_contender("fastapi-uvicorn", "FastAPI", "uvicorn", default=True),
    a_contender("flask-granian", "Flask", "granian"),
    a_contender("fastapi-granian", "FastAPI", "granian"),
]
CONTROL = FIELD[1].model_copy(
    update={"name": "fastapi-uvicorn-again", "control_of": "fastapi-uvicorn", "default": False}
)


def a_plan(
    *, rounds: int = 4, workloads: Sequence[str] = ("read",), contenders: Sequence[Contender] = (*FIELD, CONTROL)
) -> Plan:
    return make_plan("compare", list(contenders), list(workloads), PROFILES["quick"]._replace(rounds=rounds), seed=7)


def a_load(*, requests: int = 2000, failures: dict[str, int] | None = None, generator_cpu_s: float = 0.5) -> Load:
    return Load(
        window_s=1.0,
        requests=requests,
        failures=failures or {},
        latency_us=Histogram.of([700] * requests),
        warm_up_s=0.3,
        steady=True,
        generator_cpu_s=generator_cpu_s,
    )


def a_trial(
    contender: str = "flask-gunicorn",
    number: int = 0,
    *,
    workload: str = "read",
    cost: float = 0.4,
    attempt: int = 1,
    load: Load | None = None,
    invalid: Sequence[str] = (),
    other_cpu_share: float = 0.0,
) -> Trial:
    load = load or a_load()
    return Trial(
        round=number,
        contender=contender,
        workload=workload,
        attempt=attempt,
        load=load,
        server_cpu_s=cost * load.requests / 1000,
        loaded_pss_bytes=90 * 2**20,
        workers=1,
        other_cpu_share=other_cpu_share,
        invalid=list(invalid),
    )


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


def a_start(contender: str, number: int = 0) -> Start:
    return Start(round=number, contender=contender, start_up_s=0.8, idle_pss_bytes=60 * 2**20, checks=18)


def wobble(name: str, number: int) -> float:
    """A little noise that is always the same, so that no two rounds are quite equal."""
    return 1 + 0.004 * ((len(name) * 7 + number * 5) % 11 - 5) / 5


def steady_cost(name: str, number: int) -> float:
    """FastAPI needs 1.5 times the CPU of Flask, whatever the server."""
    return (0.6 if name.startswith("fastapi") else 0.4) * wobble(name, number)


def a_run(plan: Plan | None = None, cost: Cost = steady_cost, environment: Environment | None = None) -> Run:
    """A complete run in the order of its plan."""
    plan = plan or a_plan()
    return Run(
        plan=plan,
        environment=environment or an_environment(),
        starts=[a_start(name, one.number) for one in plan.rounds for name in one.lineup],
        trials=[
            a_trial(visit.contender, one.number, workload=visit.workload, cost=cost(visit.contender, one.number))
            for one in plan.rounds
            for visit in one.trials
        ],
    )
