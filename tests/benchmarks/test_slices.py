"""What a slice keeps of the machine around it."""

from types import SimpleNamespace
from typing import cast

import pytest

from benchmarks import sittings
from benchmarks.bench import Bench
from benchmarks.launch import Server
from benchmarks.lean.tally import Tally
from benchmarks.orders import Seen
from benchmarks.sittings import Begun
from benchmarks.speedometer import Pace


class Meter:
    """A server that has used half a second."""

    def cpu_s_since(self, _before: object) -> float:
        return 0.5


def a_bench() -> Bench:
    quiet = SimpleNamespace(cpu_s=lambda: 0.0)
    speedometer = SimpleNamespace(read=lambda: Pace(10, 10_000_000))
    return cast(Bench, SimpleNamespace(cores=[0, 1], catalogue=quiet, speedometer=speedometer, began=100.0))


def test_what_others_used_is_a_share_of_all_the_time_until_the_server_has_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sittings, "busy_s", lambda _cores: 11.0)
    monkeypatch.setattr(sittings, "time", SimpleNamespace(perf_counter=lambda: 103.0))
    begun = Begun(at_s=1.0, busy_s=10.0, databases_s=0.0, pace=Pace(0, 0), server={})
    server = cast(Server, SimpleNamespace(meter=Meter(), pid=1))
    seen = Seen(tally=Tally.merged([]), window_s=0.2, cpu_s=0.09, peak=0.1)
    # A second was busy, of which server, generator and speedometer account for 0.6, over two seconds of two cores.
    assert begun.slice(a_bench(), server, seen).other_cpu_share == pytest.approx(0.4 / (2 * 2))
