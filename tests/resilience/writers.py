"""Users who add, change and delete books of their own as fast as they are answered, and note what they are told."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from tests.contract.client import unique
from tests.resilience.clients import Answer, Client, Cut, Refused, new_user
from tests.resilience.ledger import Ledger, State, fields

PAUSE_S = 0.02


@dataclass
class Writer:
    """One user on one connection; a book whose change was cut short is left alone from then on."""

    client: Client
    user: dict[str, str]
    ledger: Ledger
    chance: random.Random
    books: list[int] = field(default_factory=list)

    async def run(self, stop: asyncio.Event) -> None:
        """Write until told to stop."""
        while not stop.is_set():
            try:
                await self._write(self.chance.random())
            except Refused:
                await asyncio.sleep(PAUSE_S)

    async def _write(self, kind: float) -> None:
        if kind < 0.6 or not self.books:
            await self._add()
        elif kind < 0.9:
            await self._change()
        else:
            await self._delete()

    async def _add(self) -> None:
        word = unique("")
        answer = await self._ask("POST", "/books/", fields(word), 201)
        if answer:
            book_id = int(answer.json()["id"])
            self.ledger.kept[book_id] = State(word, 1)
            self.books.append(book_id)
        else:
            self.ledger.perhaps_new.add(word)

    async def _change(self) -> None:
        book_id = self.chance.choice(self.books)
        word = unique("")
        after = State(word, self.ledger.kept[book_id].version + 1)
        method = self.chance.choice(["PUT", "PATCH"])
        answer = await self._ask(method, f"/books/{book_id}", fields(word), 200)
        if answer:
            assert answer.json()["version"] == after.version, answer
            self.ledger.kept[book_id] = after
        else:
            self._leave(book_id, after)

    async def _delete(self) -> None:
        book_id = self.chance.choice(self.books)
        answer = await self._ask("DELETE", f"/books/{book_id}", None, 204)
        if answer:
            self.books.remove(book_id)
            del self.ledger.kept[book_id]
            self.ledger.removed.add(book_id)
        else:
            self._leave(book_id, None)

    def _leave(self, book_id: int, perhaps: State | None) -> None:
        self.ledger.perhaps[book_id] = perhaps
        self.books.remove(book_id)

    async def _ask(self, method: str, target: str, body: object, success: int) -> Answer | None:
        """The answer to a write that was acknowledged, None for one of which nobody knows; raises Refused."""
        began = time.monotonic()
        try:
            answer = await self.client.ask(method, target, body, self.user)
        except Cut:
            self.ledger.cut += 1
            await asyncio.sleep(PAUSE_S)
            return None
        finally:
            self.ledger.longest_s = max(self.ledger.longest_s, time.monotonic() - began)
        if answer.status == success:
            self.ledger.acknowledge()
            return answer
        if answer.status == 503 and answer.retry_after_s:
            self.ledger.refuse()
            await asyncio.sleep(PAUSE_S)
        else:
            self.ledger.unexpected[f"{method} {answer.status}: {answer.body[:200]!r}"] += 1
        # An answer that tells of a failure may have come after the commit.
        return None


@asynccontextmanager
async def writing(urls: Sequence[str], count: int, ledger: Ledger, chance: random.Random) -> AsyncIterator[None]:
    """So many writers at work, by turns on each of `urls`; in the end each hears the answer that it waits for."""
    async with AsyncExitStack() as stack:
        clients = [Client(urls[number % len(urls)]) for number in range(count)]
        for client in clients:
            stack.callback(client.close)
        writers = [Writer(client, await new_user(client), ledger, random.Random(chance.random())) for client in clients]
        stop, group = asyncio.Event(), await stack.enter_async_context(asyncio.TaskGroup())
        for writer in writers:
            group.create_task(writer.run(stop))
        try:
            yield
        finally:
            stop.set()
