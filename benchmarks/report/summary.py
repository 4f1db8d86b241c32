"""The report as Markdown, for a pull request."""

from html import escape

from benchmarks.analyse import Analysis
from benchmarks.answer import answer
from benchmarks.layers import cost
from benchmarks.records import Run
from benchmarks.report import words
from benchmarks.report.tables import Table, result_tables
from benchmarks.workloads import ALL_WORKLOADS


def summary(run: Run, analysis: Analysis) -> str:
    """Answer, trust, ratios and tables."""
    parts = [
        "# Flask or FastAPI",
        f"{run.environment.started_at}, {run.environment.machine['processor']}, revision {run.environment.revision}",
        "\n".join(f"- {sentence}" for sentence in answer(run, analysis)),
        "## Can this be trusted?",
        # A server's own words may be in a line; they neither end it nor become markup.
        "\n".join(
            f"- {'yes' if good else '**no**'}: {' '.join(line.split())}" for good, line in words.trust_lines(analysis)
        ),
        "## Ratios of CPU per request",
        _draw(_ratios(run, analysis)),
        *(f"## {table.title}\n\n{table.note}\n\n{_draw(table)}" for table in result_tables(run, analysis)),
        "## What this may not claim",
        "\n".join(f"- {sentence}" for sentence in words.limits(run)),
    ]
    return escape("\n\n".join(parts), quote=False) + "\n"


def layer_summary(run: Run) -> str:
    """The cost of each layer."""
    parts = [
        "# What each layer costs",
        f"{run.environment.started_at}, {run.environment.machine['processor']}, revision {run.environment.revision}",
        "CPU of the server's whole process tree: median of the rounds, with the lowest and the highest. *constant*: an "
        "answer made beforehand. *raw*: the row from the raw driver, as JSON. *validated*: the same, checked by the "
        "twin's models. *twin*: the whole application.",
        cost.table(cost.layers(run)),
    ]
    return "\n\n".join(parts) + "\n"


def _ratios(run: Run, analysis: Analysis) -> Table:
    rows = [
        [
            words.pair_title(run.plan.contenders, one),
            ALL_WORKLOADS[one.workload].title,
            words.interval(one),
            words.verdict(one),
        ]
        for one in analysis.comparisons
        if one.metric == "cpu"
    ]
    return Table("", "", ["", "workload", "ratio (95 % interval)", "verdict"], rows)


def _draw(table: Table) -> str:
    lines = [table.head, ["---"] * len(table.head), *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
