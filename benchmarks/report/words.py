"""The sentences and figures of a report, computed from an analysis."""

from collections.abc import Mapping

from benchmarks.analyse import Analysis, Comparison, PaceSeen, Trust
from benchmarks.ratios import Ratio
from benchmarks.records import Contender, Run
from benchmarks.text import interval as interval
from benchmarks.text import percent

# Above this, two starts of one server differ more than most choices of a framework would.
NOISE_LIMIT = 0.10


def labels(run: Run) -> Mapping[str, str]:
    """How a person calls each contender."""
    return {one.name: f"{one.label}, control" if one.control_of else one.label for one in run.plan.contenders}


def pair_title(contenders: list[Contender], comparison: Comparison) -> str:
    """What is divided by what."""
    names = {contender.name: contender.label for contender in contenders}
    if comparison.kind == "control":
        return f"Control: {names[comparison.base]} ÷ itself"
    return f"{names[comparison.other]} ÷ {names[comparison.base]}"


def verdict(comparison: Comparison) -> str:
    """The computed word, with what it is about."""
    return f"{comparison.word} ({comparison.note})" if comparison.note else comparison.word


def half_width(ratio: Ratio) -> float:
    """How far the interval reaches, as a share; the two ends are equally far on a logarithm."""
    return (ratio.high / ratio.low) ** 0.5 - 1 if ratio.low > 0 else float("inf")


def trust_lines(trust: Trust) -> list[tuple[bool, str]]:
    """What speaks for the numbers and what against them: each with whether it is good."""
    return [
        (trust.checks > 0, f"{trust.checks:,} answers of a contract run were right, from {_count(trust.starts)}."),
        _complete(trust),
        (True, _repeated(trust)),
        _control(trust),
        (not trust.incidents, _incidents(trust)),
        (not trust.co_located, _cores(trust)),
        *([(True, _pace(trust.pace))] if trust.pace else []),
        *([(True, _quiet(trust))] if trust.valid else []),
    ]


def _count(starts: int) -> str:
    return "1 fresh server" if starts == 1 else f"{starts} fresh servers"


def _complete(trust: Trust) -> tuple[bool, str]:
    return trust.valid == trust.planned, f"{trust.valid} of {trust.planned} planned trials are valid."


def _repeated(trust: Trust) -> str:
    if not trust.invalid_attempts:
        return "Every trial passed all gates at the first attempt."
    return f"{trust.invalid_attempts} of {trust.attempts} attempts broke a gate and count nowhere."


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


def _incidents(trust: Trust) -> str:
    if not trust.incidents:
        return "Every server started, stopped and left no process behind."
    return f"Incidents with servers, told below: {len(trust.incidents)}."


def _cores(trust: Trust) -> str:
    if trust.co_located:
        return "Server and generator shared cores: throughput and latency include their competition."
    return "Server and generator had cores of their own."


def _pace(pace: PaceSeen) -> str:
    exponents = sorted(pace.exponents.values())
    power = f"{exponents[0]:.1f}" if exponents[0] == exponents[-1] else f"{exponents[0]:.1f} to {exponents[-1]:.1f}"
    return (
        f"CPU is told at a steady pace of the cores: in nine of ten slices a fixed piece of work took between "
        f"{100 * (pace.low_us / pace.usual_us - 1):+.0f} and {100 * (pace.high_us / pace.usual_us - 1):+.0f} % of its "
        f"usual time, and a request's cost followed with a power of {power}, by workload."
    )


def _quiet(trust: Trust) -> str:
    pressure = trust.worst_pressure
    waiting = "" if pressure is None else f", some task waited for a CPU {percent(pressure)} of the time"
    return (
        f"At worst, in any valid trial: the hypervisor took {100 * trust.worst_steal_share:.1f} % of the cores, other "
        f"processes {100 * trust.worst_other_share:.1f} %{waiting}; the generator used "
        f"{percent(trust.worst_generator_share)} of its core."
    )


def doubts(analysis: Analysis) -> list[str]:
    """What speaks against the numbers."""
    return [line for good, line in trust_lines(analysis.trust) if not good]


def limits(run: Run) -> list[str]:
    """What the report may not claim."""
    place = run.environment
    shared = (
        "Server and generator shared cores: throughput and latency include their competition."
        if place.co_located
        else "Where servers were started by the lab, generator and servers ran on the same machine, on cores of their "
        "own: memory bandwidth, caches and the kernel were shared."
    )
    return [
        shared,
        f"One machine, {place.machine.get('cores', 'unknown')} cores, {_workers(run)}: other sizes are not shown.",
        "Unless servers stand elsewhere, loopback: no network latency, no packet loss, no TLS, few connections.",
        f"CPU, rate and memory come from a closed loop with {run.plan.timing.users} users, and ratios of frameworks "
        "are others with fewer; only the open-loop part tells latency at a given rate.",
        "One application with this database: another spends its time elsewhere, and the ratio moves towards 1 the "
        "more work both share.",
    ]


def _workers(run: Run) -> str:
    counts = sorted({contender.workers for contender in run.plan.contenders})
    return f"{' or '.join(map(str, counts))} worker process{'' if counts == [1] else 'es'} a server"


HOW_TO_READ = (
    "A ratio of 1.20 in CPU means 20 % more CPU for the same requests, so slower; in throughput it means 20 % more "
    "requests a second, so faster. Upright mark: the geometric mean; line: its 95 % interval over rounds, dashed where "
    "it leaves the drawing; dots: single rounds. Light band: ±3 %, within which two servers count as equivalent. "
    "Dark band: the interval of the control. Faster and slower are said only when Holm's correction over all "
    "comparisons leaves less than 5 % for chance."
)
