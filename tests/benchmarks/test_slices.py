"""What a slice keeps of the machine around it, and what a sitting asks for."""

import os
from types import SimpleNamespace
from typing import cast

import pytest

from benchmarks import sittings
from benchmarks.bench import Bench
from benchmarks.launch import Server
from benchmarks.lean.tally import Tally
from benchmarks.load import Generator
from benchmarks.orders import Seating, Seen
from benchmarks.sittings import Begun, Stand
from benchmarks.speedometer import Pace
from tests.benchmarks.factories import a_plan


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


class Asked(Exception):
    """Ends a sitting before its first request."""


def asked_in(bench: Bench, number: int, attempt: int) -> int:
    """What decides the content of a sitting."""

    def seat(seating: Seating) -> None:
        raise Asked(seating.seed)

    sitting, server = bench.plan.rounds[0].sittings[0], cast(Server, SimpleNamespace(url="http://127.0.0.1:9"))
    stand = Stand(bench.plan.contenders[0], server, lambda: None)
    with pytest.raises(Asked) as asked:
        sittings.hold(bench, [stand], cast(Generator, SimpleNamespace(seat=seat)), number, sitting, attempt)
    seed: int = asked.value.args[0]
    return seed


def test_every_round_asks_for_other_things_and_a_seed_decides_for_which() -> None:
    bench = cast(Bench, SimpleNamespace(cores=[min(os.sched_getaffinity(0))], plan=a_plan()))
    other = cast(Bench, SimpleNamespace(cores=bench.cores, plan=bench.plan.model_copy(update={"seed": 8})))
    seeds = [asked_in(bench, number, 0) for number in range(3)]
    assert len({*seeds, asked_in(bench, 0, 1), asked_in(other, 0, 0)}) == 5
    assert seeds[0] == asked_in(bench, 0, 0)
