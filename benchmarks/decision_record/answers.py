"""The answer for each workload: two contenders, what they cost, and the word that may be said."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.analyse import KINDS, Analysis, Comparison, Kind, Word
from benchmarks.ratios import Ratio
from benchmarks.records import Contender, Run
from benchmarks.workloads import ALL_WORKLOADS

# What most people mean by the question comes first; a control is no choice.
_ORDER: tuple[Kind, ...] = ("stack", *(kind for kind in KINDS if kind not in {"stack", "control"}))


class Choice(NamedTuple):
    """Two contenders between which one can choose, and what is known about `other` beside `base`."""

    base: Contender
    other: Contender
    kind: Kind
    answers: list["Answer"]

    def answers_that_are(self, word: Word) -> list["Answer"]:
        """Those of which this word is said."""
        return [answer for answer in self.answers if answer.word == word]


class Answer(NamedTuple):
    """CPU of both for one request of a workload, None where it could not be read, and `other` divided by `base`."""

    workload: str
    title: str
    base_ms: float | None
    other_ms: float | None
    ratio: Ratio | None
    word: Word
    note: str
    rounds_more: int | None


def choices(run: Run, analysis: Analysis) -> list[Choice]:
    """Every pair of contenders of which something is known, the one that the question is about first."""
    known = {contender.name: contender for contender in run.plan.contenders}
    found: dict[tuple[str, str], list[Comparison]] = {}
    for one in _by_interest(analysis):
        found.setdefault((one.base, one.other), []).append(one)
    return [
        Choice(known[base], known[other], ones[0].kind, [_answer(analysis, one) for one in ones])
        for (base, other), ones in found.items()
        if any(one.ratio for one in ones)
    ]


def _by_interest(analysis: Analysis) -> Iterator[Comparison]:
    cpu = [one for one in analysis.comparisons if one.metric == "cpu"]
    return (one for kind in _ORDER for one in cpu if one.kind == kind)


def _answer(analysis: Analysis, one: Comparison) -> Answer:
    base_ms, other_ms = (_cpu_ms(analysis, name, one.workload) for name in (one.base, one.other))
    title = ALL_WORKLOADS[one.workload].title
    return Answer(one.workload, title, base_ms, other_ms, one.ratio, one.word, one.note, one.rounds_more)


def _cpu_ms(analysis: Analysis, contender: str, workload: str) -> float | None:
    # Seconds for a thousand requests are milliseconds for one.
    costs = [
        cost
        for cell in analysis.cells
        if (cell.contender, cell.workload) == (contender, workload)
        for cost in cell.cpu_s_per_1000
    ]
    return median(costs) if costs else None


def named(answers: Sequence[Answer]) -> str:
    """Their workloads in a sentence."""
    titles = [answer.title.lower() for answer in answers]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def span(values: Sequence[str]) -> str:
    """From the first to the last, or one when they are alike."""
    return values[0] if values[0] == values[-1] else f"{values[0]} to {values[-1]}"
