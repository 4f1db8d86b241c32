"""What a long run is doing, in one line that is written over and over."""

import time

import pytest

EVERY_S = 0.5


class Progress:
    """Writes past pytest's capture, to a terminal only or every half minute to anything else."""

    def __init__(self, title: str, capture: pytest.CaptureFixture[str] | None, *, terminal: bool) -> None:
        self._title, self._capture = title, capture
        self._every_s = EVERY_S if terminal else 30.0
        self._begin, self._end = ("\r", "\033[K") if terminal else ("", "\n")
        self._next = 0.0

    def show(self, text: str) -> None:
        """Tell where the run is, unless it was told just before."""
        now = time.monotonic()
        if self._capture is None or now < self._next:
            return
        self._next = now + self._every_s
        with self._capture.disabled():
            print(f"{self._begin}{self._title}: {text}", end=self._end, flush=True)
