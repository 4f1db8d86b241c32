"""The generator against a stand-in whose behaviour is known."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep
from typing import ClassVar

import pytest

from benchmarks.failures import LabError
from benchmarks.load import Generator, TrialFailed
from benchmarks.measure import reasons_against
from benchmarks.records import Load, Timing

TIMING = Timing(users=2, measure_s=0.4, warm_up_min_s=0.1, warm_up_max_s=0.5)
BOOK = {"id": 1, "title": "Emma", "author": "Jane Austen", "category": "novel", "owner": "catalogue", "version": 1}
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
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def generator(url: str, tmp_path: Path) -> Iterator[Generator]:
    with Generator(url, [0], tmp_path / "log") as running:
        running.await_ready()
        yield running


def _load(generator: Generator) -> tuple[Load, list[str]]:
    heard: list[str] = []
    load = generator.load("read", TIMING, lambda: heard.append("begin"), lambda: heard.append("end"))
    return load, heard


def test_latency_and_rate_are_those_of_the_server(generator: Generator) -> None:
    load, heard = _load(generator)
    assert heard == ["begin", "end"]
    assert not load.failures
    p50_us = load.latency_us.percentile_us(50)
    assert p50_us is not None
    assert DELAY_S * 1e6 <= p50_us < 1.5 * DELAY_S * 1e6
    assert p50_us % 1000, "latencies are not rounded to milliseconds"
    assert 0.6 < load.requests / load.window_s * DELAY_S / TIMING.users <= 1.05
    assert load.latency_us.samples == load.requests


def test_one_generator_carries_out_one_trial_after_the_other(generator: Generator) -> None:
    assert _load(generator)[0].requests > 0
    assert _load(generator)[0].requests > 0


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(404, BOOK, "status 404 instead of 200"), (200, {"id": 1}, "is_book does not recognise"), (200, "", "is_book")],
)
def test_answers_of_another_status_or_shape_are_failures_and_not_throughput(
    generator: Generator, monkeypatch: pytest.MonkeyPatch, status: int, body: object, reason: str
) -> None:
    monkeypatch.setattr(StandIn, "status", status)
    monkeypatch.setattr(StandIn, "body", body)
    load, _ = _load(generator)
    assert load.requests == 0
    assert reason in " ".join(load.failures)
    assert reasons_against(load)[-1] == "no request succeeded"


def test_an_empty_catalogue_is_a_trial_that_failed(generator: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StandIn, "books", [])
    with pytest.raises(TrialFailed, match="is_page does not recognise"):
        _load(generator)


def test_a_generator_that_dies_is_reported_with_its_last_words(generator: Generator) -> None:
    with pytest.raises(LabError, match="the load generator ended: KeyError: 'no-such-workload'"):
        generator.load("no-such-workload", TIMING, lambda: None, lambda: None)


def test_the_lab_itself_never_imports_locust() -> None:
    assert "locust" not in sys.modules
    assert "gevent" not in sys.modules
