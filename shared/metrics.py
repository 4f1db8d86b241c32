"""What Prometheus asks of the server, right across its worker processes.

Each worker writes its counts to files in the folder PROMETHEUS_MULTIPROC_DIR (`shared/cli.py` makes it), and whichever
is asked adds up the files of all. Without the folder, as under a server that is not ours, the counts are those of the
process that answers.
"""

import os
import time
from collections.abc import Iterable
from functools import lru_cache, partial
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
# One label for all paths that no route serves, and one for all odd methods: clients could make up any number of them.
UNMATCHED = "unmatched"
_OTHER = "other"
_CPUCLOCK_SCHED = 2
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counts of one application in one process, and the text that shows those of all processes."""

    def __init__(self) -> None:
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        own = CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Requests that were answered.", ["method", "route", "status"], registry=own
        )
        self._refusals = Counter(
            "http_refusals", "Requests that were refused before the application saw them.", ["problem"], registry=own
        )
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Time from the head of a request to the end of its answer.",
            ["method", "route"],
            registry=own,
            buckets=_BUCKETS_S,
        )
        self.in_flight = Gauge(
            "http_requests_in_flight",
            "Requests whose answers have not ended, streams among them.",
            registry=own,
            multiprocess_mode="livesum",
        )
        self.open_sockets = Gauge(
            "websockets_open", "WebSockets that are open.", ["route"], registry=own, multiprocess_mode="livesum"
        )
        self.in_flight.set(0)  # also the end of what a dead worker of the same process id has left
        self._shown = CollectorRegistry()
        self._shown.register(_Processes(folder))
        self._shown.register(_AllWorkers(Path(folder)) if folder else own)
        # Looking a child up by its labels costs more than counting: the sets are few, so they are kept.
        self._children = lru_cache(maxsize=1024)(self._children_of)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered in full."""
        requests, durations = self._children(method if method in _METHODS else _OTHER, route, status)
        requests.inc()
        durations.observe(seconds)

    def count_refusal(self, problem: str) -> None:
        """Count a request that the server has refused by itself, with this type of problem."""
        self._refusals.labels(problem).inc()

    def _children_of(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)

    def text(self) -> bytes:
        """Everything, in Prometheus's text format."""
        return generate_latest(self._shown)


class _AllWorkers(Collector):
    """Counters of every worker that ever was, so that none goes back; gauges of those that live."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        living = _living_workers(self._folder)
        # A file that a worker has just made is empty for a moment.
        files = [file for file in self._folder.glob("*.db") if file.stat().st_size]
        shown = [str(file) for file in files if not file.name.startswith("gauge_live") or _worker(file) in living]
        return MultiProcessCollector.merge(shown)  # type: ignore[no-untyped-call,no-any-return]


class _Processes(Collector):
    """CPU, memory, descriptors and start of each living worker, read from /proc by whichever is asked."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        living = _living_workers(Path(self._folder)) if self._folder else {os.getpid()}
        families: dict[str, Metric] = {}
        for pid in sorted(living):
            for family in ProcessCollector(pid=partial(int, pid), registry=None).collect():
                known = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    value = _cpu_seconds(pid) if sample.name == "process_cpu_seconds_total" else sample.value
                    known.add_sample(sample.name, {"pid": str(pid)}, value)
        return families.values()


def _cpu_seconds(pid: int) -> float:
    """CPU time of a process by its own clock (clock_getcpuclockid(3)); /proc counts in ticks of 10 ms."""
    return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)


def _living_workers(folder: Path) -> set[int]:
    return {pid for pid in map(_worker, folder.glob("*.db")) if _lives(pid)}


def _worker(file: Path) -> int:
    return int(file.stem.rpartition("_")[2])


def _lives(pid: int) -> bool:
    """Whether a process runs and is this one or its sibling: the id of a dead worker may be somebody else's by now."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    state, parent = stat.rpartition(") ")[2].split()[:2]
    return state not in "ZX" and (pid == os.getpid() or int(parent) == os.getppid())
