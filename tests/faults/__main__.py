"""`python -m tests.faults`: run the contract suite against every fault, and print which rule killed which."""

import argparse
import signal
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from tests.faults import table, trial
from tests.faults.catalogue import AREA_OF, AREAS, FAULTS
from tests.faults.fault import Fault
from tests.faults.trial import Outcome, Trial
from tests.servers import TWINS

Pair = tuple[Fault, str]
INTERRUPTED = 130
WIDTH = 160


class Group(NamedTuple):
    """What faults have in common that can be tried beside each other."""

    area: str
    twin: str
    settings: tuple[tuple[str, str], ...]


class Plan(NamedTuple):
    """What is asked for."""

    pairs: list[Pair]
    everything: bool
    jobs: int
    json: Path | None
    save: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the plan; 0 when all faults were killed, 1 when one was not, 130 when it was interrupted."""
    plan, trials = _parse(arguments), list[Trial]()
    # The table is the answer; how far it has come is not.
    progress = Console(stderr=True)
    interrupted = False
    try:
        for done in _trials(plan):
            trials.append(done)
            progress.print(f"{len(trials)}/{len(plan.pairs)} {done.verdict} {done.twin} {done.fault}", highlight=False)
    except KeyboardInterrupt:
        interrupted = True
    _report(plan, trials)
    if interrupted:
        return INTERRUPTED
    return 0 if all(done.verdict == "killed" for done in trials) else 1


def _trials(plan: Plan) -> Iterable[Trial]:
    """Every trial as it ends; each area begins with its rules on servers without a fault."""
    pool = ThreadPoolExecutor(plan.jobs)
    futures: list[Future[Trial]] = []
    try:
        for key, pairs in _together(plan.pairs).items():
            rules = sorted({rule for fault, _twin in pairs for rule in fault.rules})
            control = pool.submit(trial.control, key.twin, dict(key.settings), rules)
            futures += [pool.submit(_tried, fault, twin, plan.everything, control) for fault, twin in pairs]
        for future in as_completed(futures):
            yield future.result()
    finally:
        # Those that run stop their servers first.
        pool.shutdown(wait=True, cancel_futures=True)


def _together(pairs: Iterable[Pair]) -> dict[Group, list[Pair]]:
    """What can share one server without a fault, as the proof that its rules pass."""
    groups: dict[Group, list[Pair]] = {}
    for fault, twin in pairs:
        groups.setdefault(Group(AREA_OF[fault.name], twin, tuple(fault.settings.items())), []).append((fault, twin))
    return groups


def _tried(fault: Fault, twin: str, everything: bool, control: Future[dict[str, Outcome]]) -> Trial:
    """A trial, broken if its rules do not pass without the fault either: their failure proves nothing."""
    done, proofless = trial.run(fault, twin, everything=everything), control.result()
    for rule in proofless.keys() & set(fault.rules):
        return done._replace(verdict="broken", rule=rule, said=f"without the fault: {proofless[rule].said}")
    return done


def _report(plan: Plan, trials: list[Trial]) -> None:
    # As wide as it is: a rule that is cut off names nothing.
    console = Console(width=WIDTH)
    console.print(table.terminal(trials))
    for done in trials:
        if done.verdict != "killed":
            console.print(f"{done.verdict}: {done.fault} in {done.twin}: {done.rule} {done.said}", markup=False)
    console.print(table.summary(trials), highlight=False)
    command = " ".join(["python -m tests.faults", *sys.argv[1:]])
    if plan.json:
        table.write(plan.json, table.rows(trials), command)
    if plan.save:
        table.keep(trials, command)


def _parse(arguments: Sequence[str] | None) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=main.__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(FAULTS), metavar="NAME", help="these faults")
    parser.add_argument("--area", nargs="+", choices=sorted(AREAS), metavar="AREA", help=f"of {', '.join(AREAS)}")
    parser.add_argument("--twin", choices=(*TWINS, "both"), default="both", help="the server to be faulty")
    parser.add_argument("--all", action="store_true", help="count the other rules that fail as well (a minute a fault)")
    parser.add_argument("--jobs", type=int, default=2, help="faults at the same time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument("--save", action="store_true", help=f"keep the results in {table.KEPT.name}")
    parser.add_argument("--rest", action="store_true", help=f"only what {table.KEPT.name} does not show as killed")
    parser.add_argument("--list", action="store_true", help="list the faults and try none")
    asked = parser.parse_args(arguments)
    chosen = [
        fault
        for fault in FAULTS.values()
        if (not asked.only or fault.name in asked.only) and (not asked.area or AREA_OF[fault.name] in asked.area)
    ]
    if asked.list:
        for fault in chosen:
            print(f"{AREA_OF[fault.name]:10} {fault.name:36} {fault.sentence}")
        sys.exit()
    done = table.killed() if asked.rest else set()
    pairs = [
        (fault, twin)
        for fault in chosen
        for twin in fault.twins
        if asked.twin in (twin, "both") and (fault.name, twin) not in done
    ]
    return Plan(pairs, asked.all, asked.jobs, asked.json, asked.save)


if __name__ == "__main__":
    # Asked to end, it ends as at Ctrl-C: with what there is, and without a server left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
