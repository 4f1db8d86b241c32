"""What the lab's own watch costs the servers."""

import os
import random
import shutil
import time
from pathlib import Path

import pytest

from benchmarks.cli import main
from benchmarks.crosscheck.overhead import Visits, overhead
from benchmarks.records import Slice
from benchmarks.speedometer import Speedometer


def a_visit(cost_us: float, chance: random.Random) -> Slice:
    cpu_s = cost_us / 1000 * chance.lognormvariate(0, 0.01)
    return Slice(
        at_s=0, window_s=1, requests=1000, server_cpu_s=cpu_s, generator_cpu_s=0.1, other_cpu_share=0, pace_us=0
    )


@pytest.mark.parametrize("added", [1.0, 1.02])
def test_what_the_watch_adds_is_found(added: float) -> None:
    chance = random.Random(5)
    found = overhead([Visits("x", a_visit(500 * added, chance), a_visit(500, chance)) for _ in range(60)])
    assert found.low < added < found.high
    assert found.high / found.low < 1.02


def test_a_watch_at_rest_does_nothing_and_goes_on_afterwards(tmp_path: Path) -> None:
    with Speedometer(sorted(os.sched_getaffinity(0))[:1], tmp_path) as watch:
        _await_pieces(watch)
        with watch.at_rest():
            # A piece that has begun may end.
            time.sleep(0.02)
            before = watch.read()
            time.sleep(0.2)
            assert watch.read() == before
        _await_pieces(watch)


def _await_pieces(watch: Speedometer) -> None:
    before, deadline = watch.read(), time.monotonic() + 20
    while watch.read() == before:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed")
def test_one_command_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["overhead", "--only", "flask-granian", "--visits", "10", "--seconds", "1"]) == 0
    assert "Flask on granian" in capsys.readouterr().out
