"""The tables of a report, as text in cells: the page and the summary differ only in how they draw them."""

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

from benchmarks.analyse import Analysis, Cell, Latency, Trust
from benchmarks.records import Run
from benchmarks.text import mebibytes, milliseconds, significant
from benchmarks.workloads import ALL_WORKLOADS


class Table(NamedTuple):
    """A title, a note, a heading and rows; the first cell of each row names it."""

    title: str
    note: str
    head: list[str]
    rows: list[list[str]]


def cost_tables(run: Run, analysis: Analysis) -> list[Table]:
    """What was measured in a closed loop, by contender and workload."""
    return [cpu_table(run, analysis), rate_table(run, analysis), latency_table(run, analysis), memory_table(analysis)]


def cpu_table(run: Run, analysis: Analysis) -> Table:
    """CPU."""
    note = "Of the server's whole process tree. Median of the rounds, with the lowest and the highest."
    return _by_workload(
        "CPU seconds per 1,000 requests", note, run, analysis, lambda cell: _spread(cell.cpu_s_per_1000)
    )


def rate_table(run: Run, analysis: Analysis) -> Table:
    """Throughput."""
    note = "Successful ones, in a closed loop. Median of the rounds, with the lowest and the highest."
    return _by_workload("Requests per second", note, run, analysis, lambda cell: _spread(cell.rate_per_s))


def latency_table(run: Run, analysis: Analysis) -> Table:
    """Latency in a closed loop."""
    rows = [
        [ALL_WORKLOADS[cell.workload].title, cell.contender, *_percentiles(cell.latency), f"{cell.latency.samples:,}"]
        for name in run.plan.workloads
        for cell in analysis.cells
        if cell.workload == name
    ]
    note = "Without the wait of requests that a slow answer held back. A dash stands where there were too few to say."
    return Table("Closed-loop latency in ms", note, ["", "", "p50", "p90", "p99", "p99.9", "maximum", "requests"], rows)


def _percentiles(latency: Latency) -> list[str]:
    values_us = (latency.p50_us, latency.p90_us, latency.p99_us, latency.p999_us, latency.max_us)
    return list(map(milliseconds, values_us))


def _by_workload(title: str, note: str, run: Run, analysis: Analysis, show: Callable[[Cell], str]) -> Table:
    cells = {(cell.contender, cell.workload): cell for cell in analysis.cells}
    rows = [
        [
            ALL_WORKLOADS[name].title,
            *(show(cells[place]) if (place := (one.name, name)) in cells else "–" for one in run.plan.contenders),
        ]
        for name in run.plan.workloads
    ]
    return Table(title, note, ["", *(contender.name for contender in run.plan.contenders)], rows)


def _spread(values: list[float]) -> str:
    return f"{significant(median(values))} ({significant(min(values))}–{significant(max(values))})" if values else "–"


def memory_table(analysis: Analysis) -> Table:
    """Memory and start-up."""
    loaded: dict[str, float] = {}
    for cell in analysis.cells:
        loaded[cell.contender] = max(loaded.get(cell.contender, 0.0), median(cell.loaded_pss_bytes))
    rows = [
        [
            boot.contender,
            significant(median(boot.start_up_s)),
            _memory(median(boot.idle_pss_bytes)),
            _memory(loaded.get(boot.contender, 0.0)),
        ]
        for boot in analysis.boots
    ]
    return Table("Start and memory", MEMORY_NOTE, ["", "start-up, s", "idle, MiB", "loaded, MiB"], rows)


MEMORY_NOTE = (
    "Start-up: from the command to the first answer of /health/ready. Memory: PSS of the process tree, every process "
    "included, idle and at the end of the workload that took most. The servers of a round stand side by side: what "
    "they share of Python and its libraries is divided among them."
)


def _memory(value: float) -> str:
    return mebibytes(value) if value else "–"


def gate_table(trust: Trust) -> Table:
    """What every trial had to pass."""
    rows = [[f"{gate.number} {gate.name}", gate.sentence, str(gate.broken)] for gate in trust.gates]
    note = "A trial that breaks one is marked, kept, and measured again; it counts nowhere."
    return Table("Gates", note, ["gate", "what must hold", "broken"], rows)


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
    note = (
        f"Random with seed {run.plan.seed}. The servers of a round stand side by side; a workload visits them by "
        "turns, a slice of time each, there and back again, and every second round is the mirror of the one before."
    )
    return Table("Order of the trials", note, ["round", "servers", "workloads"], rows)


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
            "profile": run.plan.profile,
        }
    )
    commands = [
        [one.name, one.server, str(one.workers), str(one.threads), one.url or " ".join(one.command)]
        for one in run.plan.contenders
        if not one.control_of
    ]
    return [
        Table("Machine and setting", "", ["", ""], [[name, value] for name, value in facts.items()]),
        Table("Versions", "", ["", ""], [[name, value] for name, value in place.versions.items()]),
        Table("Commands", "", ["", "server", "workers", "threads", "command or address"], commands),
    ]
