"""What an operator and a reader see meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.resilience.clients import Client

PAUSE_S = 0.02


class Watch:
    """What an operator and a reader see, asked all the time: statuses by path, and when each was 503 last."""

    def __init__(self) -> None:
        self.seen: dict[str, set[int]] = {}
        self.last_503 = 0.0

    async def run(self, url: str, path: str) -> None:
        """Ask until cancelled."""
        client = Client(url)
        try:
            while True:
                answer = await client.ask("GET", path)
                self.seen.setdefault(path, set()).add(answer.status)
                if answer.status == 503:
                    assert answer.retry_after_s, answer
                    self.last_503 = time.monotonic()
                await asyncio.sleep(PAUSE_S)
        finally:
            client.close()


@asynccontextmanager
async def watching(url: str, *paths: str) -> AsyncIterator[Watch]:
    """Ask for each of the paths meanwhile."""
    watch = Watch()
    tasks = [asyncio.create_task(watch.run(url, path)) for path in paths]
    try:
        yield watch
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended
