"""What is seen of the machine beside a trial."""

import os
import time
from itertools import chain, repeat
from pathlib import Path

import pytest

from benchmarks import host
from benchmarks.host import HostWatch, busy_s, spin_like_us, spin_us, stolen_s, waited_s

STAT = """\
cpu  100 0 50 1000 20 0 5 30 0 0
cpu0 60 0 30 500 10 0 5 20 0 0
cpu1 40 0 20 500 10 0 0 10 0 0
intr 12345
"""
PRESSURE = "some avg10=0.00 avg60=2.82 avg300=11.15 total=2500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"


def files(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "stat").write_text(STAT)
    (folder / "pressure").write_text(PRESSURE)
    monkeypatch.setattr(host, "STAT_FILE", folder / "stat")
    monkeypatch.setattr(host, "PRESSURE_FILE", folder / "pressure")


def test_time_is_counted_for_the_given_cores_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files(monkeypatch, tmp_path)
    ticks_per_s = os.sysconf("SC_CLK_TCK")
    assert busy_s([0]) == 115 / ticks_per_s
    assert busy_s([0, 1]) == 185 / ticks_per_s
    assert stolen_s([1]) == 10 / ticks_per_s
    assert waited_s() == 2.5


def test_a_kernel_without_pressure_information_leaves_it_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(host, "PRESSURE_FILE", tmp_path / "missing")
    assert waited_s() is None
    with HostWatch([0]) as watch:
        pass
    assert watch.host.pressure is None


def test_a_watch_sees_shares_of_the_time_that_passed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files(monkeypatch, tmp_path)
    cores = sorted(os.sched_getaffinity(0))[:1]
    with HostWatch(cores) as watch:
        (tmp_path / "stat").write_text(STAT.replace("cpu0 60 0 30 500 10 0 5 20", "cpu0 60 0 30 500 10 0 5 25"))
        (tmp_path / "pressure").write_text(PRESSURE.replace("2500000", "2600000"))
        time.sleep(0.1)
    stolen = 5 / os.sysconf("SC_CLK_TCK")
    if cores == [0]:
        assert 0.3 * stolen / 0.1 < watch.host.steal_share <= stolen / 0.1
    assert watch.host.pressure is not None
    assert 0.3 < watch.host.pressure <= 1


def test_the_watch_leaves_the_thread_on_the_cores_where_it_was() -> None:
    before = os.sched_getaffinity(0)
    with HostWatch([min(before)]):
        assert os.sched_getaffinity(0) == before
    assert os.sched_getaffinity(0) == before


def test_a_spin_is_cpu_time_of_milliseconds_at_most() -> None:
    began = time.thread_time_ns()
    spin = spin_us()
    assert 10 < spin < (time.thread_time_ns() - began) / 1000


def spins(monkeypatch: pytest.MonkeyPatch, *values: float) -> list[float]:
    """Let spins take these times, the last for ever; what was paused meanwhile."""
    pauses: list[float] = []
    source = chain(values, repeat(values[-1]))
    monkeypatch.setattr(host, "spin_us", lambda: next(source))
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


def test_the_usual_spin_is_no_outlier(monkeypatch: pytest.MonkeyPatch) -> None:
    spins(monkeypatch, 100, 900, 101, 99, 500)
    assert host.usual_spin_us() == 101


def test_the_speed_of_the_beginning_is_found_again_among_slower_spins(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = spins(monkeypatch, 160, 155, 104, 100)
    assert spin_like_us(100) == 104
    assert len(pauses) == 2


def test_a_speed_that_stays_away_is_told_by_the_closest_spin(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = spins(monkeypatch, 160, 120, 130)
    assert spin_like_us(100) == 120
    assert sum(pauses) < 1.0
