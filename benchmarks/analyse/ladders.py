"""Latency against offered rate, the spectrum of percentiles at one rate, and between which rates the knee is."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from benchmarks.analyse.cells import latency
from benchmarks.analyse.shape import Knee, Ladder, Rung, Spectrum, SpectrumPoint
from benchmarks.histogram import MIN_SAMPLES_BEYOND, Histogram
from benchmarks.records import Trial
from benchmarks.validity import MIN_ACHIEVED

_PERCENTS = (1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99, 99.995, 99.999)


def ladders(trials: Iterable[Trial], names: Sequence[str]) -> list[Ladder]:
    """A ladder for each contender and workload that was loaded by schedule, in the order of `names`."""
    ordered = sorted(trials, key=lambda trial: (trial.workload, names.index(trial.contender), _offered(trial)))
    return [
        Ladder(
            contender=contender,
            workload=workload,
            rungs=[_rung(offered, list(same)) for offered, same in groupby(steps, key=_offered)],
        )
        for (workload, contender), steps in groupby(ordered, key=lambda trial: (trial.workload, trial.contender))
    ]


def _offered(trial: Trial) -> float:
    return trial.arrivals.rate_per_s if trial.arrivals else 0.0


def _rung(offered_per_s: float, attempts: list[Trial]) -> Rung:
    trials = [trial for trial in attempts if not trial.invalid]
    loads = [trial.load for trial in trials]
    counts = {name: sum(getattr(load, name) for load in loads) for name in _COUNTS}
    window_s = sum(trial.window_s for trial in trials)
    kept = bool(trials) and counts["ok"] >= MIN_ACHIEVED * counts["scheduled"]
    return Rung(
        offered_per_s=offered_per_s,
        achieved_per_s=counts["ok"] / window_s if window_s else 0.0,
        trials=len(trials),
        corrected=latency(load.latency_us for load in loads),
        raw=latency(load.service_us for load in loads),
        **counts,
        kept=kept,
        why="" if kept else _why(attempts, counts),
    )


_COUNTS = ("scheduled", "ok", "failed", "late", "dropped")


def _why(attempts: list[Trial], counts: dict[str, int]) -> str:
    if not counts["scheduled"]:
        return "no valid trial: " + "; ".join(dict.fromkeys(reason for one in attempts for reason in one.invalid))
    lost = ", ".join(f"{counts[name]:,} {name}" for name in ("failed", "late", "dropped") if counts[name])
    share = 100 * counts["ok"] / counts["scheduled"]
    return f"{share:.1f} % of the arrivals were served ({lost or 'the rest unanswered'})"


def spectra(found: Sequence[Ladder], trials: Sequence[Trial]) -> list[Spectrum]:
    """For each workload, the spectra of all contenders at the highest rung that every one of them kept."""
    drawn = []
    for workload, group in groupby(found, key=lambda ladder: ladder.workload):
        same = list(group)
        common = set.intersection(*({rung.offered_per_s for rung in one.rungs if rung.kept} for one in same))
        drawn += [_spectrum(one.contender, workload, max(common), trials) for one in same] if common else []
    return drawn


def _spectrum(contender: str, workload: str, offered_per_s: float, trials: Sequence[Trial]) -> Spectrum:
    loads = [
        trial.load
        for trial in trials
        if (trial.contender, trial.workload, _offered(trial)) == (contender, workload, offered_per_s)
        and not trial.invalid
    ]
    corrected = Histogram.merged(load.latency_us for load in loads)
    raw = Histogram.merged(load.service_us for load in loads)
    told = [percent for percent in _PERCENTS if corrected.samples * (100 - percent) / 100 >= MIN_SAMPLES_BEYOND]
    points = [SpectrumPoint(percent, corrected.value_at(percent), raw.value_at(percent)) for percent in told]
    return Spectrum(
        contender=contender,
        workload=workload,
        offered_per_s=offered_per_s,
        samples=corrected.samples,
        points=[*points, SpectrumPoint(100, corrected.max_us, raw.max_us)],
    )


def knees(found: Iterable[Ladder]) -> list[Knee]:
    """The bracket of each ladder; a rung above one that was not kept counts for nothing."""
    brackets = []
    for ladder in found:
        told = [rung for rung in ladder.rungs if rung.trials]
        broken = next((rung.offered_per_s for rung in told if not rung.kept), None)
        below = [rung.offered_per_s for rung in told if broken is None or rung.offered_per_s < broken]
        brackets.append(
            Knee(
                contender=ladder.contender,
                workload=ladder.workload,
                kept_per_s=max(below, default=None),
                broken_per_s=broken,
            )
        )
    return brackets
