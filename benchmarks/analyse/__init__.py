"""From raw trials to what may be said: pure functions, the same answer for the same files."""

from benchmarks.analyse.cells import boots, cells, drift
from benchmarks.analyse.chosen import Chosen, judged
from benchmarks.analyse.comparisons import compare
from benchmarks.analyse.ladders import knees, ladders, spectra
from benchmarks.analyse.pace import SteadyPace
from benchmarks.analyse.pairs import KINDS, pairs
from benchmarks.analyse.shape import (
    Analysis,
    Boot,
    CapacityFound,
    Cell,
    Comparison,
    Drift,
    Kind,
    Knee,
    Ladder,
    Latency,
    Metric,
    PaceSeen,
    Rung,
    Spectrum,
    Trust,
    Word,
)
from benchmarks.analyse.trust import trust
from benchmarks.capacity.outcome import capacities
from benchmarks.layers.cost import layers
from benchmarks.records import Run

METRICS: tuple[Metric, ...] = ("cpu", "rate")
_CLOSED = frozenset({"matrix", "layers"})

__all__ = [
    "KINDS", "METRICS", "Analysis", "Boot", "CapacityFound", "Cell", "Comparison", "Drift", "Kind", "Knee", "Ladder",
    "Latency", "Metric", "PaceSeen", "Rung", "Spectrum", "Trust", "Word", "analyse", "pairs",
]  # fmt: skip


def analyse(run: Run) -> Analysis:
    """The analysis of a run, complete or interrupted."""
    # CPU is told at the mean pace of the cores, whatever it was while one or the other was measured.
    pace = SteadyPace.seen_in(run.trials)
    trials = pace.told(judged(run))
    judged_run = run.model_copy(update={"trials": trials})
    closed = [trial for trial in trials if trial.part in _CLOSED]
    steps = [trial for trial in trials if trial.part == "ladder"]
    chosen = Chosen(trial for trial in closed if not trial.invalid)
    comparisons = [
        one for metric in METRICS for one in compare(chosen, run.plan.contenders, run.plan.workloads, metric)
    ]
    climbed = ladders(steps, [contender.name for contender in run.plan.contenders])
    return Analysis(
        comparisons=comparisons,
        cells=cells(run, chosen, [trial for trial in closed if trial.invalid]),
        ladders=climbed,
        spectra=spectra(climbed, steps),
        knees=knees(climbed),
        capacities=_capacities(judged_run),
        layers=layers(judged_run) if run.plan.kind == "layers" else [],
        boots=boots(run),
        trust=trust(run, trials, comparisons, pace),
        drift=drift(run, chosen),
    )


def _capacities(run: Run) -> list[CapacityFound]:
    return [
        CapacityFound(
            contender=one.contender,
            workload=one.workload,
            promise=run.plan.promise,
            rates_per_s=one.rates_per_s,
            interval=one.interval,
            unsettled=one.unsettled,
        )
        for one in capacities(run)
    ]
