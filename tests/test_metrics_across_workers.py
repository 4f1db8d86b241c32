"""Counts are exact right across worker processes, whichever is asked, and survive the death of one."""

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.contract.client import client_of
from tests.servers import TWINS, serving

SECRET = "a secret of at least thirty-two bytes"
REQUESTS = 60


def asked(url: str, path: str) -> httpx2.Response:
    """A request on a connection of its own, which any of the workers may take."""
    with client_of(url) as http:
        return http.get(path)


def samples(url: str, name: str) -> dict[str, float]:
    """The samples called `name`, by the label that tells them apart here."""
    found = [one for family in text_string_to_metric_families(asked(url, "/metrics").text) for one in family.samples]
    return {one.labels.get("pid") or one.labels.get("route", ""): one.value for one in found if one.name == name}


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def misses(url: str) -> float:
    return samples(url, "http_requests_total").get("unmatched", 0)


def in_flight(url: str) -> float:
    """Requests in flight, the one that asks among them."""
    return samples(url, "http_requests_in_flight")[""]


def half_a_request(url: str) -> socket.socket:
    """A connection on which a body is announced and never comes."""
    address = httpx2.URL(url)
    connection = socket.create_connection((address.host, address.port or 80), 20)
    head = f"POST /auth/register HTTP/1.1\r\nHost: {address.host}\r\nContent-Type: application/json\r\n"
    # Else Flask's server collects so small a body before the application hears of it.
    connection.sendall(f"{head}Expect: 100-continue\r\nContent-Length: 100\r\n\r\n{{".encode())
    return connection


def replaced(url: str, worker: int) -> bool:
    """Whether there are two workers, and this is none of them."""
    living = samples(url, "process_open_fds")
    return len(living) == 2 and str(worker) not in living


@pytest.mark.parametrize("twin", TWINS)
def test_counts_are_exact_whichever_worker_is_asked_and_outlive_a_worker(twin: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3", "SECRET_KEY": SECRET}
    with serving(twin, environment, tmp_path / "log") as url:
        assert eventually(lambda: len(samples(url, "process_open_fds")) == 2)
        for _ in range(REQUESTS):
            assert asked(url, "/nothing").status_code == 404
        assert eventually(lambda: misses(url) == REQUESTS)
        assert [misses(url) for _ in range(20)] == [REQUESTS] * 20

        workers = sorted(int(pid) for pid in samples(url, "process_open_fds"))
        with ExitStack() as connections:
            for _ in range(4):
                connections.enter_context(half_a_request(url))
            assert eventually(lambda: in_flight(url) == 5)
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
                assert eventually(partial(replaced, url, worker))
                assert [misses(url) for _ in range(20)] == [REQUESTS] * 20
            assert eventually(lambda: in_flight(url) == 1)
        assert [misses(url) for _ in range(20)] == [REQUESTS] * 20
