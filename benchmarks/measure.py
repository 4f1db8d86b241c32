"""One round from its first server start to its last trial: launch, verify, load, and what each trial cost."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from benchmarks.affinity import bind
from benchmarks.bench import Bench
from benchmarks.failures import LabError
from benchmarks.host import await_quiet
from benchmarks.launch import Server
from benchmarks.lineup import answering
from benchmarks.load import Generator
from benchmarks.meters import MeterFailed
from benchmarks.records import Contender, Incident, RoundPlan, Sitting, Start, Trial
from benchmarks.sittings import Stand, hold
from benchmarks.verify import Verified, verify


class Audience(NamedTuple):
    """Who is told about a round while it goes on."""

    trial: Callable[[Trial], None]
    incident: Callable[[Incident], None]


def measure_round(bench: Bench, planned: RoundPlan, audience: Audience) -> None:
    """Carry out one round of the plan; each trial is on disk, and reported, when its sitting ends."""
    with standing(bench, planned, audience) as (stands, generator):
        for sitting in planned.sittings:
            for trial in attempts(bench, stands, generator, planned.number, sitting):
                bench.results.save_trial(trial)
                audience.trial(trial)


@contextmanager
def standing(bench: Bench, planned: RoundPlan, audience: Audience) -> Iterator[tuple[dict[str, Stand], Generator]]:
    """All servers of a round that can be started, side by side, and the generator that loads them."""
    contenders = {contender.name: contender for contender in bench.plan.contenders}

    def tell(contender: str, what: str) -> None:
        incident = Incident(round=planned.number, contender=contender, what=what)
        bench.results.save_incident(incident)
        audience.incident(incident)

    # Before any server starts: it loads on a core that servers start on.
    bench.generator.await_ready()
    with ExitStack() as stack:
        stands: dict[str, Stand] = {}
        lineup = [contenders[name] for name in planned.lineup]
        for begun, server in answering(bench, lineup, planned.number, tell, stack):
            try:
                stands[begun.contender.name] = _checked(bench, begun.contender, planned.number, server)
            except (LabError, MeterFailed) as error:
                begun.give_up(str(error))
        yield stands, bench.generator
        bench.generator.leave()
        for stand in stands.values():
            stand.server.ask_to_stop()


def _checked(bench: Bench, contender: Contender, number: int, server: Server) -> Stand:
    """A server on the cores where it will be measured, which keeps the contract."""
    if server.pid:
        bind(server.pid, bench.environment.server_cores)
    verified = _verify(bench, contender, number, server.url)
    start = Start(
        round=number,
        contender=contender.name,
        start_up_s=server.start_up_s,
        idle_pss_bytes=server.meter.pss_bytes(),
        checks=verified.checks,
        sample_bytes=verified.sample_bytes,
    )
    bench.results.save_start(start)
    return Stand(contender, server, lambda: bench.catalogue.count_books(contender))


def _verify(bench: Bench, contender: Contender, number: int, url: str) -> Verified:
    if contender.layer:
        # A bare application keeps no contract; its two answers are checked like all others under load.
        return Verified(0, 0)
    return verify(url, contender.name, random.Random(f"{bench.plan.seed} {number} {contender.name}"))


def attempts(
    bench: Bench, stands: dict[str, Stand], generator: Generator, number: int, sitting: Sitting
) -> Iterator[Trial]:
    """The trials of a sitting, which is held again while one of them is invalid and the plan allows it."""
    line = [name for name in sitting.contenders if name in stands]
    failures: dict[str, int] = dict.fromkeys(line, 0)
    for attempt in range(1, bench.plan.timing.attempts + 1):
        present = [stands[name] for name in line if failures[name] < 2]
        if not present:
            return
        if attempt > 1:
            await_quiet(bench.cores)
        trials = hold(bench, present, generator, number, sitting, attempt)
        yield from trials
        for trial in trials:
            # One that answers wrongly twice will not learn it, and the others are not held up a third time.
            failures[trial.contender] += bool(trial.load.failures) or not trial.slices
        if not worth_repeating(trials, failures):
            return


def worth_repeating(trials: Sequence[Trial], failures: dict[str, int]) -> bool:
    """Whether an invalid trial may turn out valid in another attempt."""
    return any(trial.invalid and failures[trial.contender] < 2 for trial in trials)
