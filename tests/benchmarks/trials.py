"""Trials and runs with known figures, for what is computed from them."""

from collections.abc import Sequence

from benchmarks.histogram import Histogram
from benchmarks.records import (
    Arrivals,
    Contender,
    Environment,
    Host,
    Load,
    Part,
    Plan,
    RoundPlan,
    Run,
    Slice,
    Timing,
    Trial,
)

QUIET = Host(spin_before_us=100, spin_after_us=100, steal_share=0, pressure=0, load_1m=0)


def load_of(latencies_us: Sequence[int], *, failed: int = 0, dropped: int = 0, late: int = 0) -> Load:
    """Every request answered in its time, but for those that were not."""
    started = len(latencies_us) + failed + late
    return Load.nothing().model_copy(
        update={
            "scheduled": started + dropped,
            "started": started,
            "ok": len(latencies_us),
            "failed": failed,
            "late": late,
            "dropped": dropped,
            "latency_us": Histogram.of(latencies_us),
            "service_us": Histogram.of(latencies_us),
            "steady": True,
        }
    )


def trial_of(
    contender: str,
    number: int = 0,
    *,
    cost: float = 0.4,
    workload: str = "read",
    part: Part = "matrix",
    attempt: int = 1,
    invalid: Sequence[str] = (),
    host: Host = QUIET,
    rate_per_s: float = 0.0,
    load: Load | None = None,
) -> Trial:
    """A thousand requests for `cost` CPU seconds; at a rate, when it is given one."""
    window = Slice(at_s=0, window_s=1, requests=1000, server_cpu_s=cost, generator_cpu_s=0.1, other_cpu_share=0)
    return Trial(
        part=part,
        round=number,
        contender=contender,
        workload=workload,
        attempt=attempt,
        arrivals=Arrivals(kind="poisson", rate_per_s=rate_per_s, in_flight=32) if rate_per_s else None,
        slices=[window],
        load=load or load_of([700] * 100),
        host=host,
        rows_expected=None,
        rows_found=None,
        loaded_pss_bytes=90 * 2**20,
        workers=1,
        invalid=list(invalid),
    )


def run_of(
    trials: Sequence[Trial],
    contenders: Sequence[Contender] | None = None,
    *,
    plan: dict[str, object] | None = None,
    environment: dict[str, object] | None = None,
) -> Run:
    """A run that consists of these trials; `plan` and `environment` change what is said about it."""
    known = contenders or [a_server(name) for name in dict.fromkeys(trial.contender for trial in trials)]
    made = Plan(
        kind="compare",
        profile="quick",
        seed=7,
        limit_s=None,
        catalogue_rows=10_000,
        timing=Timing(users=8, warm_up_min_s=0.3, warm_up_max_s=0.6),
        contenders=list(known),
        workloads=list(dict.fromkeys(trial.workload for trial in trials)),
        rounds=[
            RoundPlan(number=number, lineup=[one.name for one in known], sittings=[])
            for number in sorted({trial.round for trial in trials})
        ],
    )
    where = Environment(
        started_at="2026-01-02T03:04:05+00:00",
        machine={"processor": "Test processor", "cores": "2", "memory": "4 GiB", "system": "Linux 6"},
        versions={"python": "3.11.0", "flask": "3.1.3"},
        revision="0123456789ab",
        server_cores=[0],
        generator_cores=[1],
        settings={},
    )
    return Run(
        plan=made.model_copy(update=plan or {}),
        environment=where.model_copy(update=environment or {}),
        starts=[],
        trials=list(trials),
    )


def a_server(name: str, **changes: object) -> Contender:
    """A contender that nobody starts."""
    return Contender(name=name, framework="Flask", server="gunicorn", command=["{python}"]).model_copy(update=changes)
