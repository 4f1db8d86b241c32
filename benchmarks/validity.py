"""When a trial is no measurement: seven gates, each a pure function of what was recorded.

A trial that breaks a gate is marked with the reason, kept, and measured again; it counts nowhere.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from benchmarks.plan import USERS
from benchmarks.records import Contender, Start, Trial
from benchmarks.text import percent
from benchmarks.workloads import ALL_WORKLOADS

MIN_ACHIEVED = 0.99
LITTLE_TOLERANCE = 0.05
MAX_GENERATOR_SHARE = 0.80
MAX_STEAL_SHARE = 0.02
MAX_OTHER_SHARE = 0.10
MAX_SPIN_CHANGE = 0.05
# Connections that were closed and opened anew, as a share of the requests.
MAX_RECONNECTS = 0.01
# gunicorn and uvicorn close a connection that was idle for five seconds.
_SHORTEST_KEEP_ALIVE_S = 4.0

# These offer more than a server can do on purpose; how much it did of that is the finding.
_SEARCHES = frozenset({"ladder", "capacity"})


class Gate(NamedTuple):
    """Something that must hold of every trial: `breaches` says where it does not."""

    number: int
    name: str
    sentence: str
    breaches: Callable[[Trial, Contender], Iterator[str]]


def reasons(trial: Trial, contender: Contender) -> list[str]:
    """Why a trial is invalid, each reason with the name of its gate in front; none when it is valid."""
    return [f"{gate.name}: {breach}" for gate in GATES for breach in gate.breaches(trial, contender)]


def gate_of(reason: str) -> str | None:
    """The name of the gate that a reason comes from; None for a trial that could not be carried out."""
    name = reason.partition(":")[0]
    return name if name in _NAMES else None


def _rate(trial: Trial, _: Contender) -> Iterator[str]:
    load = trial.load
    if not trial.arrivals or not load.scheduled:
        return
    if load.late > (1 - MIN_ACHIEVED) * load.scheduled:
        yield f"{load.late} of {load.scheduled} requests were started late by the generator"
    elif trial.part not in _SEARCHES and load.ok < MIN_ACHIEVED * load.scheduled:
        yield f"{100 * load.ok / load.scheduled:.1f} % of {load.scheduled} arrivals were served"


def _books(trial: Trial, _: Contender) -> Iterator[str]:
    load = trial.load
    ended = load.ok + load.failed + load.late + load.open
    if load.started != ended:
        yield f"{load.started} requests were started, and {ended} are accounted for"
    if trial.arrivals and load.scheduled != load.started + load.dropped:
        yield f"{load.scheduled} arrivals were scheduled, and {load.started + load.dropped} are accounted for"
    # What failed or came late has no latency, and what is open has none yet.
    if load.ok and trial.window_s and load.started == load.ok:
        expected = load.ok / trial.window_s * load.service_us.mean_us / 1e6
        if abs(load.in_flight / expected - 1 if expected else load.in_flight) > LITTLE_TOLERANCE:
            yield f"{load.in_flight:.2f} requests under way, where rate × mean service time is {expected:.2f}"


def _generator(trial: Trial, _: Contender) -> Iterator[str]:
    # Layers tell CPU per request alone, which does not feel a generator that is slower than the server.
    if trial.part != "layers" and trial.load.generator_peak > MAX_GENERATOR_SHARE:
        yield f"it used {percent(trial.load.generator_peak)} of its core"


def _host(trial: Trial, _: Contender) -> Iterator[str]:
    host = trial.host
    if host.steal_share > MAX_STEAL_SHARE:
        yield f"the hypervisor took {100 * host.steal_share:.1f} % of the cores"
    if trial.other_cpu_share > MAX_OTHER_SHARE:
        yield f"other processes took {100 * trial.other_cpu_share:.1f} % of the cores"
    if host.spin_before_us and abs(host.spin_after_us / host.spin_before_us - 1) > MAX_SPIN_CHANGE:
        yield f"a fixed piece of work took {host.spin_before_us:.0f} µs before and {host.spin_after_us:.0f} µs after"


def _connections(trial: Trial, contender: Contender) -> Iterator[str]:
    opened, requests = trial.load.connections, trial.load.ok
    if ALL_WORKLOADS[trial.workload].whole:
        # A stream or a socket may end with its connection.
        return
    if not contender.keep_alive:
        if opened < (1 - MAX_RECONNECTS) * requests:
            yield f"{requests} requests over {opened} connections, where each should have had its own"
    elif opened > (allowed := _users(trial) * _idle_spells(trial) + MAX_RECONNECTS * requests):
        yield f"{opened} connections for {requests} requests, where {allowed:.0f} are enough with keep-alive"


def _users(trial: Trial) -> int:
    return trial.arrivals.in_flight if trial.arrivals else ALL_WORKLOADS[trial.workload].users or USERS


def _idle_spells(trial: Trial) -> int:
    """How often servers had reason to close idle connections, before the first slice included."""
    ends = [one.at_s + one.window_s for one in trial.slices]
    gaps = (after.at_s - end for after, end in zip(trial.slices[1:], ends, strict=False))
    return 1 + sum(gap > _SHORTEST_KEEP_ALIVE_S for gap in gaps)


def _answers(trial: Trial, _: Contender) -> Iterator[str]:
    load = trial.load
    if trial.part not in _SEARCHES:
        yield from (f"{count} × {failure}" for failure, count in sorted(load.failures.items()))
        if load.open:
            yield f"{load.open} requests had no answer when the last slice ended"
    if not load.ok:
        yield "no request succeeded"
    if trial.rows_expected != trial.rows_found:
        yield f"{trial.rows_found} rows of books, where the answers lead to expect {trial.rows_expected}"


def _warm_up(trial: Trial, _: Contender) -> Iterator[str]:
    # What cannot be cut into slices has requests that are longer than a slice of the warm-up.
    # A search meets servers that are warm, with rates that they may not reach.
    if not trial.load.steady and trial.part not in _SEARCHES and not ALL_WORKLOADS[trial.workload].whole:
        yield f"the rate still rose after {trial.load.warm_up_s:.1f} s"


GATES = (
    Gate(
        1, "rate",
        f"At least {percent(MIN_ACHIEVED)} of the arrivals of an open loop were started in time and served; where the "
        "limit is searched for, started in time.",
        _rate,
    ),
    Gate(
        2, "books",
        "Every request is accounted for, and as many were under way as rate × mean service time, within "
        f"{percent(LITTLE_TOLERANCE)} (Little's law).",
        _books,
    ),
    Gate(3, "generator", f"The load generator never used over {percent(MAX_GENERATOR_SHARE)} of its core.", _generator),
    Gate(
        4, "host",
        f"The hypervisor took at most {percent(MAX_STEAL_SHARE)} and other processes {percent(MAX_OTHER_SHARE)} of the "
        f"cores; a fixed piece of work took as long after as before, within {percent(MAX_SPIN_CHANGE)}.",
        _host,
    ),
    Gate(
        5, "connections",
        "Connections were kept alive, or one a request, as declared; and contenders sent equally long answers to the "
        "same requests.",
        _connections,
    ),
    Gate(
        6, "answers",
        "Every answer had the status and shape it should have, and the rows of the table agree with the answers.",
        _answers,
    ),
    Gate(7, "warm-up", "The warm-up ended when the rate no longer rose, not after a fixed time.", _warm_up),
)  # fmt: skip
_NAMES = {gate.name for gate in GATES}


def unequal_answers(starts: Iterable[Start], contenders: Iterable[Contender]) -> dict[tuple[int, str], str]:
    """By round and contender, servers whose sample answers are not as long as those of most on the same database.

    This belongs to gate 5; no repetition would change it. Databases find words in their own order, so that each has its
    own usual length.
    """
    database = {contender.name: contender.database for contender in contenders}
    sampled = [start for start in starts if start.sample_bytes]
    lengths: dict[str, Counter[int]] = {}
    for start in sampled:
        lengths.setdefault(database[start.contender], Counter())[start.sample_bytes] += 1
    usual = {name: counts.most_common(1)[0][0] for name, counts in lengths.items()}
    return {
        (start.round, start.contender): f"connections: sample answers of {start.sample_bytes} bytes, "
        f"where most servers sent {expected}"
        for start in sampled
        if start.sample_bytes != (expected := usual[database[start.contender]])
    }
