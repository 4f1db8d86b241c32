"""What the requests of an area cost in each twin, from an analysis that measured both."""

from collections.abc import Collection
from typing import NamedTuple

from benchmarks.analyse import Analysis
from benchmarks.decision_record.answers import Answer, Choice, choices
from benchmarks.records import Run

_FRAMEWORKS = ("Flask", "FastAPI")


class Measured(NamedTuple):
    """A run and what it says."""

    run: Run
    analysis: Analysis


def choice_of(measured: Measured) -> Choice | None:
    """The Flask and the FastAPI that users would run, or else two on one server, if the run compared any."""
    found = choices(measured.run, measured.analysis)
    return next((one for one in found if (one.base.framework, one.other.framework) == _FRAMEWORKS), None)


def costs(measured: Measured, workloads: Collection[str]) -> list[Answer]:
    """What was measured of these workloads."""
    choice = choice_of(measured)
    return [answer for answer in choice.answers if answer.workload in workloads and answer.ratio] if choice else []
