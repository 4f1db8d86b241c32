"""The report as Markdown, for a pull request: what a reviewer asks first, and the rest in the page."""

from html import escape

from benchmarks.analyse import Analysis
from benchmarks.records import Run
from benchmarks.report import words
from benchmarks.report.headline import headline
from benchmarks.report.layer_charts import increment
from benchmarks.report.ratio_charts import planned, ratio_table
from benchmarks.report.tables import Table, cost_tables
from benchmarks.text import significant
from benchmarks.workloads import ALL_WORKLOADS

# A pull request's text has a bound, and nobody reads that far.
_MOST_ROWS = 200


def summary(run: Run, analysis: Analysis) -> str:
    """Answer, trust, ratios, tables and what may not be claimed."""
    place = run.environment
    ratios = ratio_table(run, planned(run, analysis, "cpu"), "Ratios of CPU per request")
    tables = [ratios, *cost_tables(run, analysis), *_layers(analysis)]
    parts = [
        "# Flask or FastAPI",
        f"{place.started_at}, {place.machine.get('processor', 'unknown processor')}, revision {place.revision}",
        _list(headline(run, analysis)),
        "## Can this be trusted?",
        _list([f"{'yes' if good else '**no**'}: {line}" for good, line in words.trust_lines(analysis.trust)]),
        *(_section(table) for table in tables if table.rows),
        "## What this may not claim",
        _list(words.limits(run)),
    ]
    return escape("\n\n".join(parts), quote=False) + "\n"


def _layers(analysis: Analysis) -> list[Table]:
    rows = [
        [
            f"{layer.framework} on {layer.server}",
            ALL_WORKLOADS[layer.workload].title,
            layer.layer,
            ", ".join(map(significant, layer.cpu_us)),
            increment(layer) or "–",
        ]
        for layer in analysis.layers
    ]
    head = ["", "workload", "layer", "CPU µs a request, round by round", "more than the layer above (95 % interval)"]
    return [Table("Layers", "Each application does more than the one above it.", head, rows)]


def _list(sentences: list[str]) -> str:
    # A server's own words may be in a line; they neither end it nor become markup.
    return "\n".join(f"- {' '.join(sentence.split())}" for sentence in sentences)


def _section(table: Table) -> str:
    return "\n\n".join(filter(None, (f"## {table.title}", table.note, _draw(table), _left(table))))


def _left(table: Table) -> str:
    left = len(table.rows) - _MOST_ROWS
    return f"{left} more rows are in the page." if left > 0 else ""


def _draw(table: Table) -> str:
    lines = [table.head, ["---"] * len(table.head), *table.rows[:_MOST_ROWS]]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
