"""`capacity`: the highest rate at which servers keep a promise, by search."""

import argparse

from rich.console import Console
from rich.table import Table

from benchmarks import contenders
from benchmarks.capacity.hunt import hunt_round, window_s
from benchmarks.capacity.outcome import Capacity, capacities
from benchmarks.capacity.promise import EXAMPLE, Promise, broken_by, parse
from benchmarks.capacity.search import Found, Unsettled
from benchmarks.commands.arguments import Commands, names
from benchmarks.commands.budget import add_budget, chosen_profile, chosen_seed
from benchmarks.commands.console import wide_console
from benchmarks.measure import Audience
from benchmarks.plan import duration_s, make_plan
from benchmarks.preparation import new_results, prepared
from benchmarks.records import Incident, Plan, Sitting, Trial
from benchmarks.report import publish
from benchmarks.results import Results
from benchmarks.text import minutes, significant
from benchmarks.workloads import WORKLOADS

INTERRUPTED = 130
NOT_FOUND = 1
_ROUNDS = 4
# Of a server near its limit the rate settles late.
_WARM_UP_MAX_S = 2.0
# Only the estimate of the duration depends on them.
_USUAL_PROBES, _USUAL_RATE_PER_S, _PROBE_OVERHEAD_S = 13, 500, 1.5


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("capacity", help="search for the highest rate that keeps a promise")
    parser.set_defaults(command=run)
    parser.add_argument("--promise", default=EXAMPLE, metavar="TEXT", help=f"default: {EXAMPLE}".replace("%", "%%"))
    parser.add_argument("--only", type=names, default=[], metavar="NAMES", help="contenders, by commas")
    parser.add_argument("--except", dest="but", type=names, default=[], metavar="NAMES", help="not these")
    parser.add_argument("--workloads", type=names, default=["read"], metavar="NAMES", help="default: read")
    parser.add_argument("--database", metavar="URL", help="PostgreSQL to use instead of a throw-away one")
    add_budget(parser)
    parser.set_defaults(rounds=_ROUNDS)


def run(options: argparse.Namespace) -> int:
    """Search, and report what there is, also after Ctrl-C."""
    promise, plan = parse(options.promise), _plan(options)
    results, console = new_results(options.results, "capacity"), wide_console()
    console.print(f"{promise.text}: {len(plan.rounds)} rounds, {_duration(plan, promise)} or more")
    try:
        with prepared(plan, results, options.database) as bench:
            for planned in bench.plan.rounds:
                for hunt in hunt_round(bench, planned, promise, _audience(console, promise)):
                    console.print(f"round {planned.number + 1}  {hunt.stand.contender.name}: {_ended(hunt.step)}")
    except KeyboardInterrupt:
        console.print("interrupted; this is what there is:")
        _publish(results, console)
        return INTERRUPTED
    return 0 if _publish(results, console) else NOT_FOUND


def _plan(options: argparse.Namespace) -> Plan:
    known = contenders.load(contenders.CONTENDERS_FILE).contender
    usual = [one.name for one in known if one.default]
    picked = contenders.choose([one.name for one in known], options.only or usual, options.but, "contender")
    workloads = contenders.choose(list(WORKLOADS), options.workloads, [], "workload")
    lineup = [one for one in known if one.name in picked]
    profile = chosen_profile(options)._replace(warm_up_max_s=_WARM_UP_MAX_S)
    plan = make_plan("capacity", lineup, workloads, profile, chosen_seed(options))
    rounds = [
        planned.model_copy(update={"sittings": [_of_the_search(sitting) for sitting in planned.sittings]})
        for planned in plan.rounds
    ]
    return plan.model_copy(update={"rounds": rounds, "promise": options.promise})


def _duration(plan: Plan, promise: Promise) -> str:
    """How long it takes when servers answer hundreds of requests a second."""
    searches = sum(len(sitting.contenders) for planned in plan.rounds for sitting in planned.sittings)
    probe_s = window_s(promise, _USUAL_RATE_PER_S) + _PROBE_OVERHEAD_S
    return f"{minutes(duration_s(plan) + searches * _USUAL_PROBES * probe_s)} minutes"


def _of_the_search(sitting: Sitting) -> Sitting:
    """The closed loop that a search begins with."""
    return sitting.model_copy(update={"part": "capacity"})


def _audience(console: Console, promise: Promise) -> Audience:
    def trial(trial: Trial) -> None:
        rate = trial.arrivals.rate_per_s if trial.arrivals else trial.rate_per_s
        console.print(
            f"round {trial.round + 1}  {trial.contender:<21} {trial.workload:<8} "
            f"{significant(rate):>6}/s  {_became(trial, promise)}"
        )

    def incident(incident: Incident) -> None:
        console.print(f"round {incident.round + 1}  {incident.contender}: {incident.what}")

    return Audience(trial, incident)


def _became(trial: Trial, promise: Promise) -> str:
    if trial.invalid:
        return f"invalid, {trial.invalid[0]}"
    if not trial.arrivals:
        return "in a closed loop, to begin with"
    return "; ".join(broken_by(promise, trial.load)) or "kept"


def _ended(step: float | Found | Unsettled) -> str:
    match step:
        case Found():
            return f"{significant(step.rate_per_s)}/s"
        case Unsettled():
            return step.reason
        case rate:
            return f"not found yet, next was {significant(rate)}/s"


def _publish(results: Results, console: Console) -> bool:
    """Print what there is; whether every search found something."""
    if not any(results.folder.glob("trials/*.json")):
        return False
    found = capacities(results.load())
    table = Table("server", "workload", "capacity (95 % interval)", "rounds", "not found")
    for one in found:
        table.add_row(
            one.contender, one.workload, _shown(one), str(len(one.rates_per_s)), "; ".join(dict.fromkeys(one.unsettled))
        )
    console.print(table)
    console.print(publish(results))
    return all(one.rates_per_s for one in found)


def _shown(capacity: Capacity) -> str:
    if not capacity.interval:
        return ", ".join(f"{significant(rate)}/s" for rate in capacity.rates_per_s) or "–"
    estimate, low, high = (significant(value) for value in capacity.interval[:3])
    return f"{estimate}/s ({low}–{high})"
