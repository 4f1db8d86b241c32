"""What wrk found, beside what a run of this lab found: pure functions."""

import math
from collections.abc import Sequence
from statistics import geometric_mean
from typing import NamedTuple

from rich.table import Table

from benchmarks.analyse import analyse, pairs
from benchmarks.analyse.pace import exponent
from benchmarks.crosscheck.turns import Turn
from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.records import Contender, Run, Slice
from benchmarks.text import interval


class Finding(NamedTuple):
    """One ratio of CPU per request by wrk and, where that was measured, by the lab."""

    title: str
    workload: str
    by_wrk: Ratio
    by_lab: Ratio | None

    @property
    def agrees(self) -> bool:
        """Whether wrk's estimate lies in the interval of the lab, or the two intervals meet."""
        lab = self.by_lab
        return lab is not None and lab.low <= self.by_wrk.high and self.by_wrk.low <= lab.high

    @property
    def inside(self) -> bool:
        """Whether wrk's estimate lies in the interval of the lab."""
        return self.by_lab is not None and self.by_lab.low <= self.by_wrk.estimate <= self.by_lab.high


def findings(turns: Sequence[Turn], contenders: Sequence[Contender], run: Run | None) -> list[Finding]:
    """Every pair that was visited, in every workload."""
    known = _of_the_lab(run) if run else {}
    found = []
    for workload in dict.fromkeys(turn.workload for turn in turns):
        costs = _costs([turn for turn in turns if turn.workload == workload])
        found += [
            Finding(
                title=f"{pair.other.label} ÷ {pair.base.label}",
                workload=workload,
                by_wrk=paired_ratio(costs[pair.other.name], costs[pair.base.name]),
                by_lab=known.get((pair.base.name, pair.other.name, workload)),
            )
            for pair in pairs(contenders)
        ]
    return found


def _of_the_lab(run: Run) -> dict[tuple[str, str, str], Ratio]:
    return {
        (one.base, one.other, one.workload): one.ratio
        for one in analyse(run).comparisons
        if one.metric == "cpu" and one.ratio
    }


def _costs(turns: Sequence[Turn]) -> dict[str, list[float]]:
    """CPU a request at one pace of the core, for each server: one value a start, as in the lab."""
    by_start: dict[tuple[str, int], list[Slice]] = {}
    for turn in turns:
        by_start.setdefault((turn.contender, turn.start), []).append(turn.slice)
    power = exponent(by_start.values())
    costs: dict[str, list[float]] = {}
    for (name, _), slices in by_start.items():
        costs.setdefault(name, []).append(geometric_mean(_steady(one, power) for one in slices))
    return costs


def _steady(one: Slice, power: float) -> float:
    return one.server_cpu_s / one.requests / math.pow(one.pace_us, power)


def table(found: Sequence[Finding]) -> Table:
    """A line a ratio."""
    drawn = Table("CPU per request", "workload", "by wrk (95 %)", "by the lab (95 %)", "wrk's estimate")
    for one in found:
        drawn.add_row(one.title, one.workload, interval(one.by_wrk), interval(one.by_lab), _said(one))
    return drawn


def _said(one: Finding) -> str:
    if one.by_lab is None:
        return "–"
    return "inside" if one.inside else "[yellow]outside, intervals meet[/]" if one.agrees else "[red]outside[/]"
