"""What the trials of a selftest prove: pure functions from what was seen to what was expected.

A 95 % interval misses the truth once in twenty runs, an instrument in order or not. So what is known is sought in the
interval of 99.9 %, and the estimate itself must be close.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from benchmarks.analyse.pace import SteadyPace
from benchmarks.ratios import Ratio, paired_ratio, t_quantile, word
from benchmarks.records import Load, Record, Trial
from benchmarks.text import percent

Word: TypeAlias = Literal["passed", "failed", "unfit"]

# A machine on which one server differs from itself by more cannot tell what the lab claims to.
NOISE_LIMIT = 0.05
MIN_ROUNDS = 4
SURE = 0.999
# How far from the truth an estimate may lie, as a factor.
CLOSE = 0.05
# The part of the known stall's corrected percentile by which theory and figure may differ.
STALL_TOLERANCE = 0.25


class Finding(Record):
    """One thing that was known beforehand, and what the lab saw of it."""

    name: str
    expected: str
    seen: str
    passed: bool


class Verdict(Record):
    """What the selftest says; `reason` says why a machine is unfit."""

    word: Word
    reason: str
    findings: list[Finding]


class Stalls(NamedTuple):
    """What is known of the stalls in a window: how many, how long, and how often requests came."""

    times: int
    stall_s: float
    rate_per_s: float


def verdict(findings: Sequence[Finding], unfit: Sequence[str]) -> Verdict:
    """An unfit machine proves nothing, neither for nor against the instrument."""
    said: Word = "unfit" if unfit else "passed" if all(finding.passed for finding in findings) else "failed"
    return Verdict(word=said, reason="; ".join(unfit), findings=list(findings))


def ratio_of(trials: Sequence[Trial], other: str, base: str) -> Ratio | None:
    """CPU a request of `other` divided by that of `base`, by the rounds in which both were measured."""
    steady = SteadyPace.seen_in(trials).told(trials)
    costs = [_costs(steady, name) for name in (other, base)]
    # Of several attempts in a round, the last in which both were valid.
    places = {number: (number, attempt) for number, attempt in sorted(costs[0].keys() & costs[1].keys())}
    if len(places) < 2:
        return None
    return paired_ratio(*([cost[place] for place in places.values()] for cost in costs))


def _costs(trials: Sequence[Trial], contender: str) -> dict[tuple[int, int], float]:
    valid = [trial for trial in trials if trial.contender == contender and not trial.invalid]
    return {(trial.round, trial.attempt): trial.cpu_s_per_1000 for trial in valid}


def no_winner(control: Ratio | None) -> Finding:
    """The same server under two names."""
    return Finding(
        name="one server under two names",
        expected="neither is faster, × 1.000",
        seen=_shown(control),
        passed=control is not None and _sized(control, 1.0),
    )


def slowdown(ratio: Ratio | None, truth: float) -> Finding:
    """A server that burns a known share of its own CPU."""
    found = ratio is not None and _word(ratio) == "slower" and _sized(ratio, truth)
    return Finding(
        name="a known slowdown",
        expected=f"slower, × {truth:.3f}",
        seen=f"{_word(ratio) if ratio else 'not measured'}, {_shown(ratio)}",
        passed=found,
    )


def _word(ratio: Ratio) -> str:
    return word(ratio, ratio.p_value, less="faster", more="slower")


def _sized(ratio: Ratio, truth: float) -> bool:
    off = abs(math.log(ratio.estimate / truth))
    error = ratio.log_spread / math.sqrt(ratio.rounds)
    return off <= t_quantile((1 + SURE) / 2, ratio.rounds - 1) * error and off <= math.log1p(CLOSE)


def _shown(ratio: Ratio | None) -> str:
    if ratio is None:
        return "fewer than two valid rounds"
    return f"× {ratio.estimate:.3f} ({ratio.low:.3f}–{ratio.high:.3f}), {ratio.rounds} rounds"


def stall(load: Load, known: Stalls) -> Finding:
    """A server that stops at known times, for a known time."""
    due_ms = stalled_p99_s(load.scheduled, known) * 1000
    corrected_ms, raw_ms = (one.value_at(99) / 1000 for one in (load.latency_us, load.service_us))
    return Finding(
        name="a known stall",
        expected=f"p99 of {due_ms:.0f} ms counted from the intended start, below {due_ms / 2:.0f} ms from the real one",
        seen=f"{corrected_ms:.0f} ms and {raw_ms:.1f} ms",
        passed=abs(corrected_ms / due_ms - 1) < STALL_TOLERANCE and raw_ms < due_ms / 2 if due_ms > 0 else False,
    )


def stalled_p99_s(arrivals: int, known: Stalls) -> float:
    """The 99th percentile of the wait, where all else takes next to no time.

    Who comes `t` after the beginning of a stall waits for the rest of it. So of the hundredth that waits longest, the
    luckiest came after that hundredth's share of each stall.
    """
    return known.stall_s - arrivals / 100 / (known.times * known.rate_per_s) if known.times else 0.0


def refused(name: str, trial: Trial) -> Finding:
    """A trial that was disturbed on purpose."""
    return Finding(
        name=name,
        expected="refused as invalid",
        seen=f"refused: {'; '.join(trial.invalid)}" if trial.invalid else "accepted",
        passed=bool(trial.invalid),
    )


def unfitness(control: Ratio | None, rounds: int, undisturbed: Sequence[Trial]) -> list[str]:
    """Why nothing can be proved on this machine now; nothing when it can."""
    reasons = []
    if control is None or control.rounds < min(MIN_ROUNDS, rounds):
        held = control.rounds if control else 0
        reasons.append(f"only {held} of {rounds} rounds were undisturbed ({_commonest_reason(undisturbed)})")
    elif (noise := math.sqrt(control.high / control.low) - 1) > NOISE_LIMIT:
        reasons.append(f"a server differs from itself by ±{percent(noise)}, more than {percent(NOISE_LIMIT)}")
    return reasons


def _commonest_reason(trials: Sequence[Trial]) -> str:
    reasons = [reason for trial in trials for reason in trial.invalid]
    return max(reasons, key=reasons.count, default="no trial was refused")
