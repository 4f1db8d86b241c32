"""Why the numbers can be believed, or not: what was planned, which gates were broken, and how large the noise is."""

import math
from collections.abc import Iterable, Sequence
from statistics import fmean

from benchmarks.analyse.pace import SteadyPace
from benchmarks.analyse.shape import Comparison, ControlSpread, GateCount, Trust
from benchmarks.records import Run, Trial
from benchmarks.validity import GATES, gate_of


def trust(run: Run, trials: Sequence[Trial], comparisons: Iterable[Comparison], pace: SteadyPace) -> Trust:
    """What speaks for a run and what against it."""
    valid = [trial for trial in trials if not trial.invalid]
    done = {_place(trial) for trial in valid}
    planned = _planned(run)
    control = _control(comparisons)
    pressures = [trial.host.pressure for trial in valid if trial.host.pressure is not None]
    return Trust(
        valid=sum(place in done for place in planned),
        planned=len(planned),
        attempts=len(trials),
        invalid_attempts=len(trials) - len(valid),
        gates=_gates(trials),
        invalid=[f"{_where(trial)}, attempt {trial.attempt}: {reason}" for trial in trials for reason in trial.invalid],
        incidents=[f"round {one.round + 1}, {one.contender}: {one.what}" for one in run.incidents],
        missing=[told for place, told in planned.items() if place not in done],
        starts=len(run.starts),
        checks=sum(start.checks for start in run.starts),
        noise=_noise(control),
        worst_control=max((math.expm1(abs(math.log(one.ratio.estimate))) for one in control), default=None),
        control=control,
        control_found_a_winner=any(one.word in {"faster", "slower"} for one in control),
        worst_steal_share=max((trial.host.steal_share for trial in valid), default=0.0),
        worst_other_share=max((trial.other_cpu_share for trial in valid), default=0.0),
        worst_generator_share=max((trial.load.generator_peak for trial in valid), default=0.0),
        worst_pressure=max(pressures, default=None),
        pace=pace.shown(trials),
        co_located=run.environment.co_located,
    )


def _place(trial: Trial) -> tuple[object, ...]:
    return trial.round, trial.part, trial.workload, trial.contender, trial.arrivals and trial.arrivals.rate_per_s


def _where(trial: Trial) -> str:
    rate = f" at {trial.arrivals.rate_per_s:g}/s" if trial.arrivals else ""
    return f"round {trial.round + 1}, {trial.contender}, {trial.workload}{rate}"


def _planned(run: Run) -> dict[tuple[object, ...], str]:
    """What was to be measured, by place, and how it is told."""
    return {
        (one.number, sitting.part, sitting.workload, name, rate): (
            f"round {one.number + 1}, {name}, {sitting.workload}" + (f" at {rate:g}/s" if rate else "")
        )
        for one in run.plan.rounds
        for sitting in one.sittings
        for name in sitting.contenders
        for rate in [sitting.arrivals and sitting.arrivals.rate_per_s]
    }


def _gates(trials: Sequence[Trial]) -> list[GateCount]:
    broken = [{gate_of(reason) for reason in trial.invalid} for trial in trials]
    return [
        GateCount(
            number=gate.number,
            name=gate.name,
            sentence=gate.sentence,
            broken=sum(gate.name in names for names in broken),
        )
        for gate in GATES
    ]


def _control(comparisons: Iterable[Comparison]) -> list[ControlSpread]:
    return [
        ControlSpread(workload=one.workload, ratio=one.ratio, word=one.word)
        for one in comparisons
        if one.kind == "control" and one.metric == "cpu" and one.ratio
    ]


def _noise(control: Sequence[ControlSpread]) -> float | None:
    # The second moment of the logarithms around 0, from each workload's mean and spread.
    squares = [
        math.log(one.ratio.estimate) ** 2 + one.ratio.log_spread**2 * (one.ratio.rounds - 1) / one.ratio.rounds
        for one in control
    ]
    return math.expm1(math.sqrt(fmean(squares))) if squares else None
