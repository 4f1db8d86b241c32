"""Requests wait for their turn in bounds: so many and so long, and then 503; the operator does not wait."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.contract.client import Api, assert_problem
from tests.resilience.conftest import Place
from tests.servers import TWINS, serving

MAX_REQUESTS, LASTING = 4, 3
WAIT_S = 0.4
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
        serving(twin, place.environment | SETTINGS, tmp_path / "log", workers=1) as url,
        httpx2.Client(base_url=url, timeout=20) as http,
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
