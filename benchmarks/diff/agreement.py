"""Whether a second run reproduces the ratios of the first: pure functions.

An interval of 95 % is about the truth. The estimate of another run errs as well, so that such an interval holds it in
fewer than 95 of 100 runs; the interval that does is wider by the error of the other mean (a prediction interval).
"""

import math
from collections.abc import Sequence

from rich.table import Table

from benchmarks.analyse import Comparison, analyse
from benchmarks.ratios import CONFIDENCE, Ratio, t_cdf, t_quantile
from benchmarks.records import Record, Run
from benchmarks.report.words import pair_title
from benchmarks.spreads import for_another_run
from benchmarks.text import percent


class Agreement(Record):
    """One ratio of CPU per request, as each of the runs tells it."""

    title: str
    workload: str
    first: Ratio
    second: Ratio

    @property
    def held(self) -> int:
        """How many of the two 95 % intervals hold the estimate of the other run."""
        return _holds(self.first, self.second.estimate) + _holds(self.second, self.first.estimate)

    @property
    def foreseen(self) -> int:
        """How many of the two intervals for another run hold its estimate."""
        return _foresees(self.first, self.second) + _foresees(self.second, self.first)

    @property
    def expected(self) -> float:
        """How often the 95 % interval of such a run holds the estimate of another one."""
        return (_capture(self.first, self.second) + _capture(self.second, self.first)) / 2


def _holds(ratio: Ratio, estimate: float) -> bool:
    return ratio.low <= estimate <= ratio.high


def _foresees(one: Ratio, other: Ratio) -> bool:
    low, high = for_another_run(one, other.rounds)
    return low <= other.estimate <= high


def _capture(one: Ratio, other: Ratio) -> float:
    reach = t_quantile((1 + CONFIDENCE) / 2, one.freedom) / math.sqrt(1 + one.rounds / other.rounds)
    return 2 * t_cdf(reach, one.freedom) - 1


def agreements(first: Run, second: Run) -> list[Agreement]:
    """Every ratio that both runs can tell, the control included."""
    again = {_key(one): ratio for one, ratio in _told(second)}
    return [
        Agreement(
            title=pair_title(first.plan.contenders, one), workload=one.workload, first=ratio, second=again[_key(one)]
        )
        for one, ratio in _told(first)
        if _key(one) in again
    ]


def _told(run: Run) -> list[tuple[Comparison, Ratio]]:
    return [(one, one.ratio) for one in analyse(run).comparisons if one.metric == "cpu" and one.ratio]


def _key(comparison: Comparison) -> tuple[str, str, str]:
    return comparison.base, comparison.other, comparison.workload


def share(found: Sequence[Agreement]) -> float:
    """How often the interval for another run held what the other run found."""
    return sum(one.foreseen for one in found) / (2 * len(found))


def conclusions(found: Sequence[Agreement]) -> list[str]:
    """What the table comes to."""
    asked = 2 * len(found)
    held, foreseen = sum(one.held for one in found), sum(one.foreseen for one in found)
    expected = sum(one.expected for one in found) / len(found)
    return [
        f"{len(found)} ratios in both runs, so {asked} intervals.",
        f"The 95 % interval of one run holds the estimate of the other {held} times ({percent(held / asked)}); "
        f"of such intervals {percent(expected)} do, because both estimates err.",
        f"The interval for another run holds it {foreseen} times ({percent(share(found))}); 95 % should.",
    ]


def table(found: Sequence[Agreement]) -> Table:
    """A line a ratio."""
    drawn = Table("CPU per request", "workload", "first run (95 %)", "second run (95 %)", "holds the other", "foreseen")
    for one in found:
        drawn.add_row(
            one.title, one.workload, _shown(one.first), _shown(one.second), _of_two(one.held), _of_two(one.foreseen)
        )
    return drawn


def _shown(ratio: Ratio) -> str:
    return f"{ratio.estimate:.3f} ({ratio.low:.3f}–{ratio.high:.3f})"


def _of_two(count: int) -> str:
    return ("[red]neither[/]", "[yellow]one[/]", "both")[count]
