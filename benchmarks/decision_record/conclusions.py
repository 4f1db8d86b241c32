"""What follows from the answers, and nothing else: every sentence is computed."""

from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.analyse import Analysis
from benchmarks.decision_record.answers import Answer, Choice, named, span
from benchmarks.decision_record.price import Price, cpu_hours_of_million
from benchmarks.ratios import EQUIVALENCE
from benchmarks.records import Contender
from benchmarks.text import mebibytes, percent, significant


def decision(choice: Choice) -> list[str]:
    """What CPU per request alone would have one choose, by workload."""
    return [
        *_preferred(choice.base, choice.answers_that_are("slower")),
        *_preferred(choice.other, choice.answers_that_are("faster")),
        *_either(choice.answers_that_are("equivalent")),
        *_open(choice.answers_that_are("inconclusive")),
        *_unjudged(choice.answers_that_are("not judged")),
    ]


def _preferred(contender: Contender, answers: Sequence[Answer]) -> Iterator[str]:
    if answers:
        factors = sorted(max(ratio.estimate, 1 / ratio.estimate) for answer in answers if (ratio := answer.ratio))
        saved = span([f"{factor:.2f}" for factor in (factors[0], factors[-1])])
        yield f"{contender.label} for {named(answers)}: the other needs {saved} times the CPU."


def _either(answers: Sequence[Answer]) -> Iterator[str]:
    if answers:
        yield f"Either for {named(answers)}: the same within {percent(EQUIVALENCE)}."


def _open(answers: Sequence[Answer]) -> Iterator[str]:
    for answer in answers:
        yield f"Open for {answer.title.lower()}: {answer.note}."


def _unjudged(answers: Sequence[Answer]) -> Iterator[str]:
    if answers:
        yield f"Not judged for {named(answers)}: {answers[0].note}."


def arithmetic(choice: Choice, price: Price) -> str:
    """How money was made of CPU time, with the first figure as the example."""
    rule = (
        f"CPU per request × 1,000,000 ÷ 3,600 s × {price.per_cpu_hour:g} {price.currency} for a core's hour; idle "
        "cores, memory, disk and network are not in it."
    )
    answer = next((answer for answer in choice.answers if answer.base_ms is not None), None)
    if answer is None or answer.base_ms is None:
        return rule
    hours, money = cpu_hours_of_million(answer.base_ms), price.told(price.of_million(answer.base_ms))
    return (
        f"{rule} {answer.title}, {choice.base.label}: {answer.base_ms / 1000:.4g} s × 1,000,000 ÷ 3,600 = "
        f"{hours:.4g} CPU hours × {price.per_cpu_hour:g} = {money}."
    )


def consequences(chosen: Sequence[Choice], analysis: Analysis, price: Price) -> list[str]:
    """What the choice is worth."""
    first = chosen[0]
    return [*_money(first, price), *_core(first), *_memory(first, analysis), *_elsewhere(chosen)]


def _money(choice: Choice, price: Price) -> Iterator[str]:
    costs = [
        (abs(price.of_million(answer.other_ms - answer.base_ms)), answer)
        for answer in (*choice.answers_that_are("slower"), *choice.answers_that_are("faster"))
        if answer.base_ms is not None and answer.other_ms is not None
    ]
    if costs:
        least, most = min(costs, key=lambda cost: cost[0]), max(costs, key=lambda cost: cost[0])
        told = [f"{price.told(value)} ({answer.title.lower()})" for value, answer in (least, most)]
        yield f"Where one is cheaper, it saves {span(told)} on a million requests."


def _core(choice: Choice) -> Iterator[str]:
    answer = choice.answers[0]
    if answer.base_ms and answer.other_ms:
        yield (
            f"A core that did nothing else would answer {significant(1000 / answer.base_ms)} requests a second of "
            f"{answer.title.lower()} with {choice.base.label}, {significant(1000 / answer.other_ms)} with "
            f"{choice.other.label}: an upper bound, not a capacity."
        )


def _memory(choice: Choice, analysis: Analysis) -> Iterator[str]:
    used = [
        [size for cell in analysis.cells if cell.contender == name for size in cell.loaded_pss_bytes if size]
        for name in (choice.base.name, choice.other.name)
    ]
    if all(used):
        told = [
            f"{mebibytes(median(sizes))} MiB with {contender.label}"
            for sizes, contender in zip(used, (choice.base, choice.other), strict=True)
        ]
        yield f"Memory under load (PSS, median): {', '.join(told)}."


def _elsewhere(chosen: Sequence[Choice]) -> Iterator[str]:
    """The same frameworks where nothing else differs."""
    first = chosen[0]
    frameworks = first.base.framework, first.other.framework
    for choice in chosen[1:]:
        ratios = sorted(answer.ratio.estimate for answer in choice.answers if answer.ratio)
        if choice.kind == "framework" and (choice.base.framework, choice.other.framework) == frameworks:
            told = span([f"{ratio:.2f}" for ratio in (ratios[0], ratios[-1])])
            yield (
                f"With nothing but the framework changed ({choice.other.label} ÷ {choice.base.label}), the ratio of "
                f"CPU is {told}."
            )
