"""The kept result of the mutants: enough of them killed, and a reason for each that nobody can notice."""

import json
import tomllib

import pytest

from tests.mutants.__main__ import KEPT, PASS_MARK
from tests.mutants.results import Change, Mutant, Tally, known_equivalents
from tests.servers import ROOT

TABLE = json.loads(KEPT.read_text())["modules"]
MUTATED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]["only_mutate"]


def test_every_module_that_is_mutated_is_in_the_table() -> None:
    assert sorted(TABLE) == sorted(MUTATED)
    assert all((ROOT / module).is_file() for module in MUTATED)


@pytest.mark.parametrize("module", sorted(TABLE))
def test_enough_mutants_of_a_module_are_killed(module: str) -> None:
    row = TABLE[module]
    assert row["mutants"] == row["killed"] + len(row["equivalent"]) + len(row["left"])
    assert row["killed"] >= PASS_MARK * (row["mutants"] - len(row["equivalent"]))


def test_every_change_that_nobody_can_notice_has_its_reason_and_still_has_its_code() -> None:
    for change, reason in known_equivalents().items():
        assert len(reason.split()) > 5
        source = " ".join((ROOT / change.module).read_text().split())
        assert change.before in source, change
        assert change.after != change.before


def test_a_reason_does_not_excuse_a_mutant_that_was_killed_nor_another_one() -> None:
    first, second = (Change("shared/x.py", "f", "a", after) for after in "bc")
    mutants = [Mutant(first, "killed"), Mutant(second, "survived")]
    tally = Tally(mutants, {first: "it is the same"})
    assert (tally.count("killed"), tally.count("survived"), tally.share) == (1, 1, 0.5)
    assert Tally(mutants, {second: "it is the same"}).share == 1
    assert Tally([], {}).share == 0
