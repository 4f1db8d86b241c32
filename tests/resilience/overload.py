"""Clients that come whether or not those before them were answered, and leave when they have waited long enough."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.resilience.clients import Client, Cut, Refused


@dataclass
class Tally:
    """What became of the requests that ended between two moments."""

    since: float
    until: float
    outcomes: Counter[str] = field(default_factory=Counter)
    good_s: list[float] = field(default_factory=list)

    def count(self, outcome: str, began: float) -> None:
        """Note the end of a request."""
        now = time.monotonic()
        if self.since <= now < self.until:
            self.outcomes[outcome] += 1
            if outcome == "200":
                self.good_s.append(now - began)

    @property
    def goodput_per_s(self) -> float:
        """Successes a second."""
        return len(self.good_s) / (self.until - self.since)


class Crowd:
    """Many clients of one server who all want the same."""

    def __init__(self, url: str, target: str, patience_s: float) -> None:
        self._url, self._target, self._patience_s = url, target, patience_s
        self._idle: list[Client] = []

    async def steady(self, clients: int, seconds: float) -> Tally:
        """So many clients, each of whom asks again as soon as it is answered."""
        began = time.monotonic()
        tally = Tally(began, began + seconds)

        async def keep_asking() -> None:
            while time.monotonic() < tally.until:
                await self._ask(tally)

        await asyncio.gather(*(keep_asking() for _ in range(clients)))
        return tally

    async def rush(self, rate_per_s: float, seconds: float, lead_s: float) -> Tally:
        """So many clients a second; what becomes of them counts after the first `lead_s`."""
        began = time.monotonic()
        tally = Tally(began + lead_s, began + seconds)
        waiting = set()
        for number in range(int(rate_per_s * seconds)):
            due = began + number / rate_per_s
            if (early_s := due - time.monotonic()) > 0:
                await asyncio.sleep(early_s)
            task = asyncio.create_task(self._ask(tally))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
        await asyncio.gather(*waiting)
        return tally

    async def _ask(self, tally: Tally) -> None:
        client = self._idle.pop() if self._idle else Client(self._url, self._patience_s)
        began = time.monotonic()
        try:
            answer = await client.ask("GET", self._target)
        except Refused:
            tally.count("refused", began)
            return
        except Cut as error:
            tally.count("gave up" if "Timeout" in str(error) else "cut", began)
            return
        self._idle.append(client)
        tally.count(str(answer.status), began)

    def close(self) -> None:
        """End all connections."""
        for client in self._idle:
            client.close()
