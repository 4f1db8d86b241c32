"""The sentences of a report beside its numbers."""

from benchmarks.analyse import Analysis, Comparison, Trust
from benchmarks.records import Contender, Run

# Above this, two starts of one server differ more than most choices of a framework would.
NOISE_LIMIT = 0.10


def pair_title(contenders: list[Contender], comparison: Comparison) -> str:
    """What is divided by what."""
    labels = {contender.name: contender.label for contender in contenders}
    if comparison.kind == "control":
        return f"Control: {labels[comparison.base]} ÷ itself"
    return f"{labels[comparison.other]} ÷ {labels[comparison.base]}"


def verdict(comparison: Comparison) -> str:
    """The computed word, with what it is about."""
    return f"{comparison.word} ({comparison.note})" if comparison.note else comparison.word


def interval(comparison: Comparison) -> str:
    """The ratio and its interval."""
    ratio = comparison.ratio
    return f"{ratio.estimate:.2f} ({_end(ratio.low)}–{_end(ratio.high)})" if ratio else "–"


def _end(bound: float) -> str:
    """An end of an interval; beyond a hundredfold the digits mean nothing."""
    return "<0.01" if bound < 0.01 else ">100" if bound > 100 else f"{bound:.2f}"


def trust_lines(analysis: Analysis) -> list[tuple[bool, str]]:
    """What speaks for the numbers and what against them: each with whether it is good."""
    trust = analysis.trust
    return [
        (True, f"{trust.checks} requests of a contract run were answered right by {trust.starts} fresh servers."),
        (not trust.missing, f"{trust.valid} of {trust.planned} planned trials are valid."),
        (not trust.invalid, _invalid(trust)),
        _control(trust),
        *((not gate.broken, f"{gate.sentence} Broken {gate.broken} times.") for gate in trust.gates),
    ]


def _invalid(trust: Trust) -> str:
    if not trust.invalid:
        return "No trial had to be repeated."
    return f"Invalid and measured again where possible: {'; '.join(trust.invalid)}."


def _control(trust: Trust) -> tuple[bool, str]:
    if trust.noise is None or trust.worst_control is None:
        return False, "No noise floor: the control was not measured in two rounds."
    floor = (
        f"Noise floor (A/A): two starts of the same server differ by {100 * trust.noise:.1f} % in CPU per request; "
        f"over all rounds by at most {100 * trust.worst_control:.1f} %."
    )
    if trust.control_found_a_winner:
        return False, f"{floor} The control found a winner where there is none: do not trust this run."
    return trust.noise <= NOISE_LIMIT, floor


def limits(run: Run) -> list[str]:
    """What the report may not claim."""
    place = run.environment
    shared = (
        "Server and generator shared cores: throughput and latency include their competition."
        if place.co_located
        else "Server and generator ran on the same machine, on cores of their own; memory bandwidth, caches and the "
        "kernel were shared."
    )
    workers = run.plan.contenders[0].workers
    return [
        shared,
        f"One machine, {place.machine['cores']} cores, {workers} worker process: how the servers scale is not shown.",
        "Loopback: no network latency, no packet loss, no TLS, few connections.",
        f"Closed loop with {run.plan.timing.users} users: latency at a given arrival rate is not shown, and a "
        "percentile leaves out the requests that a slow answer held back.",
        "One application with this database: another spends its time elsewhere, and the ratio moves towards 1 the "
        "more work both share.",
    ]


HOW_TO_READ = (
    "A ratio of 1.20 in CPU means 20 % more CPU for the same requests, so slower; in throughput it means 20 % more "
    "requests a second, so faster. The dot is the geometric mean, the line its 95 % interval over rounds (Student's t "
    "on paired log-ratios; dashed where it leaves the drawing). Light band: ±3 %, within which two servers count as "
    "equivalent. Dark band: the interval of the control. Words are computed: faster or slower only when Holm's "
    "correction over all comparisons leaves less than 5 % for chance."
)
