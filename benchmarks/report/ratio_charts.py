"""The forest plot: every ratio with its interval, its rounds, and the band within which the control lies."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from benchmarks.analyse import Analysis, Cell, Comparison, Metric
from benchmarks.ratios import EQUIVALENCE, Ratio
from benchmarks.records import Run
from benchmarks.report import html, strips, words
from benchmarks.report.headline import leading
from benchmarks.report.strips import Axis, Strip
from benchmarks.report.tables import Table
from benchmarks.workloads import ALL_WORKLOADS

# Beyond this the drawing of an interval would hide the others.
_WIDEST = 2.0
# More rows than this would neither be read nor fit into the page; the others are told as text.
_MOST_DRAWN = 70
SAME = (1 / (1 + EQUIVALENCE), 1 + EQUIVALENCE)


class Evidence(NamedTuple):
    """What a ratio was made of."""

    rounds: dict[tuple[str, str], dict[int, float]]
    controls: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, analysis: Analysis) -> "Evidence":
        """The CPU per request of every round, and the interval of the control in every workload."""
        controls = {one.workload: (one.ratio.low, one.ratio.high) for one in analysis.trust.control}
        return cls({(cell.contender, cell.workload): _by_round(cell) for cell in analysis.cells}, controls)

    def ratios(self, one: Comparison) -> list[float]:
        """The ratio of each round in which both were measured."""
        base, other = (self.rounds.get((name, one.workload), {}) for name in (one.base, one.other))
        return [other[number] / base[number] for number in base if number in other]


def _by_round(cell: Cell) -> dict[int, float]:
    # Without a reading of the CPU clock there is no value for any round, and nothing to draw.
    return dict(zip(cell.rounds, cell.cpu_s_per_1000, strict=False)) if len(cell.cpu_s_per_1000) == cell.trials else {}


def glance(run: Run, analysis: Analysis) -> str:
    """The comparisons that a reader came for, small enough for the first screen."""
    found = leading(analysis)
    axis = _axis([one for ones in found for one in ones], ("", "CPU ratio", ""))._replace(most_ticks=3)
    evidence = Evidence.of(analysis)
    drawn = "".join(_pair(run, ones, axis, evidence, brief=True) for ones in found)
    return f'<div class="glance">{drawn}</div>' if found else ""


def section(run: Run, analysis: Analysis) -> str:
    """All ratios of CPU as drawings, those of throughput as text."""
    costs = planned(run, analysis, "cpu")
    drawn = _most_wanted(costs)
    told = [one for one in costs if one not in drawn]
    axis = _axis(drawn, ("workload", "ratio (95 % interval)", "verdict"))
    evidence = Evidence.of(analysis)
    pairs = "".join(_pair(run, list(ones), axis, evidence) for _, ones in groupby(drawn, key=_couple))
    return html.section(
        "CPU per request, compared",
        html.note(f"Left of 1: less CPU, right: more. {words.HOW_TO_READ}"),
        pairs or html.note("No two contenders of this run can be compared."),
        html.titled(_matrix(run, told, "Further ratios of CPU per request"), "figures") if told else "",
        _throughput(run, analysis),
    )


def _most_wanted(costs: Sequence[Comparison]) -> list[Comparison]:
    by_pair = [list(ones) for _, ones in groupby(costs, key=_couple)]
    by_interest = sorted(by_pair, key=lambda ones: ones[0].kind not in {"framework", "stack", "control"})
    return [one for ones in strips.limited(by_interest, _MOST_DRAWN) for one in ones]


def planned(run: Run, analysis: Analysis, metric: Metric) -> list[Comparison]:
    """Comparisons that the plan meant to make: a control, for instance, meets few workloads."""
    together = {
        (name, sitting.workload)
        for one in run.plan.rounds
        for sitting in one.sittings
        if sitting.part != "ladder"
        for name in sitting.contenders
    }
    return [
        one
        for one in analysis.comparisons
        if one.metric == metric and {(one.base, one.workload), (one.other, one.workload)} <= together
    ]


def _couple(one: Comparison) -> tuple[str, str]:
    return one.base, one.other


def _throughput(run: Run, analysis: Analysis) -> str:
    rates = planned(run, analysis, "rate")
    table = _matrix(run, rates, "Requests per second, compared")
    return html.folded(table.title, html.table(table, "figures")) if rates else ""


def _matrix(run: Run, comparisons: Sequence[Comparison], title: str) -> Table:
    """Ratios and words, a row for each workload and a column for each pair."""
    pairs = [{one.workload: one for one in ones} for _, ones in groupby(comparisons, key=_couple)]
    heads = [words.pair_title(run.plan.contenders, next(iter(pair.values()))) for pair in pairs]
    rows = [
        [ALL_WORKLOADS[name].title, *(_brief(pair.get(name)) for pair in pairs)]
        for name in run.plan.workloads
        if any(name in pair for pair in pairs)
    ]
    return Table(title, "", ["", *heads], rows)


def _brief(one: Comparison | None) -> str:
    return f"{words.interval(one.ratio)} {one.word}" if one and one.ratio else "–"


def ratio_table(run: Run, comparisons: Sequence[Comparison], title: str) -> Table:
    """Ratios as text."""
    rows = [
        [words.pair_title(run.plan.contenders, one), ALL_WORKLOADS[one.workload].title, words.interval(one.ratio),
         words.verdict(one)]
        for one in comparisons
    ]  # fmt: skip
    return Table(title, "", ["", "workload", "ratio (95 % interval)", "verdict"], rows)


def _axis(comparisons: Sequence[Comparison], heads: tuple[str, str, str]) -> Axis:
    ratios = [one.ratio for one in comparisons if one.ratio]
    held = [end for ratio in ratios for end in ends(ratio)]
    return strips.axis_of([0.9, 1.1, *held], heads, one=1.0, same=SAME)


def ends(ratio: Ratio) -> list[float]:
    """What a scale has to hold of a ratio."""
    # The estimate always fits; an interval that goes on without end does not set the scale.
    low, high = max(ratio.low, ratio.estimate / _WIDEST), min(ratio.high, ratio.estimate * _WIDEST)
    return [low, ratio.estimate, high]


def _pair(run: Run, ones: list[Comparison], axis: Axis, evidence: Evidence, *, brief: bool = False) -> str:
    shown = [_strip(one, evidence, brief=brief) for one in ones]
    return strips.table(words.pair_title(run.plan.contenders, ones[0]), axis, shown, "brief" if brief else "")


def _strip(one: Comparison, evidence: Evidence, *, brief: bool) -> Strip:
    return Strip(
        name=ALL_WORKLOADS[one.workload].title,
        values=evidence.ratios(one),
        middle=one.ratio.estimate if one.ratio else None,
        low=one.ratio.low if one.ratio else None,
        high=one.ratio.high if one.ratio else None,
        figure=words.interval(one.ratio),
        word=one.word if brief else words.verdict(one),
        style=one.word.replace(" ", "-"),
        control=evidence.controls.get(one.workload),
    )
