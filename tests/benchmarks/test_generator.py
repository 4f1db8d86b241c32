"""The generator against a stand-in whose behaviour is known."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep
from typing import ClassVar

import pytest

from benchmarks.failures import LabError
from benchmarks.load import Distribution, Generator
from benchmarks.orders import Seated, Seating, Seen
from benchmarks.records import Arrivals, Timing
from tests import http_server
from tests.servers import free_port

USERS = 2
TIMING = Timing(users=USERS, warm_up_min_s=0.1, warm_up_max_s=0.5)
BOOK = {
    "id": 1, "title": "Emma", "author": "Jane Austen", "category": "novel", "description": "", "rating": 5,
    "published_year": 1815, "owner": "catalogue", "version": 1, "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
}  # fmt: skip
DELAY_S = 0.02


class StandIn(BaseHTTPRequestHandler):
    """Lists one book, and answers for it after a known time with a status and a body that a test sets."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet: in two, the kernel would hold the second back for 40 ms.
    wbufsize = -1
    status: ClassVar[int] = 200
    body: ClassVar[object] = BOOK
    books: ClassVar[list[object]] = [BOOK]

    def do_GET(self) -> None:
        if self.path.startswith("/books/?"):
            self._answer(200, {"items": self.books, "next": None})
        else:
            sleep(DELAY_S)
            self._answer(self.status, self.body)

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the library's
        """Keep quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    with http_server.running(ThreadingHTTPServer(("127.0.0.1", 0), StandIn)) as url:
        yield url


@pytest.fixture
def generator(url: str, tmp_path: Path) -> Iterator[Generator]:
    with Generator([0], tmp_path / "log") as running:
        running.await_ready()
        yield running


def seat(generator: Generator, *urls: str, arrivals: Arrivals | None = None, users: int = USERS) -> Seated:
    named = {f"server-{number}": url for number, url in enumerate(urls)}
    return generator.seat(Seating(workload="read", urls=named, users=users, seed=1, arrivals=arrivals))


def calm_slice(generator: Generator, seconds: float) -> Seen:
    """A slice in which this machine had time to answer; the last of three when it never has."""
    seen = generator.run("server-0", seconds)
    for _ in range(2):
        if seen.tally.service_us.mean_us < 3 * DELAY_S * 1e6:
            break
        seen = generator.run("server-0", seconds)
    return seen


def test_latency_and_rate_are_those_of_the_server(generator: Generator, url: str) -> None:
    assert seat(generator, url) == Seated(failed={})
    seen = calm_slice(generator, 0.6)
    tally = seen.tally
    # The stand-in is never early, and late when this machine is busy.
    p50_us, mean_us = tally.latency_us.percentile_us(50), tally.latency_us.mean_us
    assert p50_us is not None
    assert DELAY_S * 1e6 <= p50_us < 3 * DELAY_S * 1e6
    assert 0.5 < tally.ok / seen.window_s * mean_us / 1e6 / USERS <= 1.05, "each user has a request under way"
    assert tally.latency_us.samples == tally.ok == tally.started == tally.scheduled
    assert tally.connections == 0, "those of the set-up are kept alive"
    assert (tally.failed, tally.late, tally.dropped, tally.open) == (0, 0, 0, 0)


def test_requests_under_way_add_up_to_the_time_they_took(generator: Generator, url: str) -> None:
    seat(generator, url)
    seen = generator.run("server-0", 0.4)
    assert seen.tally.busy_s == pytest.approx(seen.tally.ok * seen.tally.service_us.mean_us / 1e6, rel=0.01)
    assert seen.tally.busy_s <= USERS * seen.window_s


def test_users_run_on_one_server_at_a_time(generator: Generator, url: str) -> None:
    seat(generator, url, url)
    first, second = generator.run("server-0", 1), generator.run("server-1", 0.1)
    assert first.tally.ok > second.tally.ok > 0
    assert second.window_s < 1


def test_an_open_loop_keeps_its_rate_and_counts_from_when_a_request_was_due(generator: Generator, url: str) -> None:
    # Twice as much as a single user gets answered.
    arrivals = Arrivals(kind="constant", rate_per_s=2 / DELAY_S, in_flight=1)
    seat(generator, url, arrivals=arrivals, users=1)
    tally = calm_slice(generator, 0.5).tally
    assert tally.scheduled == pytest.approx(0.5 * arrivals.rate_per_s, abs=3)
    assert tally.scheduled == tally.started + tally.dropped
    assert tally.dropped >= tally.scheduled / 3
    service_us, latency_us = tally.service_us.mean_us, tally.latency_us.mean_us
    # The stand-in is never early, and late when this machine is busy.
    assert DELAY_S * 1e6 <= service_us < 3 * DELAY_S * 1e6
    assert latency_us > 1.5 * service_us, "the wait for the user that was busy counts"


def test_a_warm_up_ends_when_the_rate_has_settled(generator: Generator, url: str) -> None:
    seat(generator, url)
    warm_up = generator.warm_up("server-0", TIMING.model_copy(update={"warm_up_max_s": 10.0}))
    assert warm_up.steady
    assert 0.1 <= warm_up.lasted_s < 10


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(404, BOOK, "status 404 instead of 200"), (200, {"id": 1}, "not a book"), (200, "", "not a book")],
)
def test_answers_of_another_status_or_shape_are_failures_and_not_throughput(
    generator: Generator, url: str, monkeypatch: pytest.MonkeyPatch, status: int, body: object, reason: str
) -> None:
    seat(generator, url)
    monkeypatch.setattr(StandIn, "status", status)
    monkeypatch.setattr(StandIn, "body", body)
    tally = generator.run("server-0", 0.2).tally
    assert tally.ok == 0
    assert tally.failed > 0
    assert reason in " ".join(tally.failures)


def test_servers_whose_users_cannot_get_ready_are_named_and_the_others_go_on(
    generator: Generator, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seated = seat(generator, url, f"http://127.0.0.1:{free_port()}")
    assert list(seated.failed) == ["server-1"]
    assert "refused" in seated.failed["server-1"].lower()
    assert generator.run("server-0", 0.1).tally.ok > 0


def test_a_generator_that_dies_is_reported_with_its_last_words(generator: Generator, url: str) -> None:
    seating = Seating(workload="no-such-workload", urls={"a": url}, users=1, seed=1, arrivals=None)
    with pytest.raises(LabError, match="the load generator ended: KeyError: 'no-such-workload'"):
        generator.seat(seating)


def test_several_locust_workers_apply_the_load_together(url: str, tmp_path: Path) -> None:
    together = Distribution(workers=2, bind=f"127.0.0.1:{free_port()}")
    with Generator([0], tmp_path / "log", together) as generator:
        generator.await_ready()
        assert seat(generator, url, users=4) == Seated(failed={})
        seen = generator.run("server-0", 0.4)
        tally = seen.tally
        # More than two users were waiting for answers all the while, so both workers had theirs.
        assert tally.busy_s > 1.2 * 2 * seen.window_s
        assert tally.latency_us.samples == tally.ok
        arrivals = Arrivals(kind="poisson", rate_per_s=100, in_flight=8)
        seat(generator, url, arrivals=arrivals, users=8)
        assert generator.run("server-0", 1.0).tally.scheduled == pytest.approx(100, rel=0.4)


def test_workers_that_do_not_come_are_an_error_with_their_number(tmp_path: Path) -> None:
    expected = Distribution(workers=1, local=False, bind=f"127.0.0.1:{free_port()}", patience_s=0.3)
    with (
        Generator([0], tmp_path / "log", expected) as generator,
        pytest.raises(LabError, match="0 of 1 Locust workers"),
    ):
        generator.await_ready()


def test_the_lab_itself_never_imports_locust() -> None:
    question = "import sys, benchmarks.cli; sys.exit(str({'locust', 'gevent'} & sys.modules.keys() or ''))"
    done = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr.strip() == ""
