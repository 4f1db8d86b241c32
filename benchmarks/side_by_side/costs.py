"""What the requests of an area cost in each twin, from an analysis that measured both."""

from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from benchmarks.analyse import Analysis, Comparison, Word
from benchmarks.ratios import Ratio
from benchmarks.records import Contender, Run
from benchmarks.workloads import ALL_WORKLOADS

_FRAMEWORKS = ["Flask", "FastAPI"]


class Measured(NamedTuple):
    """A run and what it says."""

    run: Run
    analysis: Analysis


class Cost(NamedTuple):
    """CPU of both twins for a request of a workload, in milliseconds, and FastAPI's divided by Flask's."""

    title: str
    flask_ms: float
    fastapi_ms: float
    ratio: Ratio
    word: Word


def pair(measured: Measured) -> tuple[Contender, Contender] | None:
    """The Flask and the FastAPI that users would run, or else two on one server, if a run compared any."""
    known = {contender.name: contender for contender in measured.run.plan.contenders}
    couples = [(known[one.base], known[one.other]) for kind in ("stack", "framework") for one in _of(measured, kind)]
    return next((couple for couple in couples if [one.framework for one in couple] == _FRAMEWORKS), None)


def costs(measured: Measured, workloads: tuple[str, ...]) -> list[Cost]:
    """What was measured of these workloads."""
    couple = pair(measured)
    if not couple:
        return []
    names = tuple(contender.name for contender in couple)
    found = [one for kind in ("stack", "framework") for one in _of(measured, kind) if (one.base, one.other) == names]
    return [
        Cost(
            ALL_WORKLOADS[one.workload].title,
            _cpu_ms(measured.analysis, one.base, one.workload),
            _cpu_ms(measured.analysis, one.other, one.workload),
            one.ratio,
            one.word,
        )
        for one in found
        if one.workload in workloads and one.ratio
    ]


def _of(measured: Measured, kind: str) -> Iterator[Comparison]:
    return (one for one in measured.analysis.comparisons if one.metric == "cpu" and one.kind == kind)


def _cpu_ms(analysis: Analysis, contender: str, workload: str) -> float:
    # Seconds for a thousand requests are milliseconds for one.
    return next(
        median(cell.cpu_s_per_1000)
        for cell in analysis.cells
        if cell.contender == contender and cell.workload == workload and cell.cpu_s_per_1000
    )
