"""Latencies as counts: exact below a millisecond, within 0.2 % above, and mergeable without averaging.

The idea is HdrHistogram's: keep the ten leading bits of each value, so that a bucket is never wider than 1/512 of it.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

_KEPT_BITS = 10
# With fewer samples beyond a percentile it is the luck of a few requests.
MIN_SAMPLES_BEYOND = 10


def bucket_of(value_us: int) -> int:
    """The lowest value that is counted together with `value_us`."""
    spare_bits = max(0, value_us.bit_length() - _KEPT_BITS)
    return value_us >> spare_bits << spare_bits


class Histogram(BaseModel):
    """Counts by bucket, in ascending order, and the greatest value exactly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    buckets: list[tuple[int, Annotated[int, Field(ge=1)]]]
    max_us: int

    @classmethod
    def of(cls, values_us: Iterable[int]) -> Self:
        """The histogram of these values."""
        values = list(values_us)
        counts = Counter(map(bucket_of, values))
        return cls(buckets=sorted(counts.items()), max_us=max(values, default=0))

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self:
        """The histogram of everything that is in `parts`."""
        counts: Counter[int] = Counter()
        max_us = 0
        for part in parts:
            counts.update(dict(part.buckets))
            max_us = max(max_us, part.max_us)
        return cls(buckets=sorted(counts.items()), max_us=max_us)

    @property
    def samples(self) -> int:
        """How many values were counted."""
        return sum(count for _, count in self.buckets)

    def percentile_us(self, percent: float) -> int | None:
        """The value that `percent` of the samples do not exceed; None with too few samples to say."""
        beyond = self.samples * (1 - percent / 100)
        if beyond < MIN_SAMPLES_BEYOND:
            return None
        passed = 0
        for bucket, count in self.buckets:
            passed += count
            if passed >= self.samples - beyond:
                return bucket
        return self.max_us
