"""The record as text in sections; how it is drawn is decided elsewhere."""

from typing import NamedTuple

from benchmarks.analyse import Analysis
from benchmarks.decision_record import conclusions, context
from benchmarks.decision_record.answers import Answer, Choice, choices
from benchmarks.decision_record.price import Price
from benchmarks.records import Run
from benchmarks.text import interval, significant


class Sections(NamedTuple):
    """Everything that the page says, in its order."""

    title: str
    facts: list[tuple[str, str]]
    decision: list[str]
    head: list[str]
    rows: list[list[str]]
    arithmetic: str
    consequences: list[str]
    not_measured: list[str]
    repeat: list[str]


def sections(run: Run, analysis: Analysis, price: Price) -> Sections:
    """The record of the choice that the run is about; it says so when there is none."""
    found = choices(run, analysis)
    first = found[0] if found else None
    return Sections(
        title=f"{first.base.label} or {first.other.label}" if first else "No choice was measured",
        facts=_facts(run, analysis, first),
        decision=conclusions.decision(first) if first else [_NOTHING],
        head=_head(first, price) if first else [],
        rows=[_row(answer, price) for answer in first.answers] if first else [],
        arithmetic=conclusions.arithmetic(first, price) if first else "",
        consequences=conclusions.consequences(found, analysis, price) if found else [],
        not_measured=context.not_measured(run, analysis),
        repeat=context.repeat(run),
    )


_NOTHING = "None: no two contenders were both measured in two rounds."


def _facts(run: Run, analysis: Analysis, choice: Choice | None) -> list[tuple[str, str]]:
    place = run.environment
    question = (
        f"What does the same API cost when {choice.other.label} serves it instead of {choice.base.label}?"
        if choice
        else "What does the same API cost with one server instead of another?"
    )
    return [
        ("Status", context.status(analysis.trust)),
        ("Date", f"{place.started_at}, revision {place.revision}"),
        ("Machine", f"{context.machine(run)}; at worst {context.disturbances(analysis.trust)}"),
        *([("Versions", context.versions(run, choice))] if choice else []),
        ("Question", question),
        ("Measured", context.measured(run, analysis)),
    ]


def _head(choice: Choice, price: Price) -> list[str]:
    base, other = choice.base.label, choice.other.label
    return [
        "workload",
        *(f"{label}, ms CPU" for label in (base, other)),
        "ratio (95 %)",
        f"{other} is",
        *(f"{label}, {price.currency} a million" for label in (base, other)),
    ]


def _row(answer: Answer, price: Price) -> list[str]:
    both = (answer.base_ms, answer.other_ms)
    costs = ["–" if value is None else significant(value) for value in both]
    money = ["–" if value is None else price.plain_of_million(value) for value in both]
    return [answer.title, *costs, interval(answer.ratio), answer.word, *money]
