"""Latencies as an HdrHistogram: three significant figures from a microsecond to an hour, merged and never averaged."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Self

from hdrh.histogram import HdrHistogram
from pydantic import BaseModel, ConfigDict, Field

_LOWEST_US, _HIGHEST_US, _FIGURES = 1, 3_600_000_000, 3
# With fewer samples beyond a percentile it is the luck of a few requests.
MIN_SAMPLES_BEYOND = 10


def empty() -> HdrHistogram:
    """A histogram of the library with nothing in it."""
    return HdrHistogram(_LOWEST_US, _HIGHEST_US, _FIGURES)


class Histogram(BaseModel):
    """The library's own compressed encoding, and what it rounds: the greatest value and the sum exactly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoded: str = ""
    max_us: int = Field(default=0, ge=0)
    sum_us: int = Field(default=0, ge=0)

    @classmethod
    def of(cls, values_us: Iterable[int]) -> Self:
        """The histogram of these values, in microseconds."""
        counts, greatest, total = empty(), 0, 0
        for value_us in values_us:
            counts.record_value(max(_LOWEST_US, value_us))
            greatest, total = max(greatest, value_us), total + value_us
        return cls._of_counts(counts, greatest, total)

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self:
        """The histogram of everything that is in `parts`."""
        counts, greatest, total = empty(), 0, 0
        for part in parts:
            if part.encoded:
                # Not kept with the part: opened, a histogram takes 200 KB, and a run has thousands.
                counts.decode_and_add(part.encoded)
            greatest, total = max(greatest, part.max_us), total + part.sum_us
        return cls._of_counts(counts, greatest, total)

    @classmethod
    def _of_counts(cls, counts: HdrHistogram, greatest: int, total: int) -> Self:
        encoded = counts.encode().decode("ascii") if counts.get_total_count() else ""
        return cls(encoded=encoded, max_us=greatest, sum_us=total)

    @cached_property
    def _counts(self) -> HdrHistogram:
        return HdrHistogram.decode(self.encoded) if self.encoded else empty()

    @property
    def samples(self) -> int:
        """How many values were counted."""
        return int(self._counts.get_total_count())

    @property
    def mean_us(self) -> float:
        """The mean of the values as they were, not of their buckets; 0 without any."""
        return self.sum_us / self.samples if self.encoded else 0.0

    def value_at(self, percent: float) -> int:
        """The value that `percent` of the samples do not exceed, to three figures."""
        return min(self.max_us, int(self._counts.get_value_at_percentile(percent)))

    def percentile_us(self, percent: float) -> int | None:
        """As `value_at`, or None with too few samples beyond it to say."""
        if self.samples * (100 - percent) / 100 < MIN_SAMPLES_BEYOND:
            return None
        return self.value_at(percent)

    def buckets(self) -> Iterator[tuple[int, int]]:
        """Values with how many samples they stand for, in ascending order."""
        for item in self._counts.get_recorded_iterator():
            yield int(item.value_iterated_to), int(item.count_added_in_this_iter_step)
