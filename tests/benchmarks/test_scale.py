"""A run of ten million requests is analysed and rendered in seconds, within half a gigabyte."""

import subprocess
import sys
from pathlib import Path

from benchmarks.histogram import Histogram
from benchmarks.machine import ROOT
from benchmarks.plan import PROFILES, make_plan
from benchmarks.records import Run
from benchmarks.results import Results
from tests.benchmarks.factories import (
    CONTROL,
    FIELD,
    a_load,
    a_start,
    a_trial,
    an_environment,
    latencies,
    some_slices,
    steady_cost,
)

REQUESTS = 10_000_000
WORKLOADS = ("read", "list", "search", "write", "login", "journey")
LIMIT_S = 15
LIMIT_BYTES = 500_000_000

# What a process takes at most is told by its own status; resource.getrusage would count its parent before exec.
PROGRAM = """
import re, sys, time
from pathlib import Path
from benchmarks.report import publish
from benchmarks.results import Results
began = time.process_time()
publish(Results(Path(sys.argv[1])))
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(time.process_time() - began, int(peak) * 1024)
"""


def _many(histogram: Histogram) -> Histogram:
    return Histogram.merged([histogram] * 12)


def a_long_run() -> Run:
    """The plan of a thorough run, each trial with its share of the requests."""
    plan = make_plan("compare", [*FIELD, CONTROL], list(WORKLOADS), PROFILES["thorough"], seed=7)
    places = [
        (one.number, sitting, name) for one in plan.rounds for sitting in one.sittings for name in sitting.contenders
    ]
    # Made once and met again in many trials: what is on disk is as long as if they were all different.
    shapes = [_many(latencies(1000, 700 + 40 * number, seed=number)) for number in range(6)]
    requests = shapes[0].samples
    trials = []
    for turn, (number, sitting, name) in enumerate(places):
        service = shapes[turn % len(shapes)]
        load = a_load(requests=requests, latency_us=service, service_us=service)
        slices = some_slices(requests=requests, cost=steady_cost(name, number), slices=sitting.slices)
        trials.append(a_trial(name, number, workload=sitting.workload, load=load, slices=slices))
    starts = [a_start(name, one.number) for one in plan.rounds for name in one.lineup]
    return Run(plan=plan, environment=an_environment(), starts=starts, trials=trials)


def test_ten_million_requests_are_reported_in_seconds_within_half_a_gigabyte(tmp_path: Path) -> None:
    run, results = a_long_run(), Results.create(tmp_path, "run")
    results.save_plan(run.plan, run.environment)
    for start in run.starts:
        results.save_start(start)
    for trial in run.trials:
        results.save_trial(trial)
    assert sum(trial.load.ok for trial in run.trials) >= REQUESTS
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(results.folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    cpu_s, peak_bytes = map(float, done.stdout.split())
    assert cpu_s < LIMIT_S
    assert peak_bytes < LIMIT_BYTES
