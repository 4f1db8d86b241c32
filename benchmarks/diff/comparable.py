"""Whether two runs may be compared at all, and what a reader of the comparison must know."""

from collections.abc import Iterator
from statistics import median

from benchmarks.records import Contender, Environment, Run
from benchmarks.speedometer import WATCH

# Without these in common, a difference says nothing about the code.
_MACHINE = ("processor", "cores")
# A machine whose fixed piece of work takes so much longer is in another state.
_SPIN_TOLERANCE = 0.05


def obstacles(base: Run, new: Run) -> list[str]:
    """Why these two runs are not comparable; nothing when they are."""
    return [
        *_of_the_machine(base.environment, new.environment),
        *_of_the_load(base, new),
        *_of_the_watch(base, new),
    ]


def _of_the_machine(base: Environment, new: Environment) -> Iterator[str]:
    for name in _MACHINE:
        yield from _unequal(f"the machine's {name}", base.machine.get(name), new.machine.get(name))
    yield from _unequal("cores for a server", len(base.server_cores), len(new.server_cores))
    yield from _unequal("server and generator on the same cores", base.co_located, new.co_located)


def _of_the_load(base: Run, new: Run) -> Iterator[str]:
    yield from _unequal("the command", base.plan.kind, new.plan.kind)
    yield from _unequal("the number of users", base.plan.timing.users, new.plan.timing.users)
    yield from _unequal("books in the catalogue", base.plan.catalogue_rows, new.plan.catalogue_rows)
    yield from _unequal("the promise", base.plan.promise, new.plan.promise)
    for one, other, kind in (
        (_names(base), _names(new), "contender"),
        (base.plan.workloads, new.plan.workloads, "workload"),
    ):
        if not set(one) & set(other):
            yield f"no {kind} in common: {', '.join(one)} and {', '.join(other)}"


def _of_the_watch(base: Run, new: Run) -> Iterator[str]:
    # The lab did not always write it down, and what it costs the servers has changed (decision 26).
    yield from _unequal(f"the {WATCH}", base.environment.settings.get(WATCH), new.environment.settings.get(WATCH))


def _unequal(what: str, base: object, new: object) -> Iterator[str]:
    if base != new:
        yield f"{what}: {base} and {new}"


def _names(run: Run) -> list[str]:
    return [contender.name for contender in run.plan.contenders]


def remarks(base: Run, new: Run) -> list[str]:
    """What is different, or suspiciously equal, without forbidding the comparison."""
    return [*_of_versions(base.environment, new.environment), *_of_contenders(base, new), *_of_calibration(base, new)]


def _of_versions(base: Environment, new: Environment) -> Iterator[str]:
    for name in ("memory", "system"):
        yield from _unequal(name, base.machine.get(name), new.machine.get(name))
    for name in sorted(base.versions.keys() | new.versions.keys()):
        yield from _unequal(name, base.versions.get(name), new.versions.get(name))
    for name in sorted((base.settings.keys() | new.settings.keys()) - {WATCH}):
        yield from _unequal(name, base.settings.get(name), new.settings.get(name))
    if base.revision == new.revision:
        yield f"both were measured at revision {base.revision}"


def _of_contenders(base: Run, new: Run) -> Iterator[str]:
    before = {contender.name: contender for contender in base.plan.contenders}
    after = {contender.name: contender for contender in new.plan.contenders}
    for name in sorted(before.keys() ^ after.keys()):
        yield f"{name} is only in {'the base' if name in before else 'the new run'}"
    for name in sorted(before.keys() & after.keys()):
        if _started(before[name]) != _started(after[name]):
            yield f"{name} is started in another way"


def _started(contender: Contender) -> tuple[object, ...]:
    return (
        contender.command, contender.url, contender.workers, contender.threads, contender.database,
        contender.environment,
    )  # fmt: skip


def _of_calibration(base: Run, new: Run) -> Iterator[str]:
    before, after = _spin_us(base), _spin_us(new)
    if before and after and abs(after / before - 1) > _SPIN_TOLERANCE:
        yield f"a fixed piece of work took {before:.0f} µs and {after:.0f} µs: the machine itself has changed its pace"


def _spin_us(run: Run) -> float:
    spins = [one for trial in run.trials for one in (trial.host.spin_before_us, trial.host.spin_after_us) if one]
    return median(spins) if spins else 0.0
