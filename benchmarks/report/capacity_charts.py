"""The highest rate that keeps a promise, by search; or at least between which rates it lies."""

from collections.abc import Sequence
from itertools import groupby

from benchmarks.analyse import Analysis, CapacityFound, Knee
from benchmarks.report import html, strips
from benchmarks.report.series import Look
from benchmarks.report.strips import Strip
from benchmarks.report.tables import Table
from benchmarks.text import significant
from benchmarks.workloads import ALL_WORKLOADS


def section(analysis: Analysis, looks: dict[str, Look]) -> str:
    """What was found, or what the ladder tells instead."""
    found = "".join(
        _drawn(list(same), looks)
        for _, same in groupby(analysis.capacities, key=lambda one: (one.workload, one.promise))
    )
    return html.section("Capacity", found or html.note(_NO_SEARCH), _brackets(analysis, looks))


_NO_SEARCH = "Not searched in this run: `python -m benchmarks capacity` finds the highest rate that keeps a promise."


def _drawn(same: Sequence[CapacityFound], looks: dict[str, Look]) -> str:
    rates = [rate for one in same for rate in one.rates_per_s]
    axis = strips.axis_of([0.0, *rates], ("", "requests/s (95 % interval)", ""), logarithmic=False)
    title = f"{ALL_WORKLOADS[same[0].workload].title}: highest rate that keeps {same[0].promise}"
    return strips.table(title, axis, [_strip(one, looks[one.contender]) for one in same], "told")


def _strip(one: CapacityFound, look: Look) -> Strip:
    interval = one.interval
    return Strip(
        name=look.label,
        values=one.rates_per_s,
        middle=interval.estimate if interval else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        figure=_figure(one),
        word="; ".join(one.unsettled),
        style=look.style,
    )


def _figure(one: CapacityFound) -> str:
    if one.interval:
        estimate, low, high = map(significant, (one.interval.estimate, one.interval.low, one.interval.high))
        return f"{estimate} ({low}–{high})"
    return ", ".join(map(significant, one.rates_per_s)) or "–"


def _brackets(analysis: Analysis, looks: dict[str, Look]) -> str:
    if not analysis.knees:
        return ""
    rows = [
        [looks[knee.contender].label, ALL_WORKLOADS[knee.workload].title, _rate(knee.kept_per_s), _broken(knee)]
        for knee in analysis.knees
    ]
    note = "The ladder tells only between which of its rates a server stopped serving 99 % of what was offered."
    return html.titled(Table("From the ladder", note, ["", "workload", "kept, requests/s", "not kept"], rows))


def _rate(rate_per_s: float | None) -> str:
    return "none" if rate_per_s is None else significant(rate_per_s)


def _broken(knee: Knee) -> str:
    return "never, up to the highest rate" if knee.broken_per_s is None else significant(knee.broken_per_s)
