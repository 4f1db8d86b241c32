"""An application slowed down by a known share of the CPU that it uses itself.

The share is of CPU time, not of time, so that it is as true on a busy machine: of whatever the process has used for its
requests so far, it works off that share before the next one. It does so by answering the request once more, to nobody.
A loop that does nothing would be simpler, but it lets the caches forget the application, which then costs a tenth to a
fifth more: nobody would know the truth any more. For the same reason the application has a single thread.
"""

import os
import time
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
            # What it took to start is not part of any request.
            self._began_ns = self._began_ns or time.process_time_ns()
            before_ns = self._burnt_ns
            while self._owes():
                await self._burn(scope)
            self._ledger.add(self._burnt_ns - before_ns)
        await self._app(scope, receive, send)

    def _owes(self) -> bool:
        own_ns = time.process_time_ns() - self._began_ns - self._burnt_ns
        return self._burnt_ns < self._share * own_ns

    async def _burn(self, scope: Scope) -> None:
        began_ns = time.thread_time_ns()
        # A copy: frameworks keep notes in it.
        await self._app(dict(scope), _nothing, _to_nobody)
        self._burnt_ns += time.thread_time_ns() - began_ns


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _to_nobody(_message: Message) -> None:
    """Nobody hears the answer."""


def create_app() -> ASGIApp:
    """An application slowed down as the environment says."""
    return Slowed(one_thread.create_app(), float(os.environ[SHARE]), Ledger(Path(os.environ[LEDGER])))
