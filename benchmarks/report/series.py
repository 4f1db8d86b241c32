"""How each contender looks in every drawing: the framework decides the colour, the server the shape of its mark.

Two signs beside the colour, shape and dashes, keep lines apart in print and for people who see colours otherwise.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from benchmarks.records import Contender
from benchmarks.report.svg import Point, number, path, tag

_HUES = 5
_OUTLINES = (
    "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0",
    "m-3 -3h6v6h-6z",
    "m0 -4l4 7h-8z",
    "m0 -4.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z",
    "m0 4l4 -7h-8z",
    "m-4 -1h3v-3h2v3h3v2h-3v3h-2v-3h-3z",
)


class Look(NamedTuple):
    """What a contender looks like; `style` names classes of the style sheet."""

    label: str
    style: str
    outline: str

    def marks(self, points: Sequence[Point], kind: str = "") -> str:
        """This contender's mark at each point."""
        drawn = "".join(f"M{number(x)} {number(y)}{self.outline}" for x, y in points)
        return tag("path", class_=f"mark {self.style} {kind}".strip(), d=drawn) if points else ""

    def curve(self, points: Sequence[Point], kind: str = "") -> str:
        """A line in this contender's colour and dashes."""
        return path(points, f"curve {self.style} {kind}".strip())


def looks(contenders: Sequence[Contender]) -> dict[str, Look]:
    """The look of every contender, by name."""
    frameworks = list(dict.fromkeys(one.framework for one in contenders))
    found, seen = {}, dict.fromkeys(frameworks, 0)
    for one in contenders:
        place = seen[one.framework]
        seen[one.framework] += 1
        style = f"h{frameworks.index(one.framework) % _HUES} v{place % len(_OUTLINES)}"
        label = f"{one.label}, control" if one.control_of else one.label
        found[one.name] = Look(label, style, _OUTLINES[place % len(_OUTLINES)])
    return found


def legend(shown: Sequence[Look]) -> str:
    """Which mark is whose."""
    return '<ul class="legend">' + "".join(f"<li>{_sample(look)}{escape(look.label)}</li>" for look in shown) + "</ul>"


def _sample(look: Look) -> str:
    drawn = look.curve([(0, 7), (28, 7)]) + look.marks([(14, 7)])
    return tag("svg", drawn, class_="sample", viewBox="0 0 28 14", aria_hidden="true")
