"""An application slowed down by a known share of the CPU that it uses itself.

The share is of CPU time, not of time, so that it is as true on a busy machine: of whatever the process has used for its
requests so far, it burns that share before the next one. The application has one thread: burning in one costs another
that waits for the interpreter something too, and then nobody knows the truth any more.
"""

import os
import time
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.selftest import one_thread
from benchmarks.selftest.ledger import Ledger

SHARE, LEDGER = "SELFTEST_BURN_SHARE", "SELFTEST_LEDGER"


class Slowed:
    """An application that burns CPU before each request, and writes down how much."""

    def __init__(self, app: ASGIApp, share: float, ledger: Ledger) -> None:
        self._app, self._share, self._ledger = app, share, ledger
        self._began_ns = 0
        self._burnt_ns = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pay, then answer."""
        if scope["type"] == "http":
            self._pay()
        await self._app(scope, receive, send)

    def _pay(self) -> None:
        used_ns = time.process_time_ns()
        # What it took to start is not part of any request.
        self._began_ns = self._began_ns or used_ns
        due_ns = self._share * (used_ns - self._began_ns - self._burnt_ns) - self._burnt_ns
        # The clock of this thread: others of the process may do honest work meanwhile.
        began_ns = time.thread_time_ns()
        while time.thread_time_ns() - began_ns < due_ns:
            pass
        spent_ns = time.thread_time_ns() - began_ns if due_ns > 0 else 0
        self._burnt_ns += spent_ns
        self._ledger.add(spent_ns)


def create_app() -> ASGIApp:
    """An application slowed down as the environment says."""
    return Slowed(one_thread.create_app(), float(os.environ[SHARE]), Ledger(Path(os.environ[LEDGER])))
