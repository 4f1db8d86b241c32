"""What `docs/methodology.md` tells a sceptic is what the code does."""

import re
from pathlib import Path

import pytest

from benchmarks.cli import main
from benchmarks.lean.course import LATE_S
from benchmarks.plan import PROFILES, SLICE_S
from benchmarks.ratios import CONFIDENCE, EQUIVALENCE
from benchmarks.selftest.plan import BURN_SHARE, STALL_S
from benchmarks.text import percent
from benchmarks.validity import GATES
from tests.benchmarks.test_coverage import normal, percentile_bootstrap, simulated

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "methodology.md").read_text("utf-8")
PROSE = " ".join(TEXT.split())


def test_the_table_of_gates_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| (\d) \| ([\w-]+) \| (.+) \|$", TEXT, re.MULTILINE)
    assert rows == [(str(gate.number), gate.name, gate.sentence) for gate in GATES]


@pytest.mark.parametrize(
    "sentence",
    [
        f"{PROFILES['quick'].rounds} in the quick profile, {PROFILES['standard'].rounds} in the standard one, "
        f"{PROFILES['thorough'].rounds} in the thorough one",
        f"slices of {SLICE_S} s by turns",
        f"over {1000 * LATE_S:.0f} ms late although a user was free",
        f"Student's t on their logarithms, {percent(CONFIDENCE)}",
        f"the whole interval lies within ±{percent(EQUIVALENCE)}",
        f"p < {percent(1 - CONFIDENCE)} after Holm",
        f"burns {percent(BURN_SHARE)} more of its own CPU",
        f"a known stall of {1000 * STALL_S:.0f} ms",
    ],
)
def test_its_figures_are_those_of_the_code(sentence: str) -> None:
    assert sentence in PROSE


def test_a_sitting_is_held_as_often_as_it_says() -> None:
    assert "three times in all at most" in PROSE
    assert {profile.attempts for profile in PROFILES.values()} == {3}


def test_a_bootstrap_over_six_rounds_is_as_narrow_as_it_says() -> None:
    told = re.search(r"holds the truth in (\d+) of 100 runs", PROSE)
    assert told
    assert simulated(percentile_bootstrap, normal, 6, 1000).coverage == pytest.approx(int(told[1]) / 100, abs=0.03)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"python -m benchmarks ([a-z-]+)", TEXT))))
def test_its_commands_exist(command: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
