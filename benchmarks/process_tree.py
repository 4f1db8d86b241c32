"""What a server's processes cost: CPU to the nanosecond and memory without counting shared pages twice.

`/proc/PID/stat` counts in ticks of 10 ms and `/proc/PID/schedstat` only knows the first thread. The CPU clock of a
process, which Linux opens to others by its id (clock_getcpuclockid(3)), has neither fault and keeps the time of
threads that have ended.
"""

import time
from contextlib import suppress
from pathlib import Path

import psutil

# The kernel's encoding of "clock of process PID, scheduler's precision": ~PID << 3 | CPUCLOCK_SCHED.
_CPUCLOCK_SCHED = 2


class ProcessGone(Exception):
    """A process of the tree ended while it was measured."""


def members(root: int) -> list[int]:
    """The ids of the process and all its descendants."""
    try:
        return [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
    except psutil.NoSuchProcess:
        raise ProcessGone(f"process {root} ended") from None


def cpu_ns(pid: int) -> int:
    """CPU time, user and kernel, of all threads the process has or had."""
    try:
        return time.clock_gettime_ns(~pid << 3 | _CPUCLOCK_SCHED)
    except OSError:
        raise ProcessGone(f"process {pid} ended") from None


def read_cpu(root: int) -> dict[int, int]:
    """CPU time of each process of the tree, in nanoseconds."""
    return {pid: cpu_ns(pid) for pid in members(root)}


def cpu_s_between(before: dict[int, int], after: dict[int, int]) -> float:
    """CPU seconds that the tree used between two readings.

    Raises ProcessGone when one of its processes ended, for nobody knows what that one used after the first reading.
    """
    if gone := before.keys() - after.keys():
        raise ProcessGone(f"process {min(gone)} ended")
    return sum(used - before.get(pid, 0) for pid, used in after.items()) / 1e9


def rough_cpu_s(root: int) -> float:
    """CPU seconds of the processes that the tree has now; those that have ended are not in it."""
    total_ns = 0
    for pid in members(root):
        with suppress(ProcessGone):
            total_ns += cpu_ns(pid)
    return total_ns / 1e9


def pss_bytes(root: int) -> int:
    """Memory of the tree; a page that n processes share counts as 1/n for each."""
    return sum(map(_pss_bytes, members(root)))


def _pss_bytes(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        raise ProcessGone(f"process {pid} ended") from None
    line = next((line for line in rollup.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) * 1024
