"""The answer in three sentences: which, by how much, how sure."""

from collections.abc import Sequence
from statistics import median

from benchmarks.analyse import KINDS, Analysis, Comparison
from benchmarks.records import Run
from benchmarks.report import words
from benchmarks.workloads import ALL_WORKLOADS

# What most people mean by the question, then what explains it.
_ORDER = ("stack", "framework", *(kind for kind in KINDS if kind not in {"stack", "framework", "control"}), "control")
_MOST_NAMED = 3


def leading(analysis: Analysis, most: int = 2) -> list[list[Comparison]]:
    """The comparisons of CPU that a reader came for, by pair."""
    pairs: dict[tuple[str, str], list[Comparison]] = {}
    for one in sorted(analysis.comparisons, key=lambda one: _ORDER.index(one.kind)):
        if one.metric == "cpu" and one.ratio:
            pairs.setdefault((one.base, one.other), []).append(one)
    claims = [ones for ones in pairs.values() if ones[0].kind != "control"]
    return claims[:most] or list(pairs.values())[:1]


def headline(run: Run, analysis: Analysis) -> list[str]:
    """At most three sentences; one that says so when there is no answer."""
    found = leading(analysis)
    if not found:
        return ["Too little was measured for an answer: no two contenders were both measured in two rounds."]
    return [*(_compared(run, ones) for ones in found), _sure(analysis, [one for ones in found for one in ones])]


def _compared(run: Run, ones: list[Comparison]) -> str:
    names = words.labels(run)
    first = ones[0]
    opening = f"{names[first.other]} against {names[first.base]}"
    parts = [_part(said, phrase, ones) for said, phrase in _PHRASES.items() if any(one.word == said for one in ones)]
    return f"{opening}: {'; '.join(parts)}."


_PHRASES = {
    "slower": "more CPU per request",
    "faster": "less CPU per request",
    "equivalent": "the same within 3 %",
    "inconclusive": "undecided",
    "not judged": "not judged",
}


def _part(said: str, phrase: str, ones: Sequence[Comparison]) -> str:
    mine = [one for one in ones if one.word == said]
    factors = sorted(one.ratio.estimate for one in mine if one.ratio)
    factor = f", {_span(factors)}," if factors and said in {"slower", "faster"} else ""
    return f"{phrase}{factor} for {_named(mine, len(ones))}"


def _span(factors: Sequence[float]) -> str:
    low, high = f"{factors[0]:.2f}", f"{factors[-1]:.2f}"
    return f"{low}×" if low == high else f"{low}–{high}×"


def _named(mine: Sequence[Comparison], of: int) -> str:
    titles = [ALL_WORKLOADS[one.workload].title.lower() for one in mine]
    if len(titles) <= _MOST_NAMED:
        return ", ".join(titles)
    return f"all {of} workloads" if len(titles) == of else f"{len(titles)} of {of} workloads"


def _sure(analysis: Analysis, ones: Sequence[Comparison]) -> str:
    ratios = [one.ratio for one in ones if one.ratio]
    rounds = sorted({ratio.rounds for ratio in ratios})
    over = f"{rounds[0]}" if len(rounds) == 1 else f"{rounds[0]} to {rounds[-1]}"
    noise = analysis.trust.noise
    floor = "without a control" if noise is None else f"two starts of the same server differ by {100 * noise:.1f} %"
    width = median(words.half_width(ratio) for ratio in ratios)
    shown = f"±{100 * width:.1f} %" if width < 1 else "wider than a factor of two"
    return f"95 % intervals over {over} fresh starts, half of them within {shown}; {floor}."
