"""The record as a page that prints on one sheet of A4, and as Markdown to keep beside the code."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from benchmarks.analyse import Analysis
from benchmarks.decision_record.price import Price
from benchmarks.decision_record.record import Sections, sections
from benchmarks.records import Run

_STYLE = Path(__file__).with_name("style.css")
# The columns of numbers.
_RIGHT = frozenset({1, 2, 5, 6})


def decision_record_html(run: Run, analysis: Analysis, price: Price) -> str:
    """One HTML file without script or network."""
    told = sections(run, analysis, price)
    facts = "".join(f"<dt>{escape(name)}<dd>{escape(text)}" for name, text in told.facts)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        f"<title>Decision record: {escape(told.title)}</title><style>{_STYLE.read_text('utf-8')}</style><main>"
        f"<h1>Decision record: {escape(told.title)}</h1><dl>{facts}</dl>"
        f"<h2>Decision, by CPU per request</h2>{_list(told.decision, 'decision')}"
        f"{_table(told)}<p class=note>{escape(told.arithmetic)}</p>"
        f"{_consequences(told)}<h2>Not measured</h2>{_list(told.not_measured, 'columns')}"
        f"<h2>To repeat it</h2><pre>{escape(chr(10).join(told.repeat))}</pre></main>\n"
    )


def _consequences(told: Sections) -> str:
    return f"<h2>Consequences</h2>{_list(told.consequences)}" if told.consequences else ""


def _list(lines: Iterable[str], kind: str = "") -> str:
    items = "".join(f"<li>{escape(line)}" for line in lines)
    return f'<ul class="{kind}">{items}</ul>' if items else ""


def _table(told: Sections) -> str:
    if not told.rows:
        return ""
    head, *rows = (
        "".join(f"<{tag}{' class=n' if index in _RIGHT else ''}>{escape(cell)}" for index, cell in enumerate(cells))
        for tag, cells in [("th", told.head), *(("td", row) for row in told.rows)]
    )
    body = "".join(f"<tr>{row}" for row in rows)
    return f"<div class=wide><table><thead><tr>{head}<tbody>{body}</table></div>"


def decision_record_md(run: Run, analysis: Analysis, price: Price) -> str:
    """The same in Markdown."""
    told = sections(run, analysis, price)
    parts = [
        f"# Decision record: {told.title}",
        "\n".join(f"- **{name}:** {_line(text)}" for name, text in told.facts),
        "## Decision, by CPU per request",
        _bullets(told.decision),
        _grid(told),
        told.arithmetic,
        *(["## Consequences", _bullets(told.consequences)] if told.consequences else []),
        "## Not measured",
        _bullets(told.not_measured),
        "## To repeat it",
    ]
    code = "\n".join(f"    {_line(line)}" for line in told.repeat)
    # Markdown reads nothing in indented lines, markup included.
    return "\n\n".join([*(escape(part, quote=False) for part in parts if part), code]) + "\n"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {_line(line)}" for line in lines)


def _line(text: str) -> str:
    # What a machine says of itself neither ends a line nor becomes markup.
    return " ".join(text.split())


def _grid(told: Sections) -> str:
    if not told.rows:
        return ""
    rule = ["---:" if index in _RIGHT else "---" for index in range(len(told.head))]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in (told.head, rule, *told.rows)
    )
