"""What a server uses, read where it runs: from the clocks of its processes, or from its own metrics."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from benchmarks import process_tree
from benchmarks.process_tree import ProcessGone

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
