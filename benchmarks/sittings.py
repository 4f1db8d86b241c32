"""One sitting: a workload visits the servers of a round by turns, and what each trial of it cost."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Timer
from typing import NamedTuple

from benchmarks import validity
from benchmarks.bench import Bench
from benchmarks.host import HostWatch, busy_s
from benchmarks.launch import Server
from benchmarks.lean.tally import Tally
from benchmarks.load import Generator
from benchmarks.meters import CpuReading, Meter, MeterFailed
from benchmarks.orders import Seating, Seen, WarmUp
from benchmarks.plan import turns
from benchmarks.records import Contender, Host, Load, Sitting, Slice, Trial
from benchmarks.speedometer import Pace
from benchmarks.workloads import ALL_WORKLOADS

# What a server goes on doing after its last answer belongs to the slice; it is waited for this long.
_SETTLE_LIMIT_S = 3.0
_SETTLE_POLL_S = 0.05
_SETTLED_SHARE = 0.05


class Stand(NamedTuple):
    """A server of a round, and how many books it has."""

    contender: Contender
    server: Server
    count_books: Callable[[], int | None]


class _Record:
    """What is known of one contender in this sitting."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.rows_before: int | None = None
        self.slices: list[Slice] = []
        self.seen: list[Seen] = []
        self.warm_up = WarmUp(lasted_s=0, steady=False)
        self.pss_bytes = 0
        self.problems: list[str] = []


def hold(
    bench: Bench, stands: Sequence[Stand], generator: Generator, number: int, sitting: Sitting, attempt: int
) -> list[Trial]:
    """Hold the sitting once; a trial for each of its contenders, valid or not."""
    records = {stand.contender.name: _Record(stand) for stand in stands}
    present = sitting.model_copy(update={"contenders": list(records)})
    with HostWatch(bench.cores) as watch:
        _seat(bench, generator, records, present, number, attempt)
        _warm_up(bench, generator, records, sitting)
        for name in turns(present):
            if not records[name].problems:
                _slice(bench, records[name], generator, sitting)
    return [_trial(number, sitting, attempt, record, watch.host) for record in records.values()]


def _seat(
    bench: Bench, generator: Generator, records: dict[str, _Record], sitting: Sitting, number: int, attempt: int
) -> None:
    arrivals = sitting.arrivals
    users = arrivals.in_flight if arrivals else ALL_WORKLOADS[sitting.workload].users or bench.plan.timing.users
    seating = Seating(
        round=number,
        workload=sitting.workload,
        urls={name: record.stand.server.url for name, record in records.items()},
        users=users,
        seed=_content_seed(bench.plan.seed, number, attempt),
        arrivals=arrivals,
    )
    for name, reason in generator.seat(seating).failed.items():
        records[name].problems.append(reason)


def _content_seed(seed: int, number: int, attempt: int) -> int:
    """Decides which books and words are asked for: the same for all contenders of a sitting, others in each round.

    What a search costs depends on the words. Were they drawn once for a whole run, its interval would know nothing of
    the words that another run draws.
    """
    return random.Random(f"{seed} round {number} attempt {attempt}").getrandbits(32)


def _warm_up(bench: Bench, generator: Generator, records: dict[str, _Record], sitting: Sitting) -> None:
    for name, record in records.items():
        if not record.problems:
            record.warm_up = generator.warm_up(name, bench.plan.timing)
        if ALL_WORKLOADS[sitting.workload].writes:
            record.rows_before = record.stand.count_books()


def _slice(bench: Bench, record: _Record, generator: Generator, sitting: Sitting) -> None:
    try:
        begun = Begun.now(bench, record.stand.server.meter)
        with _memory_under_load(record, sitting):
            seen = generator.run(record.stand.contender.name, sitting.slice_s)
        if ALL_WORKLOADS[sitting.workload].background:
            _settle(record.stand.server.meter)
        record.slices.append(begun.slice(bench, record.stand.server, seen))
        record.seen.append(seen)
    except MeterFailed as error:
        record.problems.append(str(error))


class Begun(NamedTuple):
    """What the clocks said when a slice began."""

    at_s: float
    busy_s: float
    databases_s: float
    pace: Pace
    server: CpuReading

    @classmethod
    def now(cls, bench: Bench, meter: Meter) -> "Begun":
        """The clocks, that of the server last."""
        at_s = time.perf_counter() - bench.began
        return cls(at_s, busy_s(bench.cores), bench.catalogue.cpu_s(), bench.speedometer.read(), meter.read())

    def slice(self, bench: Bench, server: Server, seen: Seen) -> Slice:
        """The slice that ends now."""
        server_cpu_s = server.meter.cpu_s_since(self.server)
        pace = bench.speedometer.read()
        ours_s = (
            seen.cpu_s
            + (pace.cpu_ns - self.pace.cpu_ns) / 1e9
            + bench.catalogue.cpu_s()
            - self.databases_s
            + (server_cpu_s if server.pid else 0.0)
        )
        others_s = busy_s(bench.cores) - self.busy_s - ours_s
        # Longer than the window, where a server is waited for until it has done what it went on doing.
        span_s = time.perf_counter() - bench.began - self.at_s
        return Slice(
            at_s=self.at_s,
            window_s=seen.window_s,
            requests=seen.tally.ok,
            server_cpu_s=server_cpu_s,
            generator_cpu_s=seen.cpu_s,
            other_cpu_share=others_s / (span_s * len(bench.cores)),
            pace_us=pace.us_since(self.pace) if server.pid else 0.0,
        )


@contextmanager
def _memory_under_load(record: _Record, sitting: Sitting) -> Iterator[None]:
    """Memory is read in the middle of a slice that is long enough not to feel it, else when the slice has ended."""
    meter, whole = record.stand.server.meter, ALL_WORKLOADS[sitting.workload].whole

    def read() -> None:
        # A server that has gone is found out by whoever reads its CPU next.
        with suppress(MeterFailed):
            record.pss_bytes = max(record.pss_bytes, meter.pss_bytes())

    timer = Timer(sitting.slice_s / 2, read)
    if whole:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if whole:
            timer.join()
    if not record.pss_bytes:
        read()


def _settle(meter: Meter) -> None:
    """Wait until the server has done what it went on doing after its last answer."""
    deadline = time.perf_counter() + _SETTLE_LIMIT_S
    while time.perf_counter() < deadline:
        before = meter.read()
        time.sleep(_SETTLE_POLL_S)
        if meter.cpu_s_since(before) < _SETTLED_SHARE * _SETTLE_POLL_S:
            return


def _trial(number: int, sitting: Sitting, attempt: int, record: _Record, host: Host) -> Trial:
    load = load_of(record.seen, record.warm_up)
    counted = record.rows_before is not None and not record.problems
    trial = Trial(
        part=sitting.part,
        round=number,
        contender=record.stand.contender.name,
        workload=sitting.workload,
        attempt=attempt,
        arrivals=sitting.arrivals,
        slices=record.slices,
        load=load,
        host=host,
        rows_expected=(record.rows_before or 0) + load.rows_added if counted else None,
        rows_found=record.stand.count_books() if counted else None,
        loaded_pss_bytes=record.pss_bytes,
        workers=record.stand.contender.workers,
        invalid=record.problems,
    )
    if trial.invalid:
        return trial
    return trial.model_copy(update={"invalid": validity.reasons(trial, record.stand.contender)})


def load_of(seen: Sequence[Seen], warm_up: WarmUp) -> Load:
    """What the generator saw of a trial, from its slices."""
    if not seen:
        return Load.nothing()
    tally = Tally.merged(one.tally for one in seen)
    counts = {name: getattr(tally, name) for name in Load.model_fields if name in Tally.model_fields}
    return Load(
        **counts,
        in_flight=tally.busy_s / sum(one.window_s for one in seen),
        warm_up_s=warm_up.lasted_s,
        steady=warm_up.steady,
        generator_peak=max(one.peak for one in seen),
    )
