"""What the lab's own watch costs the servers."""

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from benchmarks.cli import main
from benchmarks.crosscheck.overhead import Spent, Visit, overhead, written
from benchmarks.failures import LabError
from benchmarks.generators.trials import of_wrk, serving, wrk_command
from benchmarks.speedometer import Speedometer

needs_wrk = pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed")


def spent(cost_us: float, chance: random.Random) -> Spent:
    requests = chance.randint(800, 1200)
    return Spent(requests * cost_us / 1e6 * chance.lognormvariate(0, 0.01), requests)


@pytest.mark.parametrize("added", [1.0, 1.02])
def test_what_the_watch_adds_is_found(added: float) -> None:
    chance = random.Random(5)
    found = overhead([Visit("x", spent(500 * added, chance), spent(500, chance)) for _ in range(60)])
    assert found.estimate == pytest.approx(added, abs=0.006)
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


@needs_wrk
def test_a_request_of_wrk_is_one_write() -> None:
    with serving() as url:
        process = subprocess.Popen(wrk_command(url, 1), stdout=subprocess.PIPE, text=True)
        seen = 0
        while process.poll() is None:
            with suppress(LabError):  # it is ending
                seen = max(seen, written(process.pid))
        assert process.stdout is not None
        counted = of_wrk(process.stdout.read(), 1).requests
        process.stdout.close()
    # The last have no answers any more, and on a busy machine nobody looks while they are asked.
    assert 0.7 * counted < seen < 1.2 * counted


def test_what_a_process_that_has_gone_writes_is_one_clear_line() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as gone:
        gone.wait()
    with pytest.raises(LabError, match=f"what process {gone.pid} writes is not told: No such file or directory"):
        written(gone.pid)


@needs_wrk
def test_one_command_tells_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    rests, at_rest = [], Speedometer.at_rest

    def counted(watch: Speedometer) -> AbstractContextManager[None]:
        rests.append(watch)
        return at_rest(watch)

    monkeypatch.setattr(Speedometer, "at_rest", counted)
    command = ["overhead", "--only", "flask-granian", "--visits", "10", "--seconds", "1"]
    # On a busy machine wrk may get no answer in the few turns of such a visit, which is an error.
    for _ in range(3):
        rests.clear()
        code = main(command)
        if code == 0:
            break
    assert code == 0, capsys.readouterr().err
    assert "Flask on granian" in capsys.readouterr().out
    # In each visit it rested, and not only once.
    assert len(rests) >= 20
