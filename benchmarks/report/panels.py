"""Small drawings with two axes, side by side where there is room and below each other where there is none."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from benchmarks.report import svg
from benchmarks.report.scales import Scale
from benchmarks.report.series import Look
from benchmarks.report.svg import Point

WIDTH, HEIGHT = 340, 236
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 330, 18, 196


class Curve(NamedTuple):
    """One contender in a panel: a line with marks, single rounds as dots, and marks that are no measurement."""

    look: Look
    points: Sequence[Point]
    # One with a kind has no marks; "raw" is drawn lighter than the curve it belongs to.
    kind: str = ""
    rounds: Sequence[Point] = ()
    doubtful: Sequence[Point] = ()


class Panel(NamedTuple):
    """A drawing, what it shows in words, and its curves; both axes are logarithmic unless told otherwise."""

    title: str
    description: str
    x_title: str
    y_title: str
    curves: list[Curve]
    # A horizontal line that answers must stay below, and its name.
    promise: tuple[float, str] | None = None
    # A band of values that count as equal.
    equal: tuple[float, float] | None = None
    x_logarithmic: bool = True
    y_logarithmic: bool = True
    # Labels of the horizontal axis that are not its values, such as percentiles.
    x_ticks: Sequence[tuple[float, str]] = ()


def panels(shown: list[Panel]) -> str:
    """The drawings as a grid."""
    return '<div class="panels">' + "".join(map(_figure, shown)) + "</div>"


def _figure(panel: Panel) -> str:
    drawing = svg.picture(panel.title, panel.description, WIDTH, HEIGHT, _drawing(panel))
    return f"<figure><figcaption>{escape(panel.title)}</figcaption>{drawing}</figure>"


def _points(panel: Panel) -> Iterator[Point]:
    for curve in panel.curves:
        yield from (*curve.points, *curve.rounds, *curve.doubtful)


def _drawing(panel: Panel) -> str:
    points = list(_points(panel))
    heights = [y for _, y in points] + ([panel.promise[0]] if panel.promise else []) + list(panel.equal or ())
    widths = [x for x, _ in points] + [x for x, _ in panel.x_ticks]
    across = Scale.around(widths, _LEFT, _RIGHT, logarithmic=panel.x_logarithmic)
    upright = Scale.around(heights, _BOTTOM, _TOP, logarithmic=panel.y_logarithmic)
    return "".join(
        (
            _equal(panel, upright),
            _below(panel, across),
            svg.axis_left(upright, _LEFT, _RIGHT),
            svg.words((_LEFT, 10), panel.y_title, "tick"),
            svg.words(((_LEFT + _RIGHT) / 2, HEIGHT - 8), panel.x_title, "tick", anchor="middle"),
            _promise(panel, upright),
            *(_curve(curve, across, upright) for curve in panel.curves),
        )
    )


def _below(panel: Panel, across: Scale) -> str:
    if not panel.x_ticks:
        return svg.axis_below(across, _TOP, _BOTTOM)
    return "".join(
        svg.line((x, _TOP), (x, _BOTTOM), "grid") + svg.words((x, _BOTTOM + 14), label, "tick", anchor="middle")
        for value, label in panel.x_ticks
        for x in [across.at(value)]
    )


def _equal(panel: Panel, upright: Scale) -> str:
    if not panel.equal:
        return ""
    low, high = panel.equal
    return svg.band(_LEFT, upright.at(high), _RIGHT, upright.at(low), "same")


def _promise(panel: Panel, upright: Scale) -> str:
    if not panel.promise:
        return ""
    value, name = panel.promise
    y = upright.at(value)
    return svg.line((_LEFT, y), (_RIGHT, y), "promise") + svg.words((_LEFT + 4, y - 4), name, "promise-name")


def _curve(curve: Curve, across: Scale, upright: Scale) -> str:
    def laid(points: Sequence[Point]) -> list[Point]:
        return [(across.at(x), upright.at(y)) for x, y in points]

    marks = "" if curve.kind else curve.look.marks(laid(curve.points))
    return (
        svg.dots(laid(curve.rounds), f"round {curve.look.style}")
        + curve.look.curve(laid(curve.points), curve.kind)
        + marks
        + curve.look.marks(laid(curve.doubtful), "doubtful")
    )
