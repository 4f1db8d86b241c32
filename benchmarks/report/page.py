"""The report as one HTML file: no script, no network."""

from html import escape
from pathlib import Path

from benchmarks.analyse import Analysis, Comparison, Metric
from benchmarks.answer import answer
from benchmarks.records import Run
from benchmarks.report import forest, words
from benchmarks.report.tables import Table, environment_tables, order_table, result_tables
from benchmarks.workloads import ALL_WORKLOADS

_STYLE = Path(__file__).with_name("style.css")
_METRICS: dict[Metric, tuple[str, str]] = {
    "cpu": ("CPU per request", "left: less CPU, right: more CPU"),
    "rate": ("Throughput", "left: fewer requests a second, right: more"),
}


def page(run: Run, analysis: Analysis) -> str:
    """The whole document."""
    body = "".join(
        (
            _head(run, analysis),
            _trust(analysis),
            *(_forest(run, analysis, metric) for metric in _METRICS),
            *map(_table, result_tables(run, analysis)),
            _workloads(run),
            _section("What this report may not claim", _list(words.limits(run))),
            _table(order_table(run)),
            *map(_table, environment_tables(run)),
            "<p class=note>Raw data: plan.json, environment.json, starts/ and trials/ beside this page. "
            "<code>python -m benchmarks report DIR</code> renders them again.</p>",
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Flask or FastAPI: {escape(run.environment.started_at)}</title>"
        f"<style>{_STYLE.read_text('utf-8')}</style></head><body><main>{body}</main></body></html>\n"
    )


def _head(run: Run, analysis: Analysis) -> str:
    sentences = answer(run, analysis) or ["Too little was measured for an answer."]
    place = run.environment
    facts = f"{place.started_at} · {place.machine['processor']}, {place.machine['cores']} cores · {place.revision}"
    answers = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    heading = f"<header><h1>Flask or FastAPI</h1><p class=note>{escape(facts)}</p></header>"
    return f'{heading}<section class="answer">{answers}</section>'


def _trust(analysis: Analysis) -> str:
    items = "".join(
        f'<li class="{"good" if good else "bad"}">{escape(sentence)}</li>'
        for good, sentence in words.trust_lines(analysis)
    )
    return _section("Can this be trusted?", f'<ul class="trust">{items}</ul>')


def _forest(run: Run, analysis: Analysis, metric: Metric) -> str:
    chosen = [comparison for comparison in analysis.comparisons if comparison.metric == metric]
    axis = forest.Axis(chosen)
    controls = {comparison.workload: comparison.ratio for comparison in chosen if comparison.kind == "control"}
    groups: dict[str, list[Comparison]] = {}
    for comparison in chosen:
        groups.setdefault(words.pair_title(run.plan.contenders, comparison), []).append(comparison)
    drawn = "".join(
        f"<h3>{escape(title)}</h3>"
        + forest.scale(axis)
        + "".join(_forest_row(one, forest.row(one, controls.get(one.workload), axis)) for one in group)
        for title, group in groups.items()
    )
    title, sides = _METRICS[metric]
    note = f"<p class=note>{escape(sides)}. {escape(words.HOW_TO_READ) if metric == 'cpu' else ''}</p>"
    return _section(title, f'{note}<div class="forest">{drawn}</div>')


def _forest_row(comparison: Comparison, drawing: str) -> str:
    name = escape(ALL_WORKLOADS[comparison.workload].title)
    return (
        f'<div class="line"><span>{name}</span>{drawing}'
        f'<span class="number">{escape(words.interval(comparison))}</span>'
        f'<span class="word {comparison.word.replace(" ", "-")}">{escape(words.verdict(comparison))}</span></div>'
    )


def _workloads(run: Run) -> str:
    chosen = (ALL_WORKLOADS[name] for name in run.plan.workloads)
    return _section("Workloads", _list([f"{workload.title}: {workload.meaning}." for workload in chosen]))


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in table.rows
    )
    note = f"<p class=note>{escape(table.note)}</p>" if table.note else ""
    heading = f"<thead><tr>{head}</tr></thead>" if any(table.head) else ""
    return _section(
        table.title, f'{note}<div class="wide" tabindex="0"><table>{heading}<tbody>{rows}</tbody></table></div>'
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _list(sentences: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"
