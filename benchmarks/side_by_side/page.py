"""The page of both implementations, area by area: one HTML file without script or network."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path

from benchmarks.decision_record.answers import Answer
from benchmarks.side_by_side.alignment import Row, align
from benchmarks.side_by_side.areas import TWINS, Area, areas
from benchmarks.side_by_side.code import Code
from benchmarks.side_by_side.colour import Piece, coloured_lines, line_html
from benchmarks.side_by_side.costs import Measured, choice_of, costs
from benchmarks.text import interval, significant

_STYLE = Path(__file__).with_name("style.css")
_NOT_MEASURED = "not measured here"
_HOW_TO_READ = (
    "Handlers stand beside themselves, and lines beside those that they are most like; what differs is marked. Lines "
    "of code are counted without blank lines, comments and docstrings. A rule is a test of the contract suite, which "
    "runs against both twins over HTTP and knows neither. On a narrow screen, lines that both share are shown once, "
    "and others with a bar: those of Flask, then those of FastAPI."
)


def side_by_side(root: Path, measured: Measured | None = None) -> str:
    """The whole document, for the twins in `root`; costs are those of `measured`."""
    found = [area for area, _ in _drawn(root)]
    sections = "".join(_section(area, code, measured) for area, code in _drawn(root))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        f"<title>Flask and FastAPI side by side</title><style>{_STYLE.read_text('utf-8')}</style><main>"
        f"{_head(measured)}{_overview(found, measured)}{sections}</main>\n"
    )


@cache
def _drawn(root: Path) -> list[tuple[Area, str]]:
    """Every area and its code, which takes a second to draw and is the same for all runs."""
    return [(area, _code(area)) for area in areas(root)]


def _head(measured: Measured | None) -> str:
    return (
        "<h1>Flask and FastAPI, side by side</h1><p>One API written twice over one domain: what is here is all that "
        f"differs.</p><p class=note>{_HOW_TO_READ}</p><p class=note>{escape(_source(measured))}</p>"
    )


def _source(measured: Measured | None) -> str:
    choice = measured and choice_of(measured)
    if not measured or not choice:
        return "No run stands behind this page: no cost is shown."
    place = measured.run.environment
    processor = place.machine.get("processor", "an unknown processor")
    return (
        f"CPU per request is that of {choice.base.label} and {choice.other.label}, measured on {place.started_at[:10]} "
        f"at revision {place.revision} on {processor}; the ratio is FastAPI divided by Flask, with its 95 % interval. "
        "A journey through all areas belongs to none of them."
    )


def _overview(found: Sequence[Area], measured: Measured | None) -> str:
    head = (
        "<tr><th>area<th class=n>lines, <br>Flask<th class=n>lines, <br>FastAPI<th class=n>rules<th>CPU per request, "
        "<br>FastAPI ÷ Flask"
    )
    flask, fastapi, rules = (sum(_figures(area)[column] or 0 for area in found) for column in range(3))
    total = f"<tr><th>all<td class=n>{flask}<td class=n>{fastapi}<td class=n>{rules}<td>"
    rows = "".join(_overview_row(area, measured) for area in found)
    return f"<div class=wide><table class=figures><thead>{head}<tbody>{rows}<tfoot>{total}</table></div>"


def _figures(area: Area) -> tuple[int | None, int | None, int]:
    flask, fastapi = (code and code.lines_of_code for code in (area.flask, area.fastapi))
    return flask, fastapi, area.rule_count


def _overview_row(area: Area, measured: Measured | None) -> str:
    figures = "".join(f"<td class=n>{'–' if figure is None else figure or '·'}" for figure in _figures(area))
    link = f"<a href=#{area.name}>{area.name}</a>"
    title = f"<span class=about>{escape(_plain(area.title))}</span>"
    return f"<tr><th>{link} {title}{figures}<td>{_ratios(area, measured)}"


def _plain(title: str) -> str:
    return title.replace("`", "")


def _ratios(area: Area, measured: Measured | None) -> str:
    if not area.workloads:
        return ""
    told = [f"{escape(cost.title)} <b>{interval(cost.ratio)}</b>" for cost in _costs(area, measured)]
    return "<br>".join(told) or f"<span class=soft>{_NOT_MEASURED}</span>"


def _costs(area: Area, measured: Measured | None) -> list[Answer]:
    return costs(measured, area.workloads) if measured else []


def _section(area: Area, code: str, measured: Measured | None) -> str:
    routes = " · ".join(f"<code>{escape(route)}</code>" for route in area.routes)
    return (
        f"<section id={area.name}><h2>{area.name}</h2><p>{escape(_plain(area.title))}</p>"
        f"<p class=note>{routes}</p>{_cost_table(area, measured)}{_rules(area)}{code}</section>"
    )


def _cost_table(area: Area, measured: Measured | None) -> str:
    found = _costs(area, measured)
    if not found:
        return f"<p class=note>CPU per request: {_NOT_MEASURED}.</p>" if area.workloads else ""
    head = "<tr><th>CPU per request<th class=n>Flask<th class=n>FastAPI<th>FastAPI ÷ Flask<th>FastAPI is"
    rows = (
        f"<tr><th>{escape(cost.title)}<td class=n>{_milliseconds(cost.base_ms)}<td class=n>"
        f"{_milliseconds(cost.other_ms)}<td>{interval(cost.ratio)}<td>{cost.word}"
        for cost in found
    )
    return f"<div class=wide><table class=figures><thead>{head}<tbody>{''.join(rows)}</table></div>"


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{significant(value)} ms"


def _rules(area: Area) -> str:
    if not area.rules:
        return "<p class=note>No rules of its own: the areas above are proven through it.</p>"
    groups = "".join(
        f"<h3>{escape(group.title)}</h3><ul>{''.join(f'<li>{escape(rule)}' for rule in group.rules)}</ul>"
        for group in area.rules
    )
    return f"<details><summary>{area.rule_count} rules of the contract, for both</summary>{groups}</details>"


def _code(area: Area) -> str:
    heads = "".join(
        f"<th>{folder}/{area.name}.py <span class=soft>{_size(code)}</span>"
        for folder, code in zip(TWINS.values(), (area.flask, area.fastapi), strict=True)
    )
    return f"<table class=code><thead><tr>{heads}<tbody>{''.join(_rows(area))}</table>"


def _size(code: Code | None) -> str:
    return f"{code.lines_of_code} lines of code" if code else "does without"


def _rows(area: Area) -> Iterator[str]:
    left, right = (coloured_lines(code.text) if code else [] for code in (area.flask, area.fastapi))
    for row in align(area.flask, area.fastapi):
        yield f"<tr{_kind(row)}>{_cell(left, row.left, row.left_changes)}{_cell(right, row.right, row.right_changes)}\n"


def _kind(row: Row) -> str:
    return "" if row.same else " class=d"


def _cell(lines: list[list[Piece]], line: int | None, changes: Iterable[tuple[int, int]]) -> str:
    return "<td class=x>" if line is None else f"<td>{line_html(lines[line], list(changes))}"
