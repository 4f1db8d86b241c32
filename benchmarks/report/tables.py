"""The tables of a report, as text in cells: the page and the summary differ only in how they draw them."""

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

from benchmarks.analyse import Analysis, Cell
from benchmarks.records import Run
from benchmarks.text import mebibytes, milliseconds, significant
from benchmarks.workloads import ALL_WORKLOADS


class Table(NamedTuple):
    """A title, a note, a heading and rows; the first cell of each row names it."""

    title: str
    note: str
    head: list[str]
    rows: list[list[str]]


def result_tables(run: Run, analysis: Analysis) -> list[Table]:
    """What was measured, by contender and workload."""
    return [
        _by_workload(
            "CPU seconds per 1,000 requests",
            "Of the server's whole process tree. Median of the rounds, with the lowest and the highest.",
            run, analysis, lambda cell: _spread(cell.cpu_s_per_1000),
        ),
        _by_workload(
            "Requests per second",
            "Successful ones, median of the rounds.",
            run, analysis, _rate,
        ),
        _by_workload(
            "Latency in milliseconds: p50 / p99 / maximum",
            "Closed loop, so without the wait of requests that a slow answer held back. "
            "A dash stands where there were too few requests to say.",
            run, analysis, _latency,
        ),
        _memory(run, analysis),
    ]  # fmt: skip


def _by_workload(title: str, note: str, run: Run, analysis: Analysis, show: Callable[[Cell], str]) -> Table:
    cells = {(cell.contender, cell.workload): cell for cell in analysis.cells}
    rows = [
        [
            contender.name,
            *(show(cells[place]) if (place := (contender.name, name)) in cells else "–" for name in run.plan.workloads),
        ]
        for contender in run.plan.contenders
    ]
    return Table(title, note, ["", *(ALL_WORKLOADS[name].title for name in run.plan.workloads)], rows)


def _spread(values: list[float]) -> str:
    return f"{significant(median(values))} ({significant(min(values))}–{significant(max(values))})"


def _rate(cell: Cell) -> str:
    return significant(median(cell.rate_per_s))


def _latency(cell: Cell) -> str:
    return " / ".join(
        milliseconds(value_us) for value_us in (cell.latency.p50_us, cell.latency.p99_us, cell.latency.max_us)
    )


def _memory(run: Run, analysis: Analysis) -> Table:
    loaded = {
        contender.name: max(
            (median(cell.loaded_pss_bytes) for cell in analysis.cells if cell.contender == contender.name), default=0
        )
        for contender in run.plan.contenders
    }
    rows = [
        [
            boot.contender,
            significant(median(boot.start_up_s)),
            mebibytes(median(boot.idle_pss_bytes)),
            mebibytes(loaded[boot.contender]) if loaded[boot.contender] else "–",
        ]
        for boot in analysis.boots
    ]
    return Table(
        "Start and memory",
        "Start-up: from the command to the first answer of /health/ready. Memory: PSS of the process tree, every "
        "process included, idle and at the end of the workload that took most. The servers of a round stand side by "
        "side: what they share of Python and its libraries is divided among them.",
        ["", "start-up, s", "idle, MiB", "loaded, MiB"],
        rows,
    )


def order_table(run: Run) -> Table:
    """In which order everything was measured."""
    rows = [
        [
            str(one.number + 1),
            ", ".join(one.lineup),
            ", ".join(dict.fromkeys(sitting.workload for sitting in one.sittings)),
        ]
        for one in run.plan.rounds
    ]
    return Table(
        "Order of the trials",
        f"Random with seed {run.plan.seed}. The servers of a round stand side by side; each workload visits "
        "all of them, every second one in the opposite order, and every second round is the mirror of the one before.",
        ["round", "servers", "workloads"],
        rows,
    )


def environment_tables(run: Run) -> list[Table]:
    """Where, with what and how."""
    place = run.environment
    facts = (
        place.machine
        | place.settings
        | {
            "revision": place.revision,
            "started": place.started_at,
            "server cores": ", ".join(map(str, place.server_cores)),
            "generator cores": ", ".join(map(str, place.generator_cores)),
            "catalogue": f"{run.plan.catalogue_rows:,} books",
            "virtual users": str(run.plan.timing.users),
        }
    )
    commands = [
        [one.name, str(one.workers), str(one.threads), " ".join(one.command)]
        for one in run.plan.contenders
        if not one.control_of
    ]
    return [
        Table("Machine and setting", "", ["", ""], [[name, value] for name, value in facts.items()]),
        Table("Versions", "", ["", ""], [[name, value] for name, value in place.versions.items()]),
        Table("Commands", "", ["", "workers", "threads", "command"], commands),
    ]
