"""Where a value lies in a drawing, and which round values are worth a label there."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

# Sets of leading digits, from sparse to dense: the densest that still fits is used.
_LEADS: tuple[tuple[float, ...], ...] = (
    (1,),
    (1, 3),
    (1, 2, 5),
    (1, 1.5, 2, 3, 5, 7),
    (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8),
)


class Scale(NamedTuple):
    """A stretch of values laid on a stretch of the drawing, by their logarithm or as they are."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    @classmethod
    def around(cls, values: Iterable[float], start: float, end: float, *, logarithmic: bool = False) -> Self:
        """A scale that holds all these values with a little room; on a logarithm only those above 0 count."""
        usable = [value for value in values if math.isfinite(value) and (value > 0 or not logarithmic)]
        low, high = (min(usable), max(usable)) if usable else (1.0, 10.0)
        if logarithmic:
            return cls(low / 1.15, high * 1.15, start, end, logarithmic=True)
        room = 0.05 * (high - low) or abs(high) or 1.0
        return cls(low - room if low else 0.0, high + room, start, end)

    def at(self, value: float) -> float:
        """Where a value lies, cut at the ends."""
        share = (self._measure(value) - self._measure(self.low)) / (self._measure(self.high) - self._measure(self.low))
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Whether a value lies on the scale."""
        return self.low <= value <= self.high

    def ticks(self, most: int) -> list[float]:
        """Round values on the scale, at most so many."""
        if self.logarithmic:
            for leads in reversed(_LEADS):
                if 2 <= len(found := self._decades(leads)) <= most:
                    return found
            if self.high / self.low > 10:
                return _thinned(self._decades((1,)), most)
        return self._steps(most)

    def _measure(self, value: float) -> float:
        # A logarithm has no place for 0; far left is where it belongs.
        return math.log(max(value, self.low / 2)) if self.logarithmic else value

    def _decades(self, leads: tuple[float, ...]) -> list[float]:
        exponents = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        return [value for power in exponents for lead in leads if self.holds(value := lead * 10.0**power)]

    def _steps(self, most: int) -> list[float]:
        rough = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(lead * power for lead in (1, 2, 5, 10) if lead * power >= rough)
        return [index * step for index in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


def _thinned(values: Sequence[float], most: int) -> list[float]:
    return list(values[:: math.ceil(len(values) / most)])


def tick(value: float) -> str:
    """A label of an axis: no more digits than the value has."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6f}".rstrip("0").rstrip(".")
