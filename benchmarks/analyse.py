"""From raw trials to what may be said: pure functions, the same answer for the same files."""

import math
from collections.abc import Callable, Iterable
from itertools import combinations
from statistics import fmean, median
from typing import Literal, NamedTuple, TypeAlias

from benchmarks.histogram import Histogram
from benchmarks.ratios import Ratio, holm, paired_ratio, rounds_needed, word
from benchmarks.records import Contender, Record, Run, Trial

Metric: TypeAlias = Literal["cpu", "rate"]
Kind: TypeAlias = Literal["framework", "stack", "server", "control"]
KINDS: tuple[Kind, ...] = ("framework", "stack", "server", "control")

# From here on the generator delays what it measures.
GENERATOR_LIMIT = 0.80
# Other processes that take more of the cores than this disturb caches and clock as well as time.
QUIET_LIMIT = 0.10
# A server that leaves this much of its core unused was not the bottleneck.
SERVER_LIMIT = 0.90


class Pair(NamedTuple):
    """Two contenders that differ in one thing, and in which."""

    kind: Kind
    base: Contender
    other: Contender


class Comparison(Record):
    """What is known about `other` divided by `base` in one workload; no ratio with fewer than two paired rounds."""

    kind: Kind
    metric: Metric
    base: str
    other: str
    workload: str
    ratio: Ratio | None
    word: str
    note: str


class Cell(Record):
    """One contender under one workload, over all its valid trials."""

    contender: str
    workload: str
    trials: int
    cpu_s_per_1000: list[float]
    rate_per_s: list[float]
    p50_us: int | None
    p99_us: int | None
    max_us: int
    samples: int
    loaded_pss_bytes: float
    server_share: float
    generator_share: float

    @property
    def generator_bound(self) -> bool:
        """Whether the generator, not the server, set the rate."""
        return self.generator_share > GENERATOR_LIMIT and self.server_share < SERVER_LIMIT


class Boot(Record):
    """How one contender starts."""

    contender: str
    start_up_s: list[float]
    idle_pss_bytes: float


class Trust(Record):
    """Why the numbers can be believed, or not."""

    trials: int
    planned: int
    invalid: list[str]
    unsteady: int
    disturbed: int
    checks: int
    starts: int
    noise: float | None
    worst_control: float | None
    control_found_a_winner: bool


class Analysis(Record):
    """Everything a report says."""

    comparisons: list[Comparison]
    cells: list[Cell]
    boots: list[Boot]
    trust: Trust


_VALUE: dict[Metric, Callable[[Trial], float]] = {
    "cpu": lambda trial: trial.cpu_s_per_1000,
    "rate": lambda trial: trial.rate_per_s,
}
# `other` is faster with less CPU a request, and with more requests a second.
_WORDS: dict[Metric, dict[str, str]] = {
    "cpu": {"less": "faster", "more": "slower"},
    "rate": {"less": "slower", "more": "faster"},
}


def analyse(run: Run) -> Analysis:
    """The analysis of a run, complete or interrupted."""
    valid = [trial for trial in run.trials if not trial.invalid]
    cells = [
        _cell(contender.name, workload, chosen)
        for contender in run.plan.contenders
        for workload in run.plan.workloads
        if (chosen := _of(valid, contender.name, workload))
    ]
    comparisons = [comparison for metric in _VALUE for comparison in _compare(run, valid, cells, metric)]
    return Analysis(comparisons=comparisons, cells=cells, boots=_boots(run), trust=_trust(run, valid, comparisons))


def pairs(contenders: list[Contender]) -> list[Pair]:
    """All comparisons that mean something: one thing differs, or both are what their framework's users run."""
    by_name = {contender.name: contender for contender in contenders}
    found = [Pair("control", by_name[again.control_of], again) for again in contenders if again.control_of in by_name]
    for base, other in combinations([contender for contender in contenders if not contender.control_of], 2):
        if base.server == other.server and base.framework != other.framework:
            found.append(Pair("framework", base, other))
        elif base.framework == other.framework and base.server != other.server:
            found.append(Pair("server", base, other))
        elif base.default and other.default:
            found.append(Pair("stack", base, other))
    return sorted(found, key=lambda pair: KINDS.index(pair.kind))


def _of(trials: Iterable[Trial], contender: str, workload: str) -> list[Trial]:
    return [trial for trial in trials if trial.contender == contender and trial.workload == workload]


def _cell(contender: str, workload: str, trials: list[Trial]) -> Cell:
    latency = Histogram.merged(trial.load.latency_us for trial in trials)
    return Cell(
        contender=contender,
        workload=workload,
        trials=len(trials),
        cpu_s_per_1000=[trial.cpu_s_per_1000 for trial in trials],
        rate_per_s=[trial.rate_per_s for trial in trials],
        p50_us=latency.percentile_us(50),
        p99_us=latency.percentile_us(99),
        max_us=latency.max_us,
        samples=latency.samples,
        loaded_pss_bytes=median(trial.loaded_pss_bytes for trial in trials),
        server_share=median(trial.server_share for trial in trials),
        generator_share=median(trial.generator_share for trial in trials),
    )


def _compare(run: Run, valid: list[Trial], cells: list[Cell], metric: Metric) -> list[Comparison]:
    bound = {(cell.contender, cell.workload) for cell in cells if cell.generator_bound}
    open_questions = [
        _Question(pair, workload, _ratio(valid, pair, workload, _VALUE[metric]))
        for pair in pairs(run.plan.contenders)
        for workload in run.plan.workloads
    ]
    adjusted = _adjusted(open_questions)
    noise = {
        question.workload: abs(math.log(question.ratio.estimate))
        for question in open_questions
        if question.pair.kind == "control" and question.ratio
    }
    comparisons = []
    for question, p_value in zip(open_questions, adjusted, strict=True):
        ends = {(question.pair.base.name, question.workload), (question.pair.other.name, question.workload)}
        evidence = _Evidence(
            p_value=p_value,
            noise=noise.get(question.workload, 0.0),
            # A control is all there is when one contender is measured alone.
            family=max(1, sum(one.pair.kind != "control" for one in open_questions)),
            limited=metric == "rate" and bool(ends & bound),
        )
        comparisons.append(_judge(question, metric, evidence))
    return comparisons


class _Evidence(NamedTuple):
    """What decides about a ratio, beside itself."""

    p_value: float
    noise: float
    family: int
    limited: bool


class _Question(NamedTuple):
    pair: Pair
    workload: str
    ratio: Ratio | None


def _ratio(valid: list[Trial], pair: Pair, workload: str, value: Callable[[Trial], float]) -> Ratio | None:
    base = {trial.round: value(trial) for trial in _of(valid, pair.base.name, workload)}
    other = {trial.round: value(trial) for trial in _of(valid, pair.other.name, workload)}
    rounds = sorted(base.keys() & other.keys())
    if len(rounds) < 2:
        return None
    return paired_ratio([other[number] for number in rounds], [base[number] for number in rounds])


def _adjusted(questions: list[_Question]) -> list[float]:
    """Holm over two families: what is claimed, and the control, which must not make the claims dearer."""
    p_values = [1.0] * len(questions)
    for is_control in (False, True):
        family = [
            index
            for index, question in enumerate(questions)
            if question.ratio and (question.pair.kind == "control") is is_control
        ]
        adjusted = holm([ratio.p_value for index in family if (ratio := questions[index].ratio)])
        for index, p_value in zip(family, adjusted, strict=True):
            p_values[index] = p_value
    return p_values


def _judge(question: _Question, metric: Metric, evidence: _Evidence) -> Comparison:
    verdict, note = _verdict(question, metric, evidence)
    return Comparison(
        kind=question.pair.kind,
        metric=metric,
        base=question.pair.base.name,
        other=question.pair.other.name,
        workload=question.workload,
        ratio=question.ratio,
        word=verdict,
        note=note,
    )


def _verdict(question: _Question, metric: Metric, evidence: _Evidence) -> tuple[str, str]:
    ratio = question.ratio
    if ratio is None:
        return "inconclusive", "fewer than two rounds in which both were measured"
    if evidence.limited:
        return "not judged", "the generator was the bottleneck"
    said = word(ratio, evidence.p_value, **_WORDS[metric])
    if (
        said in {"faster", "slower"}
        and question.pair.kind != "control"
        and abs(math.log(ratio.estimate)) <= evidence.noise
    ):
        return "inconclusive", "smaller than what the control shows between two equal servers"
    if said == "inconclusive":
        needed = rounds_needed(ratio, evidence.family)
        return said, _more(needed - ratio.rounds) if needed else "too noisy to settle"
    return said, ""


def _more(rounds: int) -> str:
    return f"about {rounds} more rounds" if rounds > 1 else "about 1 more round"


def _boots(run: Run) -> list[Boot]:
    boots = []
    for contender in run.plan.contenders:
        starts = [start for start in run.starts if start.contender == contender.name]
        if starts:
            boots.append(
                Boot(
                    contender=contender.name,
                    start_up_s=[start.start_up_s for start in starts],
                    idle_pss_bytes=median(start.idle_pss_bytes for start in starts),
                )
            )
    return boots


def _trust(run: Run, valid: list[Trial], comparisons: list[Comparison]) -> Trust:
    control = [comparison for comparison in comparisons if comparison.kind == "control" and comparison.metric == "cpu"]
    ratios = [comparison.ratio for comparison in control if comparison.ratio]
    # The second moment of the logarithms around 0, from each workload's mean and spread.
    squares = [
        math.log(ratio.estimate) ** 2 + ratio.log_spread**2 * (ratio.rounds - 1) / ratio.rounds for ratio in ratios
    ]
    return Trust(
        trials=len(valid),
        planned=run.plan.trials,
        invalid=[
            f"round {trial.round + 1}, {trial.contender}, {trial.workload}, attempt {trial.attempt}: {reason}"
            for trial in run.trials
            for reason in trial.invalid
        ],
        unsteady=sum(not trial.load.steady for trial in valid),
        disturbed=sum(trial.other_cpu_share > QUIET_LIMIT for trial in valid),
        checks=sum(start.checks for start in run.starts),
        starts=len(run.starts),
        noise=math.expm1(math.sqrt(fmean(squares))) if squares else None,
        worst_control=max((math.expm1(abs(math.log(ratio.estimate))) for ratio in ratios), default=None),
        control_found_a_winner=any(comparison.word in {"faster", "slower"} for comparison in control),
    )
