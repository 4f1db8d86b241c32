"""Servers whose language model is the stand-in."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2

from tests.conftest import CHEAP_HASHES, SECRET
from tests.contract.client import Api, User, client_of
from tests.contract.events import Event, events
from tests.forks import serving
from tests.upstream.stand_in import StandIn

KEY = "sk-open-sesame"
# Far beyond what these tests take: whatever ends a wait, it was not the time-out.
PATIENT_S = "100"
# Answers that say something and have no end.
SILENT = ["tokens=1 then=silence", "tokens=1 then=comments"]
ENDLESS = ["tokens=1000000 rate=20", *SILENT]


class Relay(NamedTuple):
    """A server that relays to the stand-in, and a user of it."""

    api: Api
    user: User
    stand_in: StandIn
    log: Path

    def ask(self, order: str) -> httpx2.Response:
        """The whole answer to a question that orders one."""
        return self.api.http.post("/chat", json={"message": f"stand-in: {order}"}, headers=self.user.auth)

    @contextmanager
    def asking(self, order: str) -> Iterator[Iterator[Event]]:
        """An answer that begins, left in the end with its connection."""
        deadline = time.monotonic() + 5
        with client_of(self.api.http.base_url) as http, ExitStack() as stack:
            question = http.build_request(
                "POST", "/chat", json={"message": f"stand-in: {order}"}, headers=self.user.auth
            )
            response = http.send(question, stream=True)
            # A place comes free a moment after its client has left.
            while response.status_code == 503 and time.monotonic() < deadline:
                response.close()
                time.sleep(0.05)
                response = http.send(question, stream=True)
            stack.callback(response.close)
            assert response.status_code == 200, response.read()
            yield events(response)


@contextmanager
def relaying(twin: str, upstream: str, timeout_s: str, folder: Path, **settings: str) -> Iterator[tuple[Api, Path]]:
    """A server in one process, whose language model is at `upstream`."""
    environment = CHEAP_HASHES | {
        "DATABASE_URL": f"sqlite:///{folder}/books.sqlite3",
        "SECRET_KEY": SECRET,
        "CHAT_UPSTREAM_URL": upstream,
        "CHAT_UPSTREAM_KEY": KEY,
        "CHAT_UPSTREAM_TIMEOUT_SECONDS": timeout_s,
        **settings,
    }
    log = folder / "log"
    with serving(twin, environment, log) as url, client_of(url) as http:
        yield Api(http), log


def await_open(stand_in: StandIn, count: int) -> None:
    """Return when the stand-in gives so many answers; fails if that takes seconds."""
    deadline = time.monotonic() + 5
    while (found := stand_in.stats()["open"]) != count:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
