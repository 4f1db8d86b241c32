"""wrk's ratios beside those of the lab."""

import math
import random
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import contenders
from benchmarks.cli import main
from benchmarks.commands import crosscheck as command
from benchmarks.crosscheck import turns as turns_module
from benchmarks.crosscheck.findings import Finding, findings
from benchmarks.crosscheck.turns import Stage, Turn, stage, turns, visit
from benchmarks.failures import LabError, UsageError
from benchmarks.generators.trials import Trial, wrk_command
from benchmarks.ratios import Ratio
from benchmarks.records import Slice
from tests.benchmarks.factories import FIELD, a_run


def a_visit(name: str, start: int, number: int, chance: random.Random, *, power: float = 1.5) -> Turn:
    """FastAPI costs half as much again; both feel the core."""
    pace_us = chance.uniform(20, 30)
    cost_us = (600 if name.startswith("fastapi") else 400) * (pace_us / 25) ** power * chance.lognormvariate(0, 0.01)
    slice_ = Slice(
        at_s=number, window_s=1, requests=1000, server_cpu_s=cost_us / 1000, generator_cpu_s=0.1, other_cpu_share=0,
        pace_us=pace_us,
    )  # fmt: skip
    return Turn(name, "read", start, number, slice_)


def visits(starts: int = 10) -> list[Turn]:
    chance = random.Random(4)
    return [a_visit(one.name, start, turn, chance) for start in range(starts) for turn in range(2) for one in FIELD]


def test_a_core_that_changes_its_pace_does_not_hide_the_ratio() -> None:
    by_title = {one.title: one for one in findings(visits(), FIELD, None)}
    ratio = by_title["FastAPI on uvicorn ÷ Flask on gunicorn"].by_wrk
    assert ratio.low < 1.5 < ratio.high
    assert ratio.high / ratio.low < 1.03
    assert ratio.rounds == 10


def test_each_is_held_against_the_same_ratio_of_the_run() -> None:
    found = findings(visits(), FIELD, a_run())
    assert len(found) == 4
    assert all(one.by_lab and one.agrees for one in found)


def a_finding(by_wrk: tuple[float, float, float], by_lab: tuple[float, float, float]) -> Finding:
    one, other = (Ratio(estimate, low, high, 0.01, 0.02, 6, 5) for low, estimate, high in (by_wrk, by_lab))
    return Finding("a ÷ b", "read", one, other)


@pytest.mark.parametrize(
    ("by_wrk", "inside", "agrees"),
    [((0.78, 0.80, 0.82), True, True), ((0.84, 0.86, 0.88), False, True), ((0.90, 0.92, 0.94), False, False)],
)
def test_an_estimate_is_inside_or_its_interval_meets_the_other_or_the_two_disagree(
    by_wrk: tuple[float, float, float], inside: bool, agrees: bool
) -> None:
    found = a_finding(by_wrk, (0.76, 0.80, 0.85))
    assert (found.inside, found.agrees) == (inside, agrees)


def test_without_wrk_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "WRK", "no-such-wrk")
    with pytest.raises(LabError, match="is not installed"), stage(FIELD):
        pass


def test_an_odd_number_of_turns_is_refused(tmp_path: Path) -> None:
    assert main(["crosscheck", "--turns", "5", str(tmp_path)]) == UsageError.exit_code
    assert command.WORKLOADS == ("read", "list")


def test_wrk_has_as_many_connections_as_are_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = list[int]()

    def wrk(_url: str, _seconds: float, _script: list[str], connections: int) -> Trial:
        seen.append(connections)
        return Trial("wrk", 1000, 0.1, 1.0)

    monkeypatch.setattr(turns_module, "wrk", wrk)
    meter = SimpleNamespace(read=lambda: 0, cpu_s_since=lambda _: 0.5)
    server: Any = SimpleNamespace(url="http://127.0.0.1:1", meter=meter)
    speedometer: Any = SimpleNamespace(read=lambda: SimpleNamespace(us_since=lambda _: 25.0))
    at = Stage({"a": server}, {"read": tmp_path}, speedometer, [0], [0], connections=3)
    assert visit(at, "a", "read", 1.0).requests == 1000
    assert seen == [3]
    assert "-c3" in wrk_command("http://127.0.0.1:1", 1.0, connections=3)


def test_the_command_hands_on_how_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[int]()

    def no_stage(_contenders: object, connections: int) -> None:
        seen.append(connections)
        raise LabError("nothing is started here")

    monkeypatch.setattr(command, "stage", no_stage)
    assert main(["crosscheck", "--connections", "3"]) == LabError.exit_code
    assert seen == [3]


@pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed")
def test_wrk_visits_two_servers_by_turns_and_asks_for_what_exists() -> None:
    known = contenders.load(contenders.CONTENDERS_FILE).contender
    pair = [one for one in known if one.name in {"flask-gunicorn", "fastapi-uvicorn"}]
    with stage(pair) as at:
        assert all(len(file.read_text().splitlines()) in {40, 800} for file in at.paths.values())
        seen = list(turns(at, "list", 0, 2, 1.0))
    names = [one.name for one in pair]
    assert [turn.contender for turn in seen] == [*names, *names[::-1]]
    assert all(turn.slice.requests > 20 and turn.slice.server_cpu_s > 0.1 and turn.slice.pace_us for turn in seen)
    assert all(math.isfinite(one.by_wrk.estimate) for one in findings([*seen, *_again(seen)], pair, None))


def _again(seen: list[Turn]) -> list[Turn]:
    return [turn._replace(start=1) for turn in seen]
