"""The answer in sentences, made of computed words only."""

from benchmarks.analyse import Analysis, Comparison, Kind
from benchmarks.records import Contender, Run
from benchmarks.workloads import ALL_WORKLOADS

_OPENINGS: dict[Kind, str] = {
    "framework": "The framework alone, on the same server: ",
    "stack": "Each framework on the server its users run: ",
    "server": "The server alone, under the same framework: ",
}


def _factor(comparison: Comparison) -> str:
    return f"{comparison.ratio.estimate:.2f}×" if comparison.ratio else "no ratio"


def answer(run: Run, analysis: Analysis) -> list[str]:
    """One sentence for each thing that can differ, about CPU a request."""
    return [
        opening + "; ".join(parts) + "."
        for kind, opening in _OPENINGS.items()
        if (parts := _parts(run.plan.contenders, analysis, kind))
    ]


def _parts(contenders: list[Contender], analysis: Analysis, kind: Kind) -> list[str]:
    labels = {contender.name: contender.label for contender in contenders}
    couples: dict[tuple[str, str], list[Comparison]] = {}
    for one in analysis.comparisons:
        if one.metric == "cpu" and one.kind == kind and one.ratio:
            couples.setdefault((one.base, one.other), []).append(one)
    return [f"{labels[other]} against {labels[base]} {_said(ones)}" for (base, other), ones in couples.items()]


_PHRASES = {
    "slower": "needs more CPU for",
    "faster": "needs less CPU for",
    "equivalent": "needs the same (within 3 %) for",
    "inconclusive": "is undecided for",
}


def _said(comparisons: list[Comparison]) -> str:
    named: dict[str, list[str]] = {}
    for one in comparisons:
        title = ALL_WORKLOADS[one.workload].title.lower()
        named.setdefault(one.word, []).append(title if one.word == "inconclusive" else f"{title} ({_factor(one)})")
    return ", ".join(f"{phrase} {', '.join(named[said])}" for said, phrase in _PHRASES.items() if said in named)
