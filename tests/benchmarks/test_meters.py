"""A server that is elsewhere is read by its own metrics."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks.meters import MeterFailed, RemoteMeter
from tests.http_server import Counting, running

ASKING_S = 0.003


class Elsewhere(Counting):
    """Tells what two workers have used; each answer costs the first one something."""

    def __init__(self) -> None:
        super().__init__()
        self.used_s = {"11": 5.0, "12": 7.0}
        self.text: str | None = None

    def content(self) -> str:
        """What the workers have used, in Prometheus's text format."""
        self.used_s["11"] += ASKING_S
        lines = [f'process_cpu_seconds_total{{pid="{pid}"}} {seconds:.6f}' for pid, seconds in self.used_s.items()]
        return "\n".join(["# TYPE process_cpu_seconds counter", *lines, ""]) if self.text is None else self.text


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def url(elsewhere: Elsewhere) -> Iterator[str]:
    with running(elsewhere) as url:
        yield url


def test_what_the_workers_used_is_told_without_what_asking_costs(elsewhere: Elsewhere, url: str) -> None:
    with closing(RemoteMeter(url)) as meter:
        before = meter.read()
        elsewhere.used_s["11"] += 0.25
        elsewhere.used_s["12"] += 0.5
        assert meter.cpu_s_since(before) == pytest.approx(0.75)
        assert meter.cpu_s_since(meter.read()) == pytest.approx(0)


def test_each_reading_has_a_connection_of_its_own_which_nobody_is_closing(elsewhere: Elsewhere, url: str) -> None:
    with closing(RemoteMeter(url)) as meter:
        meter.read()
    assert elsewhere.connections == elsewhere.requests > 2


def test_a_worker_that_ended_is_told(elsewhere: Elsewhere, url: str) -> None:
    with closing(RemoteMeter(url)) as meter:
        before = meter.read()
        del elsewhere.used_s["12"]
        with pytest.raises(MeterFailed, match="worker 12 ended"):
            meter.cpu_s_since(before)


@pytest.mark.parametrize("text", ["", "# TYPE other gauge\nother 1\n", "no metrics at all"])
def test_a_server_that_does_not_tell_is_refused_in_a_line(elsewhere: Elsewhere, url: str, text: str) -> None:
    elsewhere.text = text
    with pytest.raises(MeterFailed) as refused:
        RemoteMeter(url)
    assert str(refused.value).startswith("its /metrics ")
