"""Latency against offered rate with the promise drawn in, and the spectrum of percentiles, corrected and raw."""

from collections.abc import Callable, Sequence
from itertools import groupby

from benchmarks.analyse import Analysis, Ladder, Latency, Rung, Spectrum
from benchmarks.capacity.promise import EXAMPLE, parse
from benchmarks.records import Run
from benchmarks.report import html
from benchmarks.report.panels import Curve, Panel, panels
from benchmarks.report.series import Look, legend
from benchmarks.report.tables import Table
from benchmarks.text import milliseconds, significant
from benchmarks.workloads import ALL_WORKLOADS

_PERCENTILES: tuple[tuple[str, float, Callable[[Latency], int | None]], ...] = (
    ("p50", 50, lambda latency: latency.p50_us),
    ("p99", 99, lambda latency: latency.p99_us),
    ("maximum", 100, lambda latency: latency.max_us or None),
)
_SPECTRUM_TICKS = (50.0, 90.0, 99.0, 99.9, 99.99, 99.999)


def ladder_section(run: Run, analysis: Analysis, looks: dict[str, Look]) -> str:
    """Latency at rising rates."""
    title = "Latency against load"
    if not analysis.ladders:
        return html.section(title, html.note(_NO_LADDER))
    drawn, told = [], []
    for workload, group in groupby(analysis.ladders, key=lambda ladder: ladder.workload):
        same = list(group)
        drawn += [_ladder_panel(run, workload, same, looks, name) for name, _, _ in _PERCENTILES]
        told.append(html.table(_ladder_table(workload, same, looks), "figures"))
    return html.section(
        title, html.note(_LADDER_NOTE), legend([looks[name] for name in _names(analysis.ladders)]), panels(drawn),
        html.folded("The same as tables", "".join(told)),
    )  # fmt: skip


_NO_LADDER = (
    "This run has no open-loop trials. `python -m benchmarks compare` with two rounds or more ends each round but the "
    "first with some, at rates taken from the first."
)
_LADDER_NOTE = (
    "Open loop: requests come by a schedule, whether or not those before them were answered, and latency counts from "
    "the moment they were due. Hollow marks: less than 99 % of what was offered was served, so that the latency is "
    "that of a queue at its bound. Both axes are logarithmic."
)


def _names(parts: Sequence[Ladder] | Sequence[Spectrum]) -> list[str]:
    return list(dict.fromkeys(one.contender for one in parts))


def _ladder_panel(run: Run, workload: str, same: Sequence[Ladder], looks: dict[str, Look], name: str) -> Panel:
    _, percent, read = next(one for one in _PERCENTILES if one[0] == name)
    curves = [_climb(ladder.rungs, looks[ladder.contender], read) for ladder in same]
    return Panel(
        f"{ALL_WORKLOADS[workload].title}, {name}",
        f"Latency ({name}) of {len(same)} servers at rising rates; the figures are in the table below.",
        "requests offered per second",
        "ms",
        curves,
        promise=_promise(run, percent),
    )


def _climb(rungs: Sequence[Rung], look: Look, read: Callable[[Latency], int | None]) -> Curve:
    known = [
        (rung.kept, (rung.offered_per_s, value / 1000)) for rung in rungs if (value := read(rung.corrected)) is not None
    ]
    return Curve(look, [point for _, point in known], doubtful=[point for kept, point in known if not kept])


def _promise(run: Run, percent: float) -> tuple[float, str] | None:
    """The limit that a promise sets to this percentile."""
    promised = parse(run.plan.promise or EXAMPLE)
    limits = [limit.limit_us / 1000 for limit in promised.limits if limit.percent == percent]
    name = "max" if percent == 100 else f"p{percent:g}"
    return (min(limits), f"promise: {name} < {min(limits):g} ms") if limits else None


def _ladder_table(workload: str, same: Sequence[Ladder], looks: dict[str, Look]) -> Table:
    rates = sorted({rung.offered_per_s for ladder in same for rung in ladder.rungs})
    by_rate = [{rung.offered_per_s: rung for rung in ladder.rungs} for ladder in same]
    rows = [[significant(rate), *(_rung(rungs.get(rate)) for rungs in by_rate)] for rate in rates]
    title = f"{ALL_WORKLOADS[workload].title}: p50 / p99 / maximum in ms (served)"
    return Table(title, "", [title, *(looks[ladder.contender].label for ladder in same)], rows)


def _rung(rung: Rung | None) -> str:
    if rung is None or not rung.scheduled:
        return "–"
    told = " / ".join(milliseconds(read(rung.corrected)) for _, _, read in _PERCENTILES)
    return f"{told} ({100 * rung.ok / rung.scheduled:.1f} %)"


def spectrum_section(analysis: Analysis, looks: dict[str, Look]) -> str:
    """All percentiles at one rate."""
    title = "Percentiles, corrected and raw"
    if not analysis.spectra:
        return html.section(title, html.note(_NO_SPECTRUM))
    drawn, told = [], []
    for workload, group in groupby(analysis.spectra, key=lambda spectrum: spectrum.workload):
        same = list(group)
        drawn.append(_spectrum_panel(workload, same, looks))
        told.append(html.table(_spectrum_table(workload, same, looks), "figures"))
    return html.section(
        title, html.note(_SPECTRUM_NOTE), legend([looks[name] for name in _names(analysis.spectra)]), panels(drawn),
        html.folded("The same as tables", "".join(told)),
    )  # fmt: skip


_NO_SPECTRUM = "No open-loop rate was kept by every server of this run, so that there is none at which to compare."
_SPECTRUM_NOTE = (
    "At the highest rate that every server kept. Heavy: from the moment a request was due; thin and dotted: from the "
    "moment it was sent, which is blind to the wait behind a slow answer. A percentile needs ten samples beyond it; "
    "the last point is the maximum."
)


def _spectrum_panel(workload: str, same: Sequence[Spectrum], looks: dict[str, Look]) -> Panel:
    title = f"{ALL_WORKLOADS[workload].title} at {significant(same[0].offered_per_s)} requests/s"
    reach = max(_rarity(point.percent, one.samples) for one in same for point in one.points)
    ticks = [(1 / (1 - percent / 100), f"{percent:g}") for percent in _SPECTRUM_TICKS]
    curves = [curve for one in same for curve in _spectrum_curves(one, looks[one.contender])]
    return Panel(
        title,
        f"Latency by percentile of {len(same)} servers; the figures are in the table below.",
        "percentile",
        "ms",
        curves,
        x_ticks=[(1.0, "0"), *(tick for tick in ticks if tick[0] <= reach)],
    )


def _rarity(percent: float, samples: int) -> float:
    """One request in how many is slower; the maximum is one in all."""
    return 1 / (1 - percent / 100) if percent < 100 else float(max(samples, 1))


def _spectrum_curves(one: Spectrum, look: Look) -> list[Curve]:
    points = [(_rarity(point.percent, one.samples), point) for point in one.points]
    return [
        Curve(look, [(rarity, point.raw_us / 1000) for rarity, point in points], kind="raw"),
        Curve(look, [(rarity, point.corrected_us / 1000) for rarity, point in points], kind="bare"),
    ]


def _spectrum_table(workload: str, same: Sequence[Spectrum], looks: dict[str, Look]) -> Table:
    percents = sorted({point.percent for one in same for point in one.points})
    by_percent = [{point.percent: point for point in one.points} for one in same]
    rows = [
        ["maximum" if percent == 100 else f"p{percent:g}"]
        + [
            f"{milliseconds(points[percent].corrected_us)} / {milliseconds(points[percent].raw_us)}"
            if percent in points
            else "–"
            for points in by_percent
        ]
        for percent in percents
    ]
    title = f"{ALL_WORKLOADS[workload].title}: corrected / raw in ms"
    return Table(title, "", [title, *(looks[one.contender].label for one in same)], rows)
