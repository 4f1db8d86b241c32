"""What else the machine does while it is measured: time stolen, tasks that wait, and how fast it is.

How fast it is shows in a fixed piece of work of some milliseconds, by the CPU clock of its thread: a neighbour on the
sibling of a core, or a lower clock, make it longer; preemption does not, which is counted elsewhere. On a virtual
machine the speed of a core changes by a third and back again within tenths of a second. Slices by turns average that
out; what they cannot is a change that stays. So the question asked at the end is whether the speed of the beginning can
be found again, within a few tenths of a second.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import NamedTuple, Self

from benchmarks.records import Host
from benchmarks.validity import MAX_OTHER_SHARE, MAX_SPIN_CHANGE

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Columns of /proc/stat after the name: user nice system idle iowait irq softirq steal; guest is part of user.
_IDLE, _IOWAIT, _STEAL, _COUNTED = 3, 4, 7, 8
STAT_FILE = Path("/proc/stat")
PRESSURE_FILE = Path("/proc/pressure/cpu")

_SPINS_BEFORE, _SPINS_AFTER = 5, 120
_PIECES, _STEPS = 9, 1200
_SPIN_PAUSE_S = 0.008
_QUIET_SPELL_S, _QUIET_LIMIT_S = 0.3, 5.0


def busy_s(cores: Sequence[int]) -> float:
    """Seconds that `cores` have spent on anything since the machine started, stolen time included."""
    return sum(_busy_ticks(columns) for columns in _columns(cores)) / _TICKS_PER_S


def stolen_s(cores: Sequence[int]) -> float:
    """Seconds in which `cores` had something to do and the hypervisor ran somebody else."""
    return sum(int(columns[_STEAL]) for columns in _columns(cores)) / _TICKS_PER_S


def _columns(cores: Sequence[int]) -> Iterator[list[str]]:
    names = {f"cpu{core}" for core in cores}
    lines = (line.split() for line in STAT_FILE.read_text("ascii").splitlines())
    return (columns for name, *columns in lines if name in names)


def _busy_ticks(columns: list[str]) -> int:
    return sum(int(ticks) for index, ticks in enumerate(columns[:_COUNTED]) if index not in {_IDLE, _IOWAIT})


def waited_s() -> float | None:
    """Seconds in which some task waited for a CPU; None on a kernel that does not count them."""
    try:
        line = PRESSURE_FILE.read_text("ascii").splitlines()[0]
    except OSError:
        return None
    return int(line.rpartition("total=")[2]) / 1e6


def spin_us() -> float:
    """CPU time of a fixed piece of work: the median of a few, each a tenth of a millisecond long."""
    return median(_piece_us() for _ in range(_PIECES))


def _piece_us() -> float:
    began = time.thread_time_ns()
    total, table = 0, {}
    for step in range(_STEPS):
        total = (total * 31 + step) & 0xFFFF
        table[total & 255] = step
    return (time.thread_time_ns() - began) / 1000


def usual_spin_us() -> float:
    """The usual one of a few spins."""
    spins = []
    for _ in range(_SPINS_BEFORE):
        spins.append(spin_us())
        time.sleep(_SPIN_PAUSE_S)
    return median(spins)


def spin_like_us(expected_us: float) -> float:
    """A spin that takes as long as expected; if none does for a while, the one that came closest."""
    closest = spin_us()
    for _ in range(_SPINS_AFTER - 1):
        if _change(closest, expected_us) <= MAX_SPIN_CHANGE:
            break
        time.sleep(_SPIN_PAUSE_S)
        closest = min(closest, spin_us(), key=lambda spin: _change(spin, expected_us))
    return closest


def _change(spin: float, expected: float) -> float:
    return abs(spin / expected - 1)


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Keep this thread on one core; where that core is not ours, it stays where it is."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core} & allowed or allowed)
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def await_quiet(cores: Sequence[int]) -> None:
    """Wait until other processes leave the cores alone, though not for long: a neighbour may be there to stay."""
    deadline = time.monotonic() + _QUIET_LIMIT_S
    while time.monotonic() < deadline:
        before = busy_s(cores)
        time.sleep(_QUIET_SPELL_S)
        if busy_s(cores) - before <= MAX_OTHER_SHARE * _QUIET_SPELL_S * len(cores):
            return


class _Clocks(NamedTuple):
    """Readings that grow."""

    at_s: float
    stolen_s: float
    waited_s: float | None

    @classmethod
    def now(cls, cores: Sequence[int]) -> "_Clocks":
        """What they say."""
        return cls(time.perf_counter(), stolen_s(cores), waited_s())


class HostWatch:
    """Watches the machine from the beginning to the end of a `with` block; `host` is what was seen, afterwards."""

    host: Host

    def __init__(self, cores: Sequence[int]) -> None:
        self._cores = cores

    def __enter__(self) -> Self:
        with on_core(self._cores[0]):
            self._spin_before_us = usual_spin_us()
        self._before = _Clocks.now(self._cores)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:
            # Interrupted: nobody will ask.
            return
        before, after = self._before, _Clocks.now(self._cores)
        lasted_s = max(after.at_s - before.at_s, 1e-9)
        waited = None if before.waited_s is None or after.waited_s is None else after.waited_s - before.waited_s
        with on_core(self._cores[0]):
            spin_after_us = spin_like_us(self._spin_before_us)
        self.host = Host(
            spin_before_us=self._spin_before_us,
            spin_after_us=spin_after_us,
            steal_share=(after.stolen_s - before.stolen_s) / lasted_s / len(self._cores),
            pressure=None if waited is None else waited / lasted_s,
            load_1m=os.getloadavg()[0],
        )
