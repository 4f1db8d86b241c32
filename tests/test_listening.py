"""Where a server listens: at a port for all and one for its operator, and who waits there to be let in."""

import os
import select
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from shared.arrivals import BACKLOG, OPERATOR_PATHS, RESERVE
from tests import forks
from tests.contract import raw
from tests.contract.client import assert_problem, client_of
from tests.servers import TWINS, free_port, listeners, serving


@pytest.fixture
def sqlite(tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3",
        "SECRET_KEY": "a secret of at least thirty-two bytes",
    }


def address_of(url: str) -> tuple[str, int]:
    """Where a server listens."""
    return "127.0.0.1", int(url.rpartition(":")[2])


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("twin", TWINS)
def test_an_operators_port_serves_what_the_operator_asks_and_nothing_else_and_stops_with_the_server(
    twin: str, workers: int, sqlite: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    environment = sqlite | {"OPERATOR_PORT": str(port)}
    with serving(twin, environment, tmp_path / "log", workers=workers) as url:
        with client_of(f"http://127.0.0.1:{port}") as operator:
            for path in OPERATOR_PATHS:
                answer = operator.get(path)
                assert answer.status_code == 200
                assert answer.headers["content-type"] == httpx2.get(url + path).headers["content-type"]
            for method, path in [("GET", "/books/"), ("POST", "/auth/register"), ("GET", "/"), ("GET", "/ws/")]:
                assert_problem(operator.request(method, path), 404, "path-not-found")
            assert 'http_refusals_total{problem="path-not-found"} 4.0' in operator.get("/metrics").text
        assert httpx2.get(f"{url}/books/").status_code == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


@pytest.mark.parametrize("twin", TWINS)
def test_an_operators_port_is_heard_when_no_more_clients_are_let_in(
    twin: str, sqlite: dict[str, str], tmp_path: Path
) -> None:
    most, port = 10, free_port()
    environment = sqlite | {"MAX_CONNECTIONS": str(most), "OPERATOR_PORT": str(port)}
    with forks.serving(twin, environment, tmp_path / "log") as url, ExitStack() as clients:
        for _ in range(most + RESERVE):
            clients.enter_context(socket.create_connection(address_of(url), 5))
        newcomer = clients.enter_context(socket.create_connection(address_of(url), 5))
        assert raw.rest(newcomer) == b""
        assert httpx2.get(f"http://127.0.0.1:{port}/health/live").status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count differently")
@pytest.mark.parametrize("twin", TWINS)
def test_as_many_wait_at_the_door_as_are_soon_let_in(twin: str, sqlite: dict[str, str], tmp_path: Path) -> None:
    with forks.serving(twin, sqlite, tmp_path / "log") as url, ExitStack() as clients:
        processes = listeners(url)
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            coming = [clients.enter_context(socket.socket()) for _ in range(2 * BACKLOG)]
            for client in coming:
                client.setblocking(False)
                client.connect_ex(address_of(url))
            _, at_the_door, _ = select.select([], coming, [], 0.5)
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)
        assert BACKLOG <= len(at_the_door) <= BACKLOG + 8
