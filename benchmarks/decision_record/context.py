"""Where a record comes from: the machine, what was measured and what was not, and how to do it again."""

import re
from collections.abc import Iterator

from benchmarks.analyse import Analysis, Trust
from benchmarks.decision_record.answers import Choice
from benchmarks.plan import PROFILES, sitting
from benchmarks.records import Plan, Run
from benchmarks.text import percent
from benchmarks.workloads import ALL_WORKLOADS, WORKLOADS

_DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def status(trust: Trust) -> str:
    """Whether the record can be relied upon."""
    if trust.control_found_a_winner:
        return "Not to be relied upon: the control found a winner where there is none."
    if trust.valid < trust.planned:
        return f"Incomplete: {trust.valid} of {trust.planned} planned trials are valid."
    return "Measured; who decides weighs this against what was not measured."


def machine(run: Run) -> str:
    """The machine in a line."""
    place = run.environment
    known = place.machine
    parts = [known.get("processor", "unknown processor"), f"{known.get('cores', '?')} cores"]
    return ", ".join([*parts, *(known[name] for name in ("memory", "system") if name in known)])


def versions(run: Run, choice: Choice) -> str:
    """Of what the two consist of, as far as it is known by name."""
    wanted = {"python", "sqlalchemy", "pydantic"}
    for contender in (choice.base, choice.other):
        wanted |= {contender.framework.lower(), contender.server.lower()}
    return ", ".join(f"{name} {number}" for name, number in run.environment.versions.items() if name in wanted)


def measured(run: Run, analysis: Analysis) -> str:
    """What was done, in two sentences."""
    plan, trust = run.plan, analysis.trust
    known = _measured_workloads(analysis)
    titles = ", ".join(ALL_WORKLOADS[name].title.lower() for name in plan.workloads if name in known)
    rounds = len({trial.round for trial in run.trials})
    noise = (
        "" if trust.noise is None else f" Two starts of one server differ by {100 * trust.noise:.1f} % (noise floor)."
    )
    return (
        f"CPU of the whole process tree for one request ({titles or 'none'}), over {plan.catalogue_rows:,} books, in "
        f"{rounds} rounds of fresh server starts; {trust.valid} of {trust.planned} planned trials are valid, after "
        f"{trust.checks:,} checked answers.{noise or ''}"
    )


def not_measured(run: Run, analysis: Analysis) -> list[str]:
    """What nobody may read out of this record."""
    return [*_gaps(analysis), *_surroundings(run), *_place(run)]


def _measured_workloads(analysis: Analysis) -> set[str]:
    return {cell.workload for cell in analysis.cells}


def _gaps(analysis: Analysis) -> Iterator[str]:
    known = _measured_workloads(analysis)
    if left_out := [workload.title.lower() for name, workload in WORKLOADS.items() if name not in known]:
        yield f"Workloads: {', '.join(left_out)}."
    if missing := len(analysis.trust.missing):
        yield f"{missing} of {analysis.trust.planned} planned trials: no attempt was valid."
    if not any(rung.trials for ladder in analysis.ladders for rung in ladder.rungs):
        yield "Latency at a given rate of arrivals."
    if not analysis.capacities:
        yield "The highest rate that keeps a promise (capacity)."


def _surroundings(run: Run) -> Iterator[str]:
    used = {contender.database for contender in run.plan.contenders}
    yield from (f"{title}: no contender used it." for name, title in _DATABASES.items() if name not in used)
    workers = sorted({contender.workers for contender in run.plan.contenders})
    told = " or ".join(map(str, workers))
    yield f"Other than {told} worker process{'' if workers == [1] else 'es'} a server."
    yield "Another number of requests at once, with which ratios of frameworks change."


def _place(run: Run) -> Iterator[str]:
    if any(not contender.url for contender in run.plan.contenders):
        yield "A network: client and server met on loopback, without TLS, delay or loss."
    if run.environment.co_located:
        yield "Servers by themselves: they shared cores with the generator."
    yield "Any other machine, catalogue, or mix of requests."


def command(run: Run) -> str:
    """The command that makes the same plan."""
    plan = run.plan
    chosen = [one for one in plan.contenders if not one.control_of]
    words = ["python -m benchmarks", plan.kind, "--profile", plan.profile, "--seed", str(plan.seed)]
    if plan.kind == "compare":
        words += _selection(plan, [one.name for one in chosen if not one.url])
        words += [f"--url {one.name}={one.url}" for one in chosen if one.url]
    return " ".join(words)


def _selection(plan: Plan, names: list[str]) -> Iterator[str]:
    if names:
        yield f"--only {','.join(names)}"
    yield f"--workloads {','.join(plan.workloads)}"
    usual = PROFILES.get(plan.profile)
    if not usual or usual.rounds != len(plan.rounds):
        yield f"--rounds {len(plan.rounds)}"
    first = next(iter(plan.rounds[0].sittings), None)
    if first and (not usual or first != sitting(first.workload, first.contenders, usual)):
        yield f"--seconds {first.slice_s * first.slices:g}"


def repeat(run: Run) -> list[str]:
    """What to type: for the same code, where that was committed, and then for the same plan."""
    revision = re.fullmatch("([0-9a-f]{7,40})(-dirty)?", run.environment.revision)
    checkout = f"git checkout {revision[1]}" if revision else "# measured outside of a repository"
    changed = "  # the run had changes on top of it that were not committed" if revision and revision[2] else ""
    return [checkout + changed, command(run)]


def disturbances(trust: Trust) -> str:
    """The worst that the machine did beside a valid trial."""
    return (
        f"{percent(trust.worst_steal_share)} stolen by the hypervisor, {percent(trust.worst_other_share)} used by "
        f"others, the generator at {percent(trust.worst_generator_share)} of its core"
    )
