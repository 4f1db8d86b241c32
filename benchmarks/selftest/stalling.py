"""An empty application that now and then stops for a known time, with everybody in it."""

import asyncio
import os
import time
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.layers.fastapi_bare import empty
from benchmarks.selftest.ledger import Ledger

STALL_S, EVERY_S, LEDGER = "SELFTEST_STALL_S", "SELFTEST_EVERY_S", "SELFTEST_LEDGER"
# After so much silence a new load begins, and its stalls are counted from there.
_SILENCE_S = 0.5


class Stalling:
    """Blocks its event loop every so often, for the first time half a period after a load began."""

    def __init__(self, app: ASGIApp, stall_s: float, every_s: float, ledger: Ledger) -> None:
        self._app, self._stall_s, self._every_s, self._ledger = app, stall_s, every_s, ledger
        self._asked_at = -_SILENCE_S
        self._next: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, when it is not stalled."""
        if scope["type"] == "http":
            now = asyncio.get_running_loop().time()
            if now - self._asked_at >= _SILENCE_S:
                self._ledger.clear()
                self._schedule(now + self._every_s / 2)
            self._asked_at = now
        await self._app(scope, receive, send)

    def _schedule(self, when: float) -> None:
        if self._next:
            self._next.cancel()
        self._next = asyncio.get_running_loop().call_at(when, self._stall, when)

    def _stall(self, due: float) -> None:
        began_ns = time.monotonic_ns()
        time.sleep(self._stall_s)
        self._ledger.add(time.monotonic_ns() - began_ns)
        self._asked_at += self._stall_s
        self._schedule(due + self._every_s)


def create_app() -> ASGIApp:
    """The application, as the environment says."""
    stall_s, every_s = float(os.environ[STALL_S]), float(os.environ[EVERY_S])
    return Stalling(empty(), stall_s, every_s, Ledger(Path(os.environ[LEDGER])))
