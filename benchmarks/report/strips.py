"""Rows of text with a drawing in each: values on a common axis, readable as a table by those who cannot see it.

The drawing is stretched to whatever width is left, and the text beside it stays text, on any screen.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple, TypeVar

from benchmarks.report import svg
from benchmarks.report.scales import Scale, tick

T = TypeVar("T")

_WIDTH, _HEIGHT = 1000, 24
_MIDDLE = _HEIGHT / 2


class Strip(NamedTuple):
    """A row: what is measured, every single value of it, the figure that sums them up and the word about it."""

    name: str
    values: Sequence[float]
    middle: float | None
    figure: str
    word: str = ""
    # Classes of the style sheet: a verdict, or a contender's colour.
    style: str = ""
    low: float | None = None
    high: float | None = None
    # Values that count as equal to the control, from its interval.
    control: tuple[float, float] | None = None


class Axis(NamedTuple):
    """What the rows of a table share: a scale, a line to compare with, and a band around it that counts as equal."""

    scale: Scale
    heads: tuple[str, str, str]
    one: float | None = None
    same: tuple[float, float] | None = None
    # As many labels as fit into the narrowest column that the rows may get.
    most_ticks: int = 5


def axis_of(
    values: Sequence[float],
    heads: tuple[str, str, str],
    *,
    one: float | None = None,
    same: tuple[float, float] | None = None,
    logarithmic: bool = True,
) -> Axis:
    """An axis that holds these values."""
    return Axis(Scale.around(values, 0, _WIDTH, logarithmic=logarithmic), heads, one, same)


def limited(groups: Iterable[Sequence[T]], most: int) -> list[Sequence[T]]:
    """The first groups that together have no more than so many members."""
    kept: list[Sequence[T]] = []
    for group in groups:
        if sum(map(len, kept)) + len(group) <= most:
            kept.append(group)
    return kept


def table(title: str, axis: Axis, strips: Sequence[Strip], kind: str = "") -> str:
    """The rows under their scale."""
    name, figure, word = map(escape, axis.heads)
    head = f'<th>{name}</th><th class="draw">{_scale(axis)}</th><th>{figure}</th><th>{word}</th>'
    rows = "".join(_row(strip, axis) for strip in strips)
    return (
        f'<table class="strips {kind}"><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _row(strip: Strip, axis: Axis) -> str:
    style = f' class="{strip.style}"' if strip.style else ""
    return (
        f'<tr{style}><th scope="row">{escape(strip.name)}</th><td class="draw">{_drawing(strip, axis)}</td>'
        f'<td class="number">{escape(strip.figure)}</td><td class="word">{escape(strip.word)}</td></tr>'
    )


def _drawing(strip: Strip, axis: Axis) -> str:
    scale = axis.scale
    parts = [_band(axis.same, scale, "same"), _band(strip.control, scale, "control")]
    if axis.one is not None:
        parts.append(svg.line((scale.at(axis.one), 0), (scale.at(axis.one), _HEIGHT), "one"))
    parts.append(svg.dots([(scale.at(value), _MIDDLE) for value in strip.values], "round"))
    if strip.low is not None and strip.high is not None:
        cut = "" if scale.holds(strip.low) and scale.holds(strip.high) else " cut"
        parts.append(svg.line((scale.at(strip.low), _MIDDLE), (scale.at(strip.high), _MIDDLE), f"interval{cut}"))
    if strip.middle is not None:
        parts.append(svg.line((scale.at(strip.middle), 4), (scale.at(strip.middle), _HEIGHT - 4), "middle"))
    return svg.tag(
        "svg", "".join(parts), class_="row", viewBox=f"0 0 {_WIDTH} {_HEIGHT}", preserveAspectRatio="none",
        aria_hidden="true",
    )  # fmt: skip


def _band(ends: tuple[float, float] | None, scale: Scale, kind: str) -> str:
    return svg.band(scale.at(ends[0]), 0, scale.at(ends[1]), _HEIGHT, kind) if ends else ""


def _scale(axis: Axis) -> str:
    scale = axis.scale
    labels = (
        f'<span style="left:{100 * scale.at(value) / _WIDTH:.1f}%">{tick(value)}</span>'
        for value in scale.ticks(axis.most_ticks)
    )
    return f'<div class="scale" aria-hidden="true">{"".join(labels)}</div>'
