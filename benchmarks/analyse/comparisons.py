"""Ratios of contenders, and the words that may be said of them."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from benchmarks.analyse.chosen import Chosen, Place
from benchmarks.analyse.pairs import Pair, pairs
from benchmarks.analyse.shape import Comparison, Metric, Word
from benchmarks.ratios import Ratio, holm, paired_ratio, rounds_needed, word
from benchmarks.records import Contender, Trial
from benchmarks.spreads import moderated

# Where nobody could read a server's CPU clock, all its readings are 0, and there is no ratio.
_VALUE: dict[Metric, Callable[[Trial], float]] = {
    "cpu": lambda trial: trial.cpu_s_per_1000,
    "rate": lambda trial: trial.rate_per_s,
}
# `other` is faster with less CPU a request, and with more requests a second.
_WORDS: dict[Metric, tuple[Word, Word]] = {"cpu": ("faster", "slower"), "rate": ("slower", "faster")}


class _Question(NamedTuple):
    pair: Pair
    workload: str
    ratio: Ratio | None


class _Evidence(NamedTuple):
    """What decides about a ratio, beside itself."""

    adjusted_p: float
    # What the control shows in the same workload, as a logarithm.
    noise: float
    family: int


def compare(
    chosen: Chosen, contenders: Sequence[Contender], workloads: Sequence[str], metric: Metric
) -> list[Comparison]:
    """Every pair under every workload that both can answer."""
    questions = _moderated(
        _Question(pair, workload, _ratio(chosen, pair, workload, metric))
        for pair in pairs(contenders)
        for workload in workloads
        if _can(pair.base, workload) and _can(pair.other, workload)
    )
    noise = {
        question.workload: abs(math.log(question.ratio.estimate))
        for question in questions
        if question.pair.kind == "control" and question.ratio
    }
    # A workload without a control of its own borrows the worst.
    worst = max(noise.values(), default=0.0)
    # A control is all there is when one contender is measured alone.
    family = max(1, sum(question.pair.kind != "control" for question in questions))
    return [
        _comparison(question, metric, _Evidence(adjusted_p, noise.get(question.workload, worst), family))
        for question, adjusted_p in zip(questions, _adjusted(questions), strict=True)
    ]


def _moderated(questions: Iterable[_Question]) -> list[_Question]:
    """With spreads that all of them have told together."""
    asked = list(questions)
    told = iter(moderated([question.ratio for question in asked if question.ratio]))
    return [question._replace(ratio=next(told)) if question.ratio else question for question in asked]


def _can(contender: Contender, workload: str) -> bool:
    return not contender.workloads or workload in contender.workloads


def _ratio(chosen: Chosen, pair: Pair, workload: str, metric: Metric) -> Ratio | None:
    value = _VALUE[metric]
    trials = chosen.paired(Place(pair.base.name, workload), Place(pair.other.name, workload))
    values = [(value(other), value(base)) for base, other in trials]
    told = [(other, base) for other, base in values if other > 0 and base > 0]
    return paired_ratio(*zip(*told, strict=True)) if len(told) > 1 else None


def _adjusted(questions: Sequence[_Question]) -> list[float]:
    """Holm over two families: what is claimed, and the control, which must not make the claims dearer."""
    p_values = [1.0] * len(questions)
    for is_control in (False, True):
        family = [
            (index, question.ratio.p_value)
            for index, question in enumerate(questions)
            if question.ratio and (question.pair.kind == "control") is is_control
        ]
        for (index, _), adjusted_p in zip(family, holm([p_value for _, p_value in family]), strict=True):
            p_values[index] = adjusted_p
    return p_values


def _comparison(question: _Question, metric: Metric, evidence: _Evidence) -> Comparison:
    said, note, rounds_more = _verdict(question, metric, evidence)
    return Comparison(
        kind=question.pair.kind,
        metric=metric,
        base=question.pair.base.name,
        other=question.pair.other.name,
        workload=question.workload,
        ratio=question.ratio,
        word=said,
        note=note,
        rounds_more=rounds_more,
        adjusted_p=evidence.adjusted_p if question.ratio else None,
    )


class _Verdict(NamedTuple):
    word: Word
    note: str
    rounds_more: int | None = None


def _verdict(question: _Question, metric: Metric, evidence: _Evidence) -> _Verdict:
    ratio = question.ratio
    if ratio is None:
        return _Verdict("not judged", "fewer than two rounds in which both have a valid trial")
    less, more = _WORDS[metric]
    said = word(ratio, evidence.adjusted_p, less=less, more=more)
    if said == "equivalent":
        return _Verdict("equivalent", "")
    if said == "inconclusive":
        needed = rounds_needed(ratio, evidence.family)
        rounds_more = needed - ratio.rounds if needed else None
        return _Verdict("inconclusive", _more(rounds_more), rounds_more)
    if question.pair.kind != "control" and abs(math.log(ratio.estimate)) <= evidence.noise:
        return _Verdict("inconclusive", "smaller than what the control shows between two equal servers")
    return _Verdict(said, "")


def _more(rounds: int | None) -> str:
    if rounds is None:
        return "too noisy to settle"
    return f"about {rounds} more rounds" if rounds > 1 else "about 1 more round"
