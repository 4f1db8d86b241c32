"""What a server uses, read where it runs: from the clocks of its processes, or from its own metrics."""

from collections.abc import Mapping
from itertools import pairwise
from statistics import median
from typing import Protocol, TypeAlias

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from benchmarks import process_tree
from benchmarks.process_tree import ProcessGone

_REMOTE_TIMEOUT_S = 10
_CALIBRATIONS = 5

# CPU time by process, in nanoseconds.
CpuReading: TypeAlias = Mapping[int, int]


class MeterFailed(Exception):
    """The server cannot be read any more; says why in a line."""


class Meter(Protocol):
    """Reads one server."""

    def read(self) -> CpuReading:
        """CPU time so far; raises MeterFailed."""

    def cpu_s_since(self, before: CpuReading) -> float:
        """CPU seconds since a reading; raises MeterFailed."""

    def pss_bytes(self) -> int:
        """Memory now; raises MeterFailed."""


class ProcessMeter:
    """Reads the process tree of a server on this machine."""

    def __init__(self, root: int) -> None:
        self._root = root

    def read(self) -> CpuReading:
        """CPU time of each process of the tree."""
        try:
            return process_tree.read_cpu(self._root)
        except ProcessGone as error:
            raise MeterFailed(f"the server: {error}") from None

    def cpu_s_since(self, before: CpuReading) -> float:
        """CPU seconds of the whole tree since a reading."""
        try:
            return process_tree.cpu_s_between(dict(before), dict(self.read()))
        except ProcessGone as error:
            raise MeterFailed(f"the server: {error}") from None

    def pss_bytes(self) -> int:
        """PSS of the tree."""
        try:
            return process_tree.pss_bytes(self._root)
        except ProcessGone as error:
            raise MeterFailed(f"the server: {error}") from None


class RemoteMeter:
    """Reads a server elsewhere by its own metrics, in Prometheus's text format.

    Memory is the resident set, in which shared pages count for each process. Raises MeterFailed when there is no
    `process_cpu_seconds_total`.
    """

    def __init__(self, url: str) -> None:
        # A connection for each reading: a server closes one that is idle, perhaps just when it is used again.
        limits = httpx2.Limits(max_keepalive_connections=0)
        self._client = httpx2.Client(base_url=url, timeout=_REMOTE_TIMEOUT_S, limits=limits)
        # The server pays for being asked: once between two readings.
        readings = [self.read() for _ in range(_CALIBRATIONS + 1)]
        self._asking_s = median(_spent_s(before, after) for before, after in pairwise(readings))

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def read(self) -> CpuReading:
        """CPU time of each worker."""
        return {pid: round(seconds * 1e9) for pid, seconds in self._samples("process_cpu_seconds_total").items()}

    def cpu_s_since(self, before: CpuReading) -> float:
        """CPU seconds of all workers since a reading, without what asking costs."""
        return max(0.0, _spent_s(before, self.read()) - self._asking_s)

    def pss_bytes(self) -> int:
        """The resident sets of all workers."""
        return round(sum(self._samples("process_resident_memory_bytes").values()))

    def _samples(self, name: str) -> dict[int, float]:
        try:
            text = self._client.get("/metrics").raise_for_status().text
            samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        except (httpx2.HTTPError, ValueError) as error:
            raise MeterFailed(f"its /metrics cannot be read: {error}") from None
        # Without workers there is no label; then it is one process.
        found = {int(one.labels.get("pid", 0)): float(one.value) for one in samples if one.name == name}
        if not found:
            raise MeterFailed(f"its /metrics has no {name}, so that nobody can say what a request costs it")
        return found


def _spent_s(before: CpuReading, after: CpuReading) -> float:
    if gone := before.keys() - after.keys():
        raise MeterFailed(f"worker {min(gone)} ended")
    return sum(used - before.get(pid, 0) for pid, used in after.items()) / 1e9
