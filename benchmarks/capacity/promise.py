"""A promise about answers, such as `p99 < 100 ms, errors < 0.1 %`, and whether a load kept it.

An arrival that was not answered as it should be waited for ever: it is beyond every percentile. So a server cannot keep
a promise about latency by turning requests away, also where nothing is said about errors.
"""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from benchmarks.failures import UsageError
from benchmarks.histogram import MIN_SAMPLES_BEYOND
from benchmarks.records import Load, Record

EXAMPLE = "p99 < 100 ms, errors < 0.1 %"
_CLAUSE = re.compile(
    r"(?P<what>max|errors|p(?P<percent>\d{1,2}(\.\d+)?))\s*<\s*(?P<number>\d+(\.\d+)?)\s*(?P<unit>us|µs|ms|s|%)"
)
_UNIT_US = {"us": 1, "µs": 1, "ms": 1_000, "s": 1_000_000}


class Limit(Record):
    """A latency that `percent` of all arrivals must not exceed."""

    percent: Annotated[float, Field(gt=0, le=100)]
    limit_us: Annotated[float, Field(gt=0)]


class Promise(Record):
    """What must hold, in the words it was given in."""

    text: str
    limits: list[Limit]
    errors: float | None

    @property
    def arrivals_needed(self) -> int:
        """How many arrivals it takes to judge the strictest percentile."""
        return max((_needed(limit.percent) for limit in self.limits), default=0)


def _needed(percent: float) -> int:
    return round(MIN_SAMPLES_BEYOND / (1 - percent / 100)) if percent < 100 else 0


def parse(text: str) -> Promise:
    """Read a promise; raises UsageError with the clause that is none."""
    limits: list[Limit] = []
    errors: list[float] = []
    for clause in text.split(","):
        found = _CLAUSE.fullmatch(clause.strip().lower())
        if not found or (found["what"] == "errors") != (found["unit"] == "%"):
            raise UsageError(f"{clause.strip()!r} is no promise; say for instance {EXAMPLE!r}")
        if not float(found["number"]):
            raise UsageError(f"{clause.strip()!r} promises what nothing can keep")
        if found["what"] == "errors":
            errors.append(float(found["number"]) / 100)
        else:
            limits.append(_limit(found))
    return Promise(text=text, limits=limits, errors=min(errors, default=None))


def _limit(found: re.Match[str]) -> Limit:
    percent = 100.0 if found["what"] == "max" else float(found["percent"])
    if not percent:
        raise UsageError("no answer is below the 0th percentile; say for instance 'p50 < 10 ms'")
    return Limit(percent=percent, limit_us=float(found["number"]) * _UNIT_US[found["unit"]])


def broken_by(promise: Promise, load: Load) -> list[str]:
    """Each clause that the load did not keep, with what was seen instead."""
    return [*_slow(promise, load), *_wrong(promise, load)]


def _slow(promise: Promise, load: Load) -> Iterator[str]:
    answered, asked = load.latency_us.samples, _asked(load)
    for limit in promise.limits:
        # The rank among all arrivals, as a rank among those that were answered.
        percent = limit.percent * asked / answered if answered else 101
        name = "max" if limit.percent == 100 else f"p{limit.percent:g}"
        if percent > 100:
            yield f"{name}: {asked - answered} of {asked} had no answer"
        elif (seen_us := load.latency_us.value_at(percent)) >= limit.limit_us:
            yield f"{name}: {seen_us / 1000:.3g} ms"


def _wrong(promise: Promise, load: Load) -> Iterator[str]:
    share = 1 - load.ok / _asked(load) if _asked(load) else 1.0
    if promise.errors is not None and share >= promise.errors:
        yield f"errors: {100 * share:.2g} %"


def _asked(load: Load) -> int:
    # One that the generator started too late says nothing about the server.
    return load.scheduled - load.late
