"""In which order everything was measured, and whether costs drifted meanwhile."""

from collections.abc import Sequence

from benchmarks.analyse import Analysis, Drift
from benchmarks.ratios import EQUIVALENCE
from benchmarks.records import Run
from benchmarks.report import html, words
from benchmarks.report.panels import Curve, Panel, panels
from benchmarks.report.series import Look, legend
from benchmarks.report.strips import limited
from benchmarks.report.tables import Table, order_table
from benchmarks.workloads import ALL_WORKLOADS

# More curves than this would not fit into the page; the table has them all.
_MOST_DRAWN = 60
# With more rounds the corners of a curve tell them as well.
_MOST_DOTS = 10
_DRIFT_NOTE = (
    "CPU per request of every round, divided by the mean of its server and workload, over the time of the run. A drift "
    "that all servers share cancels out of the ratios, since they are measured by turns. Light band: ±3 %."
)


def section(run: Run, analysis: Analysis, looks: dict[str, Look]) -> str:
    """Order, and drift."""
    by_workload = [[one for one in analysis.drift if one.workload == name] for name in run.plan.workloads]
    drawn = [_panel(same[0].workload, same, looks) for same in limited(by_workload, _MOST_DRAWN) if same]
    shown = [looks[name] for name in dict.fromkeys(one.contender for one in analysis.drift)]
    drift = html.note(_DRIFT_NOTE) + legend(shown) + panels(drawn) + _within(analysis, looks) if drawn else ""
    order = order_table(run)
    return html.section(
        "Order and drift",
        drift or html.note("No trial of this run tells the CPU of a server, so that no drift could show."),
        html.folded(order.title, html.note(order.note) + html.table(order)),
    )


def _panel(workload: str, same: Sequence[Drift], looks: dict[str, Look]) -> Panel:
    return Panel(
        ALL_WORKLOADS[workload].title,
        f"CPU per request of {len(same)} servers relative to their means over the run, one mark a round.",
        "minutes since the run began",
        "% of the mean",
        [_curve(one, looks[one.contender]) for one in same],
        equal=(100 / (1 + EQUIVALENCE), 100 * (1 + EQUIVALENCE)),
        x_logarithmic=False,
        y_logarithmic=False,
    )


def _curve(one: Drift, look: Look) -> Curve:
    points = [(point.at_s / 60, 100 * point.relative) for point in one.points]
    return Curve(look, points, kind="bare", rounds=points if len(points) <= _MOST_DOTS else ())


def _within(analysis: Analysis, looks: dict[str, Look]) -> str:
    rows = [
        [
            looks[one.contender].label,
            ALL_WORKLOADS[one.workload].title,
            _range([100 * point.relative for point in one.points]),
            words.interval(one.within_trials),
        ]
        for one in analysis.drift
    ]
    head = ["", "workload", "first round, lowest–highest, last: % of the mean", "second half of a trial ÷ first"]
    return html.folded("The same as a table", html.table(Table("Drift", "", head, rows)))


def _range(values: Sequence[float]) -> str:
    return f"{values[0]:.1f}, {min(values):.1f}–{max(values):.1f}, {values[-1]:.1f}"
