"""What the selftest does to servers and to the machine, and what it makes of the trials."""

import asyncio
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchmarks.histogram import Histogram
from benchmarks.launch import environment_of
from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.records import Load, Trial
from benchmarks.selftest import plan as planned
from benchmarks.selftest.burners import burning
from benchmarks.selftest.findings import (
    Finding,
    Stalls,
    no_winner,
    ratio_of,
    refused,
    slowdown,
    stall,
    stalled_p99_s,
    unfitness,
    verdict,
)
from benchmarks.selftest.ledger import Ledger, read
from benchmarks.selftest.slowed import Slowed
from benchmarks.selftest.stalling import Stalling
from tests.benchmarks.trials import load_of, trial_of

REQUEST: Scope = {"type": "http", "path": "/"}


async def silent() -> Message:
    raise AssertionError("nobody reads the request")


async def deaf(_message: Message) -> None:
    """Nobody hears the answer."""


async def working(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Half a millisecond of CPU."""
    end = time.thread_time_ns() + 500_000
    while time.thread_time_ns() < end:
        pass


async def idle(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """No work at all."""


async def asked(app: ASGIApp, times: int, pause_s: float = 0.0) -> list[float]:
    """When each request was answered, in seconds from the beginning."""
    began, answered = time.monotonic(), []
    for _ in range(times):
        await app(REQUEST, silent, deaf)
        answered.append(time.monotonic() - began)
        await asyncio.sleep(pause_s)
    return answered


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5])
def test_a_slowed_server_burns_the_share_that_it_promises(path: Path, share: float) -> None:
    app = Slowed(working, share, Ledger(path))
    before_ns = time.process_time_ns()
    asyncio.run(asked(app, 200))
    used_ns = time.process_time_ns() - before_ns
    times, burnt_ns = read(path)
    assert times == 200
    assert burnt_ns / (used_ns - burnt_ns) == pytest.approx(share, rel=0.1)


def test_what_is_no_request_is_not_slowed_down(path: Path) -> None:
    asyncio.run(Slowed(idle, 0.5, Ledger(path))({"type": "lifespan"}, silent, deaf))
    assert read(path) == (0, 0)


def test_a_stalling_server_stops_for_the_time_it_promises(path: Path) -> None:
    app = Stalling(idle, stall_s=0.05, every_s=0.2, ledger=Ledger(path))
    began = time.monotonic()
    answered = asyncio.run(asked(app, 70, pause_s=0.005))
    times, spent_ns = read(path)
    # A stall may also come behind the last answer.
    gaps = [after - before for before, after in pairwise([0.0, *answered, time.monotonic() - began])]
    # A busy machine may stop it for longer, at other times as well, and so long that two stalls fall into one gap.
    assert sum(int(gap / 0.05) for gap in gaps) >= times >= 2
    assert spent_ns / times / 1e9 >= 0.05


def test_burners_burn_until_the_end_of_the_block() -> None:
    with burning([0], 2, limit_s=20) as ids:
        burners = [psutil.Process(pid) for pid in ids]
        time.sleep(0.3)
        assert sum(one.cpu_times().user for one in burners) > 0.05
        assert all(one.cpu_affinity() == [0] for one in burners)
    assert not any(psutil.pid_exists(pid) for pid in ids)


def test_burners_end_when_the_block_is_interrupted() -> None:
    ids: list[int] = []
    with suppress(KeyboardInterrupt), burning([0], 1, limit_s=20) as started:
        ids += started
        raise KeyboardInterrupt
    assert ids
    assert not any(psutil.pid_exists(pid) for pid in ids)


def test_a_burner_whose_lab_was_killed_ends_by_itself() -> None:
    with burning([0], 1, limit_s=0.1) as [pid]:
        assert psutil.Process(pid).wait(timeout=10) == 0


def ratio(estimate: float, spread: float = 0.01, rounds: int = 6) -> Ratio:
    """A ratio of rounds that differ as much as that, and lie evenly around the estimate."""
    steps = [(2 * number / (rounds - 1) - 1) * spread for number in range(rounds)]
    return paired_ratio([estimate * math.exp(step) for step in steps], [1.0] * rounds)


def test_a_server_that_is_faster_than_itself_fails_the_instrument() -> None:
    assert no_winner(ratio(1.005)).passed
    assert no_winner(ratio(1.02, spread=0.06)).passed
    # What chance does once in twenty runs is no fault, and what it does once in a thousand is one.
    assert ratio(1.02, spread=0.02).p_value < 0.05
    assert no_winner(ratio(1.02, spread=0.02)).passed
    assert not no_winner(ratio(1.04, spread=0.01)).passed
    # However wide the interval is.
    assert not no_winner(ratio(1.08, spread=0.1)).passed
    assert not no_winner(ratio(0.9)).passed
    assert not no_winner(None).passed


@pytest.mark.parametrize(
    ("seen", "passed"), [(1.2, True), (1.21, True), (1.185, True), (1.12, False), (1.3, False), (1.0, False)]
)
def test_a_known_slowdown_has_to_be_found_and_sized(seen: float, *, passed: bool) -> None:
    assert slowdown(ratio(seen), 1.2).passed is passed


def test_a_slowdown_that_noise_hides_is_not_found() -> None:
    assert not slowdown(ratio(1.2, spread=0.5), 1.2).passed
    assert not slowdown(None, 1.2).passed


def stalled_load(known: Stalls, window_s: float, raw_places: int) -> Load:
    """What an open loop sees of a server that answers at once, but for its stalls."""
    every_s = window_s / known.times
    latencies, services = [], []
    for number in range(round(known.rate_per_s * window_s)):
        since_stall_s = (number / known.rate_per_s) % every_s
        left_s = max(0.0, known.stall_s - since_stall_s)
        latencies.append(1000 + round(1e6 * left_s))
        under_way = since_stall_s < raw_places / known.rate_per_s
        services.append(1000 + round(1e6 * left_s) * under_way)
    return load_of(latencies).model_copy(update={"service_us": Histogram.of(services)})


def test_a_known_stall_shows_in_the_corrected_percentile_and_not_in_the_raw_one() -> None:
    known = Stalls(planned.STALLS_IN_WINDOW, planned.STALL_S, planned.STALLED_LOAD.rate_per_s)
    window_s = planned.STALLS_IN_WINDOW * planned.EVERY_S
    load = stalled_load(known, window_s, planned.STALLED_LOAD.in_flight)
    assert stalled_p99_s(load.scheduled, known) == pytest.approx(0.08)
    assert load.latency_us.value_at(99) / 1e6 == pytest.approx(0.08, rel=0.05)
    assert stall(load, known).passed


def test_an_instrument_that_forgets_to_correct_fails() -> None:
    known = Stalls(2, 0.16, 300)
    load = stalled_load(known, 16, 19)
    forgetful = load.model_copy(update={"latency_us": load.service_us})
    overcautious = load.model_copy(update={"service_us": load.latency_us})
    assert not stall(forgetful, known).passed
    assert not stall(overcautious, known).passed
    assert not stall(load, known._replace(times=0)).passed


def test_the_stalled_load_has_room_for_the_stall_but_not_in_flight() -> None:
    load, arrivals = planned.STALLED_LOAD, planned.STALLED_LOAD.rate_per_s * planned.EVERY_S
    hidden, seen = load.in_flight / arrivals, 2 * load.in_flight / arrivals
    assert hidden < 0.01 < seen


def test_a_disturbed_trial_has_to_be_refused() -> None:
    assert refused("a stolen core", trial_of("plain", invalid=["host: others took 50%"])).passed
    assert not refused("a stolen core", trial_of("plain")).passed


def compared(costs: dict[str, float], rounds: int = 6, *, invalid: Sequence[int] = ()) -> list[Trial]:
    return [
        trial_of(name, number, cost=cost * (1 + 0.003 * number), invalid=["a neighbour"] if number in invalid else [])
        for name, cost in costs.items()
        for number in range(rounds)
    ]


def test_rounds_are_paired_by_the_last_attempt_that_was_valid_for_both() -> None:
    trials = compared({"a": 0.48, "b": 0.4}, rounds=3, invalid=[1])
    again = [trial_of(name, 1, cost=cost, attempt=2) for name, cost in (("a", 0.48), ("b", 0.4))]
    half = [trial_of("a", 2, cost=9.0, attempt=2), trial_of("b", 2, attempt=2, invalid=["a neighbour"])]
    found = ratio_of([*trials, *again, *half], "a", "b")
    assert found is not None
    assert found.rounds == 3
    assert found.estimate == pytest.approx(1.2)


def test_a_machine_is_unfit_when_it_is_loud_or_hardly_ever_quiet() -> None:
    quiet = compared({"plain": 0.4})
    assert unfitness(ratio(1.0), 6, quiet) == []
    assert unfitness(ratio(1.0, spread=0.2), 6, quiet)[0].startswith("a server differs from itself by ±1")
    loud = compared({"plain": 0.4}, invalid=range(6))
    assert unfitness(None, 6, loud) == ["only 0 of 6 rounds were undisturbed (a neighbour)"]
    assert unfitness(ratio(1.0, rounds=3), 6, loud) == ["only 3 of 6 rounds were undisturbed (a neighbour)"]


def test_the_verdict_is_unfit_before_it_is_passed_or_failed() -> None:
    good = Finding(name="a", expected="b", seen="b", passed=True)
    bad = good.model_copy(update={"passed": False})
    assert verdict([good, good], []).word == "passed"
    assert verdict([good, bad], []).word == "failed"
    assert verdict([bad], ["too loud"]).word == "unfit"


def test_all_that_differs_between_the_compared_servers_is_what_is_known(tmp_path: Path) -> None:
    plain, again, slowed, _ = planned.make_plan(tmp_path, seed=1).contenders
    assert plain.command == again.command == slowed.command
    assert plain.layer == again.layer == slowed.layer
    differing = {
        name
        for one in (again, slowed)
        for name, value in environment_of(one, {}).items()
        if environment_of(plain, {})[name] != value
    }
    assert differing == {"SELFTEST_BURN_SHARE", "SELFTEST_LEDGER"}
    assert again.environment["SELFTEST_BURN_SHARE"] == plain.environment["SELFTEST_BURN_SHARE"] == "0.0"
