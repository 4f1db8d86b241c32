"""Latencies as an HdrHistogram: three significant figures from a microsecond to an hour, merged and never averaged."""

from collections.abc import Iterable, Iterator
from functools import cached_property

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
    def of(cls, values_us: Iterable[int]) -> "Histogram":
        """The histogram of these values, in microseconds."""
        recorder = Recorder()
        for value_us in values_us:
            recorder.record(value_us)
        return recorder.histogram()

    @classmethod
    def merged(cls, parts: Iterable["Histogram"]) -> "Histogram":
        """The histogram of everything that is in `parts`."""
        recorder = Recorder()
        for part in parts:
            recorder.add(part)
        return recorder.histogram()

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


class Recorder:
    """Counts values as they come, in constant memory, so that little is left to do when they are asked for."""

    def __init__(self) -> None:
        self._counts, self._max_us, self._sum_us = empty(), 0, 0

    def record(self, value_us: int) -> None:
        """One more."""
        self._counts.record_value(max(_LOWEST_US, value_us))
        self._max_us = max(self._max_us, value_us)
        self._sum_us += value_us

    def add(self, part: Histogram) -> None:
        """All that `part` counted."""
        if part.encoded:
            # Not kept with the part: opened, a histogram takes 200 KB, and a run has thousands.
            self._counts.decode_and_add(part.encoded)
        self._max_us = max(self._max_us, part.max_us)
        self._sum_us += part.sum_us

    def histogram(self) -> Histogram:
        """What was counted so far."""
        encoded = self._counts.encode().decode("ascii") if self._counts.get_total_count() else ""
        return Histogram(encoded=encoded, max_us=self._max_us, sum_us=self._sum_us)
