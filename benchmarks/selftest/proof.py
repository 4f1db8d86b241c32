"""The selftest carried out: rounds that compare, then a round in which everything is disturbed on purpose."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import Bench
from benchmarks.host import await_quiet
from benchmarks.load import Generator
from benchmarks.measure import Audience, measure_round, standing
from benchmarks.records import Sitting, Trial
from benchmarks.selftest import findings, plan
from benchmarks.selftest.burners import burning
from benchmarks.selftest.findings import Finding, Stalls, Verdict
from benchmarks.selftest.ledger import read
from benchmarks.sittings import Stand, hold

_ATTEMPTS = 3
_BURN_LIMIT_S = 60.0
_PATIENT_ROUNDS = 2
# Beside as many of them a process gets a fifth of its core.
_BURNERS_ON_A_CORE = 4


class _Room(NamedTuple):
    """The round of disturbances: servers, generator, and where trials go."""

    bench: Bench
    stands: dict[str, Stand]
    generator: Generator
    number: int
    keep: Callable[[Trial], None]

    def held(self, sitting: Sitting, attempt: int) -> Trial:
        """One trial, kept whatever became of it."""
        [name] = sitting.contenders
        [trial] = hold(self.bench, [self.stands[name]], self.generator, self.number, sitting, attempt)
        self.keep(trial)
        return trial


def prove(bench: Bench, ledgers: Path, audience: Audience) -> Verdict:
    """Everything in order, and what comes of it."""
    *comparing, disturbed = bench.plan.rounds
    trials: list[Trial] = []

    def on_trial(trial: Trial) -> None:
        trials.append(trial)
        audience.trial(trial)

    for planned in comparing:
        measure_round(bench, planned, audience._replace(trial=on_trial))
        if planned.number >= _PATIENT_ROUNDS and all(trial.invalid for trial in trials):
            # A machine as loud as this one will not be quiet in the next round.
            break
    control = findings.ratio_of(trials, plan.AGAIN, plan.PLAIN)
    unfit = findings.unfitness(control, plan.ROUNDS, trials)
    found = [
        findings.no_winner(control),
        findings.slowdown(findings.ratio_of(trials, plan.SLOWED, plan.PLAIN), 1 + plan.BURN_SHARE),
    ]
    if not unfit:
        with standing(bench, disturbed, audience) as (stands, generator):
            room = _Room(bench, stands, generator, disturbed.number, _keeper(bench, audience))
            found += _disturbances(room, ledgers, unfit)
    return findings.verdict(found, unfit)


def _keeper(bench: Bench, audience: Audience) -> Callable[[Trial], None]:
    def keep(trial: Trial) -> None:
        bench.results.save_trial(trial)
        audience.trial(trial)

    return keep


def _disturbances(room: _Room, ledgers: Path, unfit: list[str]) -> list[Finding]:
    """A stall, a starved generator and stolen cores; what is disturbed without our doing goes to `unfit`."""
    where = room.bench.environment
    found = []
    if stalled := _undisturbed(room, plan.stalled_sitting(), unfit):
        times, _ = read(plan.ledger_of(ledgers, plan.STALLING))
        found.append(findings.stall(stalled.load, Stalls(times, plan.STALL_S, plan.STALLED_LOAD.rate_per_s)))
    if _undisturbed(room, plan.easy_sitting(), unfit):
        starved = _disturbed(room, plan.easy_sitting(), where.generator_cores, _BURNERS_ON_A_CORE)
        found.append(findings.refused("a starved generator", starved))
    if _undisturbed(room, plan.closed_sitting(), unfit):
        stolen = _disturbed(room, plan.closed_sitting(), where.server_cores, 1)
        found.append(findings.refused("a stolen core", stolen))
        crowded = _disturbed(room, plan.closed_sitting(), room.bench.cores, 1, turn=2)
        found.append(findings.refused("a neighbour on every core", crowded))
    return found


def _undisturbed(room: _Room, sitting: Sitting, unfit: list[str]) -> Trial | None:
    """A valid trial, without which a refusal would prove nothing."""
    for attempt in range(1, _ATTEMPTS + 1):
        await_quiet(room.bench.cores)
        trial = room.held(sitting, attempt)
        if not trial.invalid:
            return trial
    unfit.append(f"nothing was done to {trial.contender}, and it was refused all the same ({trial.invalid[0]})")
    return None


def _disturbed(room: _Room, sitting: Sitting, cores: list[int], burners: int, turn: int = 1) -> Trial:
    """The same trial beside so many burners on each of these cores."""
    with burning(cores, burners, _BURN_LIMIT_S):
        return room.held(sitting, _ATTEMPTS + turn)
