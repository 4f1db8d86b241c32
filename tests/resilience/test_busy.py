"""Requests wait for their turn in bounds: so many and so long, and then 503; the operator does not wait.

And who would wait too long need not wait to be told so.
"""

import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.contract.client import Api, assert_problem, client_of
from tests.forks import serving
from tests.resilience.conftest import Place
from tests.servers import TWINS, free_port

MAX_REQUESTS, LASTING = 4, 3
WAIT_S = 0.4
# Connections for all that either twin works on at once: Flask has eight threads, and one for each that lasts.
MOST_AT_WORK = 8 + LASTING + 2
SETTINGS = {
    "POOL_SIZE": "2",
    "MAX_STREAMS": "1",
    "MAX_TRANSFERS": "1",
    "MAX_SOCKETS": "1",
    "MAX_REQUESTS": str(MAX_REQUESTS),
    "REQUEST_WAIT_SECONDS": str(WAIT_S),
    "DATABASE_TIMEOUT_SECONDS": "10",
}

pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """Let nobody write."""
    connection = sqlite3.connect(place.settings.database.database or "", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


@pytest.mark.parametrize("twin", TWINS)
def test_who_comes_too_many_or_has_waited_too_long_is_503_and_the_operator_is_not(
    twin: str, place: Place, tmp_path: Path
) -> None:
    with (
        serving(twin, place.environment | SETTINGS, tmp_path / "log") as url,
        client_of(url) as http,
        ThreadPoolExecutor(MAX_REQUESTS + LASTING) as pool,
    ):
        api = Api(http)
        user = api.new_user()
        with locked(place):
            waiting = [pool.submit(api.add, user) for _ in range(MAX_REQUESTS + LASTING)]
            time.sleep(3 * WAIT_S)
            # Some have been told already that they wait in vain: as many take their places.
            waiting += [pool.submit(api.add, user) for done in waiting if done.done()]
            time.sleep(WAIT_S / 2)
            began = time.monotonic()
            assert http.get("/health/live").status_code == 200
            assert http.get("/metrics").status_code == 200
            crowded = api.http.get("/books/", headers={"Connection": "close"})
            at_once_s = time.monotonic() - began
        answers = [one.result() for one in waiting]
        assert http.get("/books/").status_code == 200
    for answer in (one for one in [*answers, crowded] if one.status_code != 201):
        assert_problem(answer, 503, "busy")
        assert answer.headers["retry-after"] == "1"
    assert crowded.status_code == 503, crowded.text
    assert at_once_s < 5
    assert {answer.status_code for answer in answers} == {201, 503}


def leave_at_once(url: str) -> None:
    """Send a request and its end in one packet, so that a server never sees the one without the other."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 80)) as client:
        client.send(f"GET /books/ HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode(), socket.MSG_MORE)


def refused(operator_port: int) -> float:
    """How many requests the server has refused because it is busy."""
    text = httpx2.get(f"http://127.0.0.1:{operator_port}/metrics").text
    families = text_string_to_metric_families(text)
    samples = [one for family in families if family.name == "http_refusals" for one in family.samples]
    return sum(one.value for one in samples if one.labels["problem"] == "busy")


@pytest.mark.parametrize("twin", TWINS)
def test_who_would_wait_too_long_or_has_left_already_is_refused_at_once(
    twin: str, place: Place, tmp_path: Path
) -> None:
    wait_s, operator_port = 1.5, free_port()
    more = {"MAX_REQUESTS": "100", "REQUEST_WAIT_SECONDS": str(wait_s), "POOL_SIZE": str(MOST_AT_WORK)}
    environment = place.environment | SETTINGS | more | {"OPERATOR_PORT": str(operator_port)}
    with (
        serving(twin, environment, tmp_path / "log") as url,
        client_of(url) as http,
        ThreadPoolExecutor(MOST_AT_WORK + 1) as pool,
    ):
        api = Api(http)
        user = api.new_user()
        with locked(place):
            waiting = [pool.submit(api.add, user) for _ in range(MOST_AT_WORK + 1)]
            time.sleep(wait_s / 2)
            leave_at_once(url)
            time.sleep(wait_s / 4)
            assert refused(operator_port) == 1
            time.sleep(wait_s)
            # Whoever waits has done so for too long by now, though nobody has been told yet.
            assert not any(one.done() for one in waiting)
            began = time.monotonic()
            answer = http.get("/books/", headers={"Connection": "close"})
            at_once_s = time.monotonic() - began
            assert refused(operator_port) == 2
        statuses = [one.result().status_code for one in waiting]
    assert_problem(answer, 503, "busy")
    assert at_once_s < wait_s
    assert set(statuses) == {201, 503}
