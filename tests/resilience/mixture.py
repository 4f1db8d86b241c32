"""Users who do a little of everything, over and over, on connections of their own."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx2

from tests.contract.client import PASSWORD, book_fields, unique
from tests.contract.pictures import picture
from tests.resilience.clients import Answer, Client, log_in, register

MAX_BOOKS = 20


@dataclass
class Visitor:
    """One user; keeps few books, so that the catalogue does not grow without end."""

    url: str
    client: Client
    http: httpx2.AsyncClient
    chance: random.Random
    counts: Counter[str]
    books: list[int] = field(default_factory=list)
    name: str = ""
    tokens: dict[str, str] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Come in, and do something until told to stop."""
        self.name = await register(self.client)
        self.tokens = await log_in(self.client, self.name)
        cover = picture("JPEG", (300, 200))
        things: dict[Callable[[], Awaitable[int]], int] = {
            lambda: self._get("/books/?limit=20"): 20,
            lambda: self._get("/books/?q=title&limit=20"): 10,
            lambda: self._get(f"/books/{self.chance.choice(self.books or [1])}"): 30,
            self._add: 10,
            self._change: 10,
            lambda: self._cover(cover): 3,
            self._refresh: 4,
            self._log_in: 2,
            self._todo: 4,
            self._export: 1,
            self._upload: 3,
            self._stream: 2,
            lambda: self._get("/nowhere"): 2,
            self._come_again: 2,
            lambda: self._post("/books/", {"title": 7}, {422}): 3,
        }
        while not stop.is_set():
            (thing,) = self.chance.choices(list(things), list(things.values()))
            status = await thing()
            self.counts[f"{status}"] += 1

    @property
    def _auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    async def _ask(self, method: str, target: str, body: object, good: set[int]) -> Answer:
        answer = await self.client.ask(method, target, body, self._auth)
        # A server that is at a limit of its own says so, which is as good an answer.
        assert answer.status in good | {503}, (method, target, answer)
        return answer

    async def _get(self, target: str) -> int:
        return (await self._ask("GET", target, None, {200, 404})).status

    async def _post(self, target: str, body: object, good: set[int]) -> int:
        return (await self._ask("POST", target, body, good)).status

    async def _come_again(self) -> int:
        # Another worker may get the next connection: else one could have nearly all visitors for the whole of a run.
        self.client.close()
        return await self._get("/auth/me")

    async def _add(self) -> int:
        if len(self.books) >= MAX_BOOKS:
            book_id = self.books.pop(0)
            return (await self._ask("DELETE", f"/books/{book_id}", None, {204})).status
        answer = await self._ask("POST", "/books/", book_fields(), {201})
        if answer.status == 201:
            self.books.append(answer.json()["id"])
        return answer.status

    async def _change(self) -> int:
        if not self.books:
            return await self._add()
        target = f"/books/{self.chance.choice(self.books)}"
        return (await self._ask("PATCH", target, {"title": unique("Title ")}, {200})).status

    async def _refresh(self) -> int:
        answer = await self._ask("POST", "/auth/refresh", {"refresh_token": self.tokens["refresh_token"]}, {200})
        if answer.status == 200:
            self.tokens = answer.json()
        return answer.status

    async def _log_in(self) -> int:
        form = f"username={self.name}&password={PASSWORD.replace(' ', '+')}"
        answer = await self._ask("POST", "/auth/login", form, {200})
        if answer.status == 200:
            await self._ask("POST", "/auth/logout", {"refresh_token": self.tokens["refresh_token"]}, {204})
            self.tokens = answer.json()
        return answer.status

    async def _todo(self) -> int:
        if not self.books:
            return await self._add()
        answer = await self._ask("POST", "/todo/", {"book_id": self.chance.choice(self.books)}, {201, 409})
        if answer.status == 201:
            await self._ask("DELETE", f"/todo/{answer.json()['id']}", None, {204})
        return answer.status

    async def _cover(self, content: bytes) -> int:
        if not self.books:
            return await self._add()
        target = f"{self.url}/books/{self.chance.choice(self.books)}"
        answer = await self.http.put(f"{target}/cover", files={"cover": ("x", content)}, headers=self._auth)
        assert answer.status_code in {200, 201, 503}, answer.text
        return (await self.http.get(f"{target}/thumbnail")).status_code

    async def _export(self) -> int:
        answer = await self.http.get(f"{self.url}/books/export")
        assert answer.status_code in {200, 503}, answer.text
        return answer.status_code

    async def _upload(self) -> int:
        answer = await self.http.post(f"{self.url}/upload/", content=b"x" * 200_000, headers=self._auth)
        assert answer.status_code in {200, 503}, answer.text
        return answer.status_code

    async def _stream(self) -> int:
        answer = await self.http.get(f"{self.url}/stream/?count=3&interval=0.1")
        assert answer.status_code in {200, 503}, answer.text
        return answer.status_code
