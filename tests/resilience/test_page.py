"""docs/resilience.md shows the figures that are kept, and they keep their marks."""

import pytest

from tests.resilience.table import BEGIN, END, MARKS, PAGE, kept, render, total
from tests.servers import TWINS


def test_the_table_of_the_page_shows_the_figures_that_are_kept() -> None:
    assert PAGE.read_text().partition(BEGIN)[2].partition(END)[0] == render(), "run python -m tests.resilience"


def test_every_row_has_a_mark() -> None:
    assert set(kept()) <= set(MARKS)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
@pytest.mark.parametrize("twin", TWINS)
def test_the_runs_of_kills_were_long_enough_and_lost_nothing(twin: str, backend: str) -> None:
    figures = total(kept()["kills"][f"{twin}, {backend}"])
    assert figures["kills"] >= 100
    assert figures["acknowledged"] >= 100_000
    assert (figures["lost"], figures["phantoms"]) == (0, 0)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_the_races_were_long_enough_and_had_never_two_winners(backend: str) -> None:
    figures = total(kept()["refresh races"][backend])
    assert figures["rounds"] >= 1000
    assert figures["two_winners"] == 0
