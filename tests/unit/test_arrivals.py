"""uvicorn's protocol as this project has it, on a connection that only pretends to be one."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from fastapi_impl.arrivals import Alarm
from fastapi_impl.protocol import ProblemProtocol
from shared.config import Settings
from shared.metrics import Metrics

GET = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


class Pretended(asyncio.Transport):
    """A connection that keeps what is written, and takes nothing more once it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.ended = self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        assert not self.ended
        self.written += bytes(data)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """Nothing is read anyway."""

    resume_reading = pause_reading

    @property
    def statuses(self) -> list[int]:
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", self.written)]


class Application:
    """Reads a request, takes a moment, and answers."""

    def __init__(self) -> None:
        settings = Settings(request_head_seconds=0.05, request_body_seconds=0.05, max_connections=1)
        self.state = SimpleNamespace(
            services=SimpleNamespace(settings=settings), database=SimpleNamespace(wait_s=lambda: 0.0), metrics=Metrics()
        )
        self.headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[..., Any]) -> None:
        while (message := await receive()).get("more_body"):
            pass
        self.headers = list(scope["headers"])
        await asyncio.sleep(0.01)
        if message["type"] == "http.request":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})


def connected(state: ServerState | None = None) -> tuple[ProblemProtocol, Pretended, Application]:
    application, transport = Application(), Pretended()
    protocol = ProblemProtocol(
        Config(application, interface="asgi3", proxy_headers=False, log_config=None), state or ServerState(), {}
    )
    protocol.connection_made(transport)
    return protocol, transport, application


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(scenario(), 10)

    asyncio.run(limited())


async def until(condition: Callable[[], object]) -> None:
    """Return a little after it holds, or when it never will: what must not follow has had its time by then."""
    for _ in range(500):
        if condition():
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    "last", [b"nonsense\r\n\r\n", GET[:-2] + b"X : y\r\n\r\n", CHUNKED + b"zz\r\n"], ids=["line", "header", "chunk"]
)
def test_a_refusal_waits_until_all_before_it_have_their_answers(last: bytes) -> None:
    async def scenario() -> None:
        protocol, transport, _ = connected()
        protocol.data_received(GET % 1 + GET % 2 + last + GET % 3)
        await until(lambda: transport.ended)
        assert transport.statuses == [200, 200, 400]
        assert transport.ended

    run(scenario)


def test_a_lost_connection_is_written_to_by_none_of_its_requests() -> None:
    async def scenario() -> None:
        protocol, transport, _ = connected()
        protocol.data_received(GET % 1 + GET % 2 + GET % 3)
        await asyncio.sleep(0)
        transport.closed = True
        protocol.connection_lost(ConnectionResetError())
        await until(lambda: not protocol.tasks)
        assert transport.statuses == []
        assert not protocol.tasks

    run(scenario)


def test_trailers_are_no_headers_although_they_come_before_the_application_looks() -> None:
    async def scenario() -> None:
        protocol, transport, application = connected()
        protocol.data_received(CHUNKED + b"1\r\na\r\n0\r\nCookie: session=x\r\n\r\n")
        await until(lambda: transport.statuses)
        assert transport.statuses == [200]
        assert [name for name, _ in application.headers] == [b"host", b"transfer-encoding"]

    run(scenario)


@pytest.mark.parametrize(("sent", "statuses"), [(b"", []), (b"\r\n", []), (b"GET", [408]), (CHUNKED, [408])])
def test_what_is_late_is_refused_once(sent: bytes, statuses: list[int]) -> None:
    async def scenario() -> None:
        protocol, transport, _ = connected()
        protocol.data_received(sent)
        await until(lambda: transport.ended)
        assert transport.statuses == statuses
        assert transport.ended

    run(scenario)


def test_a_newcomer_too_many_is_told_so() -> None:
    async def scenario() -> None:
        state = ServerState()
        (first, let_in, _), (second, crowded, _) = connected(state), connected(state)
        for protocol in (first, second):
            protocol.data_received(GET % 1)
        await until(lambda: let_in.statuses)
        assert (let_in.statuses, crowded.statuses) == ([200], [503])

    run(scenario)


def test_an_alarm_that_is_put_off_rings_once_and_later() -> None:
    async def scenario() -> None:
        loop, rung = asyncio.get_running_loop(), []
        alarm = Alarm(loop, lambda: rung.append(loop.time()))
        began = loop.time()
        alarm.set(0.02)
        alarm.set(0.06)
        await until(lambda: rung)
        assert len(rung) == 1
        assert rung[0] - began >= 0.06
        alarm.set(0.5)
        alarm.set(0.01)
        await until(lambda: len(rung) > 1)
        assert len(rung) == 2
        alarm.set(0.01)
        alarm.clear()
        await asyncio.sleep(0.05)
        assert len(rung) == 2

    run(scenario)
