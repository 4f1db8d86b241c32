"""A forest plot: one small drawing a row, so that the text beside it stays text on any screen."""

import math

from benchmarks.analyse import Comparison
from benchmarks.ratios import EQUIVALENCE, Ratio

_LIMITS = (1.25, 1.5, 2.0, 3.0, 4.0, 8.0)
_TICKS = (1 / 8, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 8.0)
_WIDTH, _HEIGHT = 1000, 24


class Axis:
    """A logarithmic axis around 1, wide enough for what it has to show, but not for what nobody could read."""

    def __init__(self, comparisons: list[Comparison]) -> None:
        widest = max((_reach(comparison.ratio) for comparison in comparisons if comparison.ratio), default=1.0)
        self._limit = next((limit for limit in _LIMITS if limit >= widest), _LIMITS[-1])

    def position(self, ratio: float) -> float:
        """Where a ratio lies, from 0 to 1, cut at the ends."""
        return min(1.0, max(0.0, 0.5 + math.log(ratio) / math.log(self._limit) / 2))

    def holds(self, ratio: float) -> bool:
        """Whether a ratio lies on the axis."""
        return 1 / self._limit <= ratio <= self._limit

    def ticks(self) -> list[float]:
        """The ratios to label, few enough to stay apart."""
        shown = [tick for tick in _TICKS if self.holds(tick)]
        return shown if len(shown) <= 7 else [tick for tick in shown if math.log2(tick).is_integer()]


def _reach(ratio: Ratio) -> float:
    # The estimate always fits; an interval that goes on without end does not set the scale.
    return max(ratio.estimate, 1 / ratio.estimate, min(max(ratio.high, 1 / ratio.low), 2.0))


def row(comparison: Comparison, control: Ratio | None, axis: Axis) -> str:
    """The drawing of one comparison."""
    ratio = comparison.ratio
    parts = [_band("same", 1 / (1 + EQUIVALENCE), 1 + EQUIVALENCE, axis)]
    if control:
        parts.append(_band("control", control.low, control.high, axis))
    parts.append(_line("one", 1.0, 1.0, axis, upright=True))
    if ratio:
        cut = "" if axis.holds(ratio.low) and axis.holds(ratio.high) else " cut"
        parts.append(_line(f"interval{cut}", ratio.low, ratio.high, axis))
        parts.append(_line("dot", ratio.estimate, ratio.estimate, axis))
    return (
        f'<svg class="row {comparison.word.replace(" ", "-")}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _band(kind: str, low: float, high: float, axis: Axis) -> str:
    left, right = (_WIDTH * axis.position(end) for end in (low, high))
    return f'<rect class="{kind}" x="{left:.1f}" width="{right - left:.1f}" height="{_HEIGHT}"/>'


def _line(kind: str, low: float, high: float, axis: Axis, *, upright: bool = False) -> str:
    left, right = (_WIDTH * axis.position(end) for end in (low, high))
    top, bottom = (0, _HEIGHT) if upright else (_HEIGHT // 2, _HEIGHT // 2)
    # A line without length and with round ends is a dot that keeps its shape when the drawing is stretched.
    return (
        f'<line class="{kind}" x1="{left:.1f}" x2="{right:.1f}" y1="{top}" y2="{bottom}" '
        'vector-effect="non-scaling-stroke"/>'
    )


def scale(axis: Axis) -> str:
    """The labels of the axis."""
    labels = (f'<span style="left:{100 * axis.position(tick):.1f}%">{_tick(tick)}</span>' for tick in axis.ticks())
    return f'<div class="scale" aria-hidden="true">{"".join(labels)}</div>'


def _tick(ratio: float) -> str:
    return f"{ratio:.2f}".rstrip("0").rstrip(".")
