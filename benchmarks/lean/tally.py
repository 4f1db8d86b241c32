"""What became of requests, in numbers that can be added up."""

from collections import Counter
from collections.abc import Iterable
from typing import Self

from pydantic import Field

from benchmarks.histogram import Histogram
from benchmarks.records import Count, Record


class Tally(Record):
    """Requests by their fate; started = ok + failed + late + open, scheduled = started + dropped."""

    scheduled: Count = 0
    started: Count = 0
    ok: Count = 0
    failed: Count = 0
    late: Count = 0
    dropped: Count = 0
    open: Count = 0
    failures: dict[str, int] = Field(default_factory=dict)
    latency_us: Histogram = Histogram()
    service_us: Histogram = Histogram()
    # Requests under way, added up over time: request-seconds.
    busy_s: float = 0.0
    connections: Count = 0
    bytes_received: Count = 0
    rows_added: int = 0

    @property
    def answered(self) -> int:
        """Requests that have come to an end."""
        return self.ok + self.failed + self.late

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self:
        """Everything that is in `parts`."""
        known = list(parts)
        failures: Counter[str] = Counter()
        for part in known:
            failures.update(part.failures)
        sums = {name: sum(getattr(part, name) for part in known) for name in _ADDED}
        return cls(
            **sums,
            failures=dict(failures),
            latency_us=Histogram.merged(part.latency_us for part in known),
            service_us=Histogram.merged(part.service_us for part in known),
        )


_ADDED = tuple(name for name, field in Tally.model_fields.items() if field.annotation in {Count, int, float})
_PERCENTILES = (50, 90, 95, 99, 99.9)


def summary(tally: Tally) -> str:
    """What became of requests, in two lines; latency counts from when a request was due."""
    fates = f"{tally.ok} ok, {tally.failed} failed, {tally.late} late, {tally.dropped} dropped"
    known = ((percent, tally.latency_us.percentile_us(percent)) for percent in _PERCENTILES)
    shown = [f"p{percent:g} {value_us / 1000:.3f} ms" for percent, value_us in known if value_us is not None]
    return f"Requests: {fates}\nLatency: {', '.join(shown) or 'too few requests to say'}"
