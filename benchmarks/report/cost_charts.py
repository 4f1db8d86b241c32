"""What each contender costs: CPU, rate, memory and start, every round shown."""

from collections.abc import Sequence
from statistics import median

from benchmarks.analyse import Analysis, Cell
from benchmarks.records import Run
from benchmarks.report import html, strips
from benchmarks.report.series import Look
from benchmarks.report.strips import Strip
from benchmarks.report.tables import cpu_table
from benchmarks.text import significant
from benchmarks.workloads import ALL_WORKLOADS

# More rows than this would not fit into the page; a table then has them all.
_MOST_DRAWN = 80


def section(run: Run, analysis: Analysis, looks: dict[str, Look]) -> str:
    """CPU by workload, then rate, memory and start."""
    told = [cell for cell in analysis.cells if cell.cpu_s_per_1000]
    by_workload = [[cell for cell in told if cell.workload == name] for name in run.plan.workloads]
    drawn = [cells for cells in strips.limited(by_workload, _MOST_DRAWN) if cells]
    cpu = "".join(_table(cells, looks) for cells in drawn)
    return html.section(
        "CPU and memory",
        html.note(
            "CPU milliseconds of the server's whole process tree for one request, which is CPU seconds for 1,000. "
            "Upright mark: the median of the rounds; dots: every round. Each drawing begins at 0."
        ),
        f'<div class="pair">{cpu}</div>' if cpu else html.note("No trial of this run tells the CPU of a server."),
        html.titled(cpu_table(run, analysis), "figures") if sum(map(len, drawn)) < len(told) else "",
        f'<div class="pair">{_memory(analysis, looks)}{_start(analysis, looks)}</div>',
    )


def _table(cells: Sequence[Cell], looks: dict[str, Look]) -> str:
    rows = [(cell.contender, cell.cpu_s_per_1000) for cell in cells]
    return _rows(ALL_WORKLOADS[cells[0].workload].title, "CPU ms a request", rows, looks)


def _rows(title: str, figure: str, rows: Sequence[tuple[str, Sequence[float]]], looks: dict[str, Look]) -> str:
    axis = strips.axis_of(
        [0.0, *(value for _, values in rows for value in values)], ("", figure, ""), logarithmic=False
    )
    shown = [
        Strip(
            name=looks[name].label,
            values=values,
            middle=median(values),
            figure=f"{significant(median(values))} ({significant(min(values))}–{significant(max(values))})",
            style=looks[name].style,
        )
        for name, values in rows
    ]
    return strips.table(title, axis, shown, "costs")


def _memory(analysis: Analysis, looks: dict[str, Look]) -> str:
    idle = [(boot.contender, [value / 2**20 for value in boot.idle_pss_bytes]) for boot in analysis.boots]
    return _told("Memory, idle: MiB", idle, looks) + _told("Memory, loaded: MiB", _loaded(analysis), looks)


def _loaded(analysis: Analysis) -> list[tuple[str, list[float]]]:
    """At the end of the workload that took most."""
    fullest: dict[str, Cell] = {}
    for cell in analysis.cells:
        before = fullest.get(cell.contender)
        if before is None or median(cell.loaded_pss_bytes) > median(before.loaded_pss_bytes):
            fullest[cell.contender] = cell
    return [(name, [value / 2**20 for value in cell.loaded_pss_bytes]) for name, cell in fullest.items()]


def _start(analysis: Analysis, looks: dict[str, Look]) -> str:
    return _told("Start to first answer: s", [(boot.contender, boot.start_up_s) for boot in analysis.boots], looks)


def _told(title: str, rows: Sequence[tuple[str, Sequence[float]]], looks: dict[str, Look]) -> str:
    known = [(name, values) for name, values in rows if any(values)]
    return _rows(title, "", known, looks) if known else ""
