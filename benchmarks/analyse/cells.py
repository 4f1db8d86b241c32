"""What each contender cost under each workload, how it started, and how that moved during the run."""

import math
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean, median

from benchmarks.analyse.chosen import Chosen, Place
from benchmarks.analyse.shape import Boot, Cell, Drift, DriftPoint, Latency
from benchmarks.histogram import Histogram
from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.records import Run, Slice, Trial


def places(run: Run) -> Iterator[Place]:
    """Every contender under every workload, in the order of the plan."""
    return (Place(contender.name, workload) for contender in run.plan.contenders for workload in run.plan.workloads)


def cells(run: Run, chosen: Chosen, invalid: Sequence[Trial]) -> list[Cell]:
    """A cell for each place that has a valid trial."""
    return [_cell(place, trials, invalid) for place in places(run) if (trials := chosen.latest(place))]


def latency(parts: Iterable[Histogram]) -> Latency:
    """Percentiles of everything in `parts`: merged, never averaged."""
    merged = Histogram.merged(parts)
    return Latency(
        samples=merged.samples,
        p50_us=merged.percentile_us(50),
        p90_us=merged.percentile_us(90),
        p99_us=merged.percentile_us(99),
        p999_us=merged.percentile_us(99.9),
        max_us=merged.max_us,
    )


def _cell(place: Place, trials: list[Trial], invalid: Sequence[Trial]) -> Cell:
    return Cell(
        part=trials[0].part,
        contender=place.contender,
        workload=place.workload,
        rounds=[trial.round for trial in trials],
        cpu_s_per_1000=[trial.cpu_s_per_1000 for trial in trials if trial.server_cpu_s],
        rate_per_s=[trial.rate_per_s for trial in trials],
        loaded_pss_bytes=[trial.loaded_pss_bytes for trial in trials],
        latency=latency(trial.load.latency_us for trial in trials),
        server_share=median(trial.server_share for trial in trials),
        generator_share=median(trial.generator_share for trial in trials),
        invalid=sum(Place(trial.contender, trial.workload) == place for trial in invalid),
    )


def boots(run: Run) -> list[Boot]:
    """Everybody who was started at least once."""
    return [
        Boot(
            contender=contender.name,
            start_up_s=[start.start_up_s for start in starts],
            idle_pss_bytes=[start.idle_pss_bytes for start in starts],
        )
        for contender in run.plan.contenders
        if (starts := [start for start in run.starts if start.contender == contender.name])
    ]


def drift(run: Run, chosen: Chosen) -> list[Drift]:
    """Where each place moved to, and whether it still moved within its trials."""
    found = []
    for place in places(run):
        if trials := [trial for trial in chosen.latest(place) if trial.server_cpu_s]:
            usual = math.exp(fmean(math.log(trial.cpu_s_per_1000) for trial in trials))
            points = [DriftPoint(one.round, one.slices[0].at_s, one.cpu_s_per_1000 / usual) for one in trials]
            found.append(Drift(**place._asdict(), points=points, within_trials=_within(trials)))
    return found


def _within(trials: list[Trial]) -> Ratio | None:
    halves = [(trial.slices[: len(trial.slices) // 2], trial.slices[len(trial.slices) // 2 :]) for trial in trials]
    costs = [(_cost(trial, late), _cost(trial, early)) for trial, (early, late) in zip(trials, halves, strict=True)]
    told = [(late, early) for late, early in costs if late and early]
    return paired_ratio(*zip(*told, strict=True)) if len(told) > 1 else None


def _cost(trial: Trial, slices: Sequence[Slice]) -> float:
    """CPU seconds for 1,000 requests in some slices of a trial; 0 where there was none."""
    if not any(one.requests for one in slices):
        return 0.0
    return trial.model_copy(update={"slices": list(slices)}).cpu_s_per_1000
