"""A comparison of two runs as a document for machines and as a table for people."""

from rich.table import Table

from benchmarks.diff.changes import Change, Metric
from benchmarks.records import Record
from benchmarks.text import significant

_COLOURS = {"slower": "red", "faster": "green", "equivalent": "default", "inconclusive": "yellow"}
_UNITS: dict[Metric, str] = {"cpu": "CPU, µs", "capacity": "capacity, /s"}


class Diff(Record):
    """What `diff --json` prints."""

    base: str
    new: str
    # Why the two are not comparable; compared all the same when asked to.
    obstacles: list[str]
    remarks: list[str]
    changes: list[Change]
    fail_on: float
    regressions: list[str]


def regressions(changes: list[Change], threshold: float) -> list[str]:
    """What became slower by more than the threshold, each in a line."""
    return [
        f"{one.contender}, {one.workload}: {_UNITS[one.metric]} × {one.ratio.estimate:.2f}"
        f" ({one.ratio.low:.2f}–{one.ratio.high:.2f})"
        for one in changes
        if one.is_regression(threshold)
    ]


def table(changes: list[Change]) -> Table:
    """A line a change."""
    drawn = Table("contender", "workload", "figure", "base", "new", "new ÷ base (95 % interval)", "it is")
    for column in drawn.columns:
        column.overflow = "fold"
    for one in changes:
        colour = _COLOURS[one.word]
        drawn.add_row(
            one.contender,
            one.workload,
            _UNITS[one.metric],
            _shown(one.metric, one.base),
            _shown(one.metric, one.new),
            f"{one.ratio.estimate:.3f} ({one.ratio.low:.3f}–{one.ratio.high:.3f})",
            f"[{colour}]{one.word}[/]" + (f", {one.note}" if one.note else ""),
        )
    return drawn


def _shown(metric: Metric, value: float) -> str:
    # CPU is kept in seconds for 1,000 requests.
    return significant(1000 * value if metric == "cpu" else value)
