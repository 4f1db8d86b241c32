"""The few forms of HTML that a report is made of; every text is escaped here and nowhere else."""

import re
from collections.abc import Sequence
from html import escape

from benchmarks.report.tables import Table

_CODE = re.compile("`([^`]+)`")


def section(title: str, *content: str) -> str:
    """A part of the page under its heading."""
    return f"<section><h2>{escape(title)}</h2>{''.join(content)}</section>"


def note(text: str) -> str:
    """A sentence in small print; what is in backticks is code."""
    told = _CODE.sub(r"<code>\1</code>", escape(text))
    return f"<p class=note>{told}</p>" if text else ""


def heading(text: str) -> str:
    """A heading below a section's."""
    return f"<h3>{escape(text)}</h3>"


def items(sentences: Sequence[str]) -> str:
    """A list."""
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"


def table(shown: Table, kind: str = "") -> str:
    """A table in a box that scrolls sideways when it has to, also by keyboard; one of "figures" breaks no line."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in shown.head)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in shown.rows
    )
    top = f"<thead><tr>{head}</tr></thead>" if any(shown.head) else ""
    box = f'<div class="wide" tabindex="0" role="region" aria-label="{escape(shown.title)}">'
    attribute = f' class="{kind}"' if kind else ""
    return f"{box}<table{attribute}>{top}<tbody>{rows}</tbody></table></div>"


def titled(shown: Table, kind: str = "") -> str:
    """A table under its title and note."""
    return heading(shown.title) + note(shown.note) + table(shown, kind)


def folded(title: str, content: str) -> str:
    """What is there for those who ask; printed open."""
    return f"<details><summary>{escape(title)}</summary>{content}</details>"
