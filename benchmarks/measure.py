"""One round from its first server start to its last trial: launch, verify, load, and what each trial cost."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from benchmarks import process_tree
from benchmarks.catalogue import Catalogue
from benchmarks.host import busy_s
from benchmarks.launch import Server, running
from benchmarks.load import Generator, TrialFailed
from benchmarks.process_tree import ProcessGone
from benchmarks.records import Contender, Environment, Load, Plan, RoundPlan, Start, Trial
from benchmarks.results import Results
from benchmarks.verify import verify

MAX_ATTEMPTS = 3
READY_PATH = "/health/ready"


class Bench(NamedTuple):
    """What every round uses."""

    plan: Plan
    environment: Environment
    catalogue: Catalogue
    results: Results


class Meter:
    """Reads what a process tree, and all cores in use, spent between two calls."""

    def __init__(self, root: int, cores: list[int]) -> None:
        self._root, self._cores = root, cores
        self._before: dict[int, int] = {}
        self.cpu_s = self.busy_s = 0.0
        self.pss_bytes = 0

    def begin(self) -> None:
        """The window opens."""
        self._before, self.busy_s = process_tree.read_cpu(self._root), -busy_s(self._cores)

    def end(self) -> None:
        """The window closes; memory is read while the load is still on."""
        self.cpu_s = process_tree.cpu_s_between(self._before, process_tree.read_cpu(self._root))
        self.busy_s += busy_s(self._cores)
        self.pss_bytes = process_tree.pss_bytes(self._root)

    def other_share(self, load: Load) -> float:
        """How much of the cores went to anything but the server and its load, to about a percent."""
        available_s = load.window_s * len(self._cores)
        others_s = self.busy_s - self.cpu_s - load.generator_cpu_s
        return max(0.0, others_s / available_s) if available_s else 0.0


class Stand(NamedTuple):
    """A server of a round, and the generator that loads it."""

    contender: Contender
    server: Server
    generator: Generator


def measure_round(bench: Bench, planned: RoundPlan, report: Callable[[Trial], None]) -> None:
    """Carry out one round of the plan; each trial is on disk, and reported, when it ends."""
    contenders = {contender.name: contender for contender in bench.plan.contenders}
    with ExitStack() as stack:
        stands = {name: stack.enter_context(_stand(bench, contenders[name], planned.number)) for name in planned.lineup}
        for stand in stands.values():
            stand.generator.await_ready()
        for trial_plan in planned.trials:
            for trial in _attempts(bench, stands[trial_plan.contender], planned.number, trial_plan.workload):
                bench.results.save_trial(trial)
                report(trial)


@contextmanager
def _stand(bench: Bench, contender: Contender, number: int) -> Iterator[Stand]:
    log = bench.results.log(f"{number:02d}-{contender.name}")
    database, cores = bench.catalogue.fresh_copy(contender.name), bench.environment
    with running(contender, database, cores.server_cores, log, READY_PATH) as server:
        start = Start(
            round=number,
            contender=contender.name,
            start_up_s=server.start_up_s,
            idle_pss_bytes=process_tree.pss_bytes(server.pid),
            checks=_verify(bench, contender, number, server),
        )
        bench.results.save_start(start)
        with Generator(server.url, cores.generator_cores, log.with_suffix(".generator.log")) as generator:
            yield Stand(contender, server, generator)


def _verify(bench: Bench, contender: Contender, number: int, server: Server) -> int:
    if contender.layer:
        # A bare application keeps no contract; its two answers are checked like all others under load.
        return 0
    return verify(server.url, contender.name, random.Random(f"{bench.plan.seed} {number} {contender.name}"))


def _attempts(bench: Bench, stand: Stand, number: int, workload: str) -> Iterator[Trial]:
    """Trials until one is valid, at most MAX_ATTEMPTS of them."""
    for attempt in range(1, MAX_ATTEMPTS + 1):
        trial = _trial(bench, stand, number, workload, attempt)
        yield trial
        if not trial.invalid:
            return


def _trial(bench: Bench, stand: Stand, number: int, workload: str, attempt: int) -> Trial:
    cores = {*bench.environment.server_cores, *bench.environment.generator_cores}
    meter = Meter(stand.server.pid, sorted(cores))
    invalid, load = [], Load.nothing()
    try:
        load = stand.generator.load(workload, bench.plan.timing, meter.begin, meter.end)
    except (TrialFailed, ProcessGone) as error:
        invalid.append(str(error))
    else:
        invalid += reasons_against(load)
    return Trial(
        round=number,
        contender=stand.contender.name,
        workload=workload,
        attempt=attempt,
        load=load,
        server_cpu_s=meter.cpu_s,
        loaded_pss_bytes=meter.pss_bytes,
        workers=stand.contender.workers,
        other_cpu_share=meter.other_share(load),
        invalid=invalid,
    )


def reasons_against(load: Load) -> list[str]:
    """Why what the generator saw is no measurement."""
    reasons = [f"{count} failures: {reason}" for reason, count in sorted(load.failures.items())]
    return reasons if load.requests else [*reasons, "no request succeeded"]
