"""A server that is elsewhere is read by its own metrics."""

from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from benchmarks.meters import MeterFailed, RemoteMeter

ASKING_S = 0.003


class Elsewhere(ThreadingHTTPServer):
    """Answers /metrics with what two workers have used; each answer costs the first one something."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.used_s = {"11": 5.0, "12": 7.0}
        self.connections = self.requests = 0
        self.text: str | None = None

    def metrics(self) -> str:
        """What the workers have used, in Prometheus's text format."""
        self.requests += 1
        self.used_s["11"] += ASKING_S
        lines = [f'process_cpu_seconds_total{{pid="{pid}"}} {seconds:.6f}' for pid, seconds in self.used_s.items()]
        return "\n".join(["# TYPE process_cpu_seconds counter", *lines, ""]) if self.text is None else self.text


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Elsewhere

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        body = self.server.metrics().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the library has it
        pass


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_what_the_workers_used_is_told_without_what_asking_costs(elsewhere: Elsewhere) -> None:
    with closing(RemoteMeter(elsewhere.url)) as meter:
        before = meter.read()
        elsewhere.used_s["11"] += 0.25
        elsewhere.used_s["12"] += 0.5
        assert meter.cpu_s_since(before) == pytest.approx(0.75)
        assert meter.cpu_s_since(meter.read()) == pytest.approx(0)


def test_each_reading_has_a_connection_of_its_own_which_no_server_is_just_closing(elsewhere: Elsewhere) -> None:
    with closing(RemoteMeter(elsewhere.url)) as meter:
        meter.read()
    assert elsewhere.connections == elsewhere.requests > 2


def test_a_worker_that_ended_is_told(elsewhere: Elsewhere) -> None:
    with closing(RemoteMeter(elsewhere.url)) as meter:
        before = meter.read()
        del elsewhere.used_s["12"]
        with pytest.raises(MeterFailed, match="worker 12 ended"):
            meter.cpu_s_since(before)


@pytest.mark.parametrize("text", ["", "# TYPE other gauge\nother 1\n", "no metrics at all"])
def test_a_server_that_does_not_tell_is_refused_in_a_line(elsewhere: Elsewhere, text: str) -> None:
    elsewhere.text = text
    with pytest.raises(MeterFailed) as refused:
        RemoteMeter(elsewhere.url)
    assert str(refused.value).startswith("its /metrics ")
