"""What a run has sent, counted by operation and by status."""

import threading
import time
from collections import Counter


class Tally:
    """Counts of request pairs, as they go; several threads may add to it."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self.operations: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.sequences = 0
        # Sequences that a busy server, or its limit of logins, has ended: nothing can be said of their rest.
        self.broken_off: Counter[str] = Counter()
        self.differences: Counter[str] = Counter()

    @property
    def pairs(self) -> int:
        """Requests sent to both servers."""
        return self.operations.total()

    def begin(self) -> None:
        """Count a sequence."""
        with self._lock:
            self.sequences += 1

    def add(self, operation: str, status: int) -> None:
        """Count a pair by what the first server answered."""
        with self._lock:
            self.operations[operation] += 1
            self.statuses[status] += 1

    def break_off(self, reason: str) -> None:
        """Count a sequence that does not go on."""
        with self._lock:
            self.broken_off[reason] += 1

    def progress(self) -> str:
        """How far it is, in one line."""
        seconds = time.monotonic() - self._began
        return (
            f"{self.pairs:,} pairs in {self.sequences:,} sequences, {len(self.differences)} differences, "
            f"{seconds:.0f} s, {self.pairs / max(seconds, 0.001):.0f} pairs/s"
        )

    def classes(self) -> dict[str, int]:
        """Pairs by the first digit of their status."""
        found: Counter[str] = Counter()
        for status, count in self.statuses.items():
            found[f"{status // 100}xx" if status else "no answer"] += count
        return dict(sorted(found.items()))

    def summary(self) -> str:
        """The whole balance in a few lines."""
        lines = [
            self.progress(),
            "by status: " + _listed(self.classes()) + " (" + _listed(dict(sorted(self.statuses.items()))) + ")",
            "by operation: " + _listed(dict(sorted(self.operations.items()))),
        ]
        if self.broken_off:
            lines.append("sequences broken off: " + _listed(dict(self.broken_off)))
        if self.differences:
            lines.append("differences: " + _listed(dict(self.differences)))
        return "\n".join(lines)


def _listed(counts: dict[str, int] | dict[int, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
