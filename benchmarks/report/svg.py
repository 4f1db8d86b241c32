"""Small pieces of SVG as text; colours and widths are in the style sheet, by class."""

from collections.abc import Sequence
from html import escape
from typing import Literal, TypeAlias

from benchmarks.report.scales import Scale, tick

Point: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]


def number(value: float) -> str:
    """A coordinate: a tenth of a pixel is as fine as anybody sees."""
    return f"{value:.1f}".removesuffix(".0")


def tag(name: str, content: str = "", **attributes: str | float) -> str:
    """An element; `class_` and `text_anchor` become `class` and `text-anchor`."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value != ""
    )
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def words(at: Point, text: str, kind: str = "", *, anchor: Anchor = "start") -> str:
    """A line of text."""
    return tag("text", escape(text), class_=kind, x=at[0], y=at[1], text_anchor="" if anchor == "start" else anchor)


def line(start: Point, end: Point, kind: str) -> str:
    """A straight line."""
    return tag("line", class_=kind, x1=start[0], y1=start[1], x2=end[0], y2=end[1])


def band(left: float, top: float, right: float, bottom: float, kind: str) -> str:
    """A filled rectangle."""
    return tag("rect", class_=kind, x=left, y=top, width=right - left, height=bottom - top)


def path(points: Sequence[Point], kind: str) -> str:
    """A line from point to point."""
    return tag("path", class_=kind, d="M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)) if points else ""


def dots(points: Sequence[Point], kind: str) -> str:
    """Many dots in one element: lines without length, whose round ends the style sheet makes visible."""
    return tag("path", class_=kind, d="".join(f"M{number(x)} {number(y)}h0" for x, y in points)) if points else ""


def picture(title: str, description: str, width: float, height: float, content: str) -> str:
    """A drawing with a name and a description for those who cannot see it."""
    said = tag("title", escape(title)) + tag("desc", escape(description))
    return tag("svg", said + content, class_="chart", role="img", viewBox=f"0 0 {number(width)} {number(height)}")


def axis_below(scale: Scale, top: float, bottom: float, *, most: int = 5) -> str:
    """Grid lines across the drawing, with their values below."""
    return "".join(
        line((x, top), (x, bottom), "grid") + words((x, bottom + 14), tick(value), "tick", anchor="middle")
        for value in scale.ticks(most)
        for x in [scale.at(value)]
    )


def axis_left(scale: Scale, left: float, right: float, *, most: int = 6) -> str:
    """Grid lines along the drawing, with their values to the left."""
    return "".join(
        line((left, y), (right, y), "grid") + words((left - 5, y + 4), tick(value), "tick", anchor="end")
        for value in scale.ticks(most)
        for y in [scale.at(value)]
    )
