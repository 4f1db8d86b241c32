"""docs/resilience.md shows the figures that are kept, and they keep their marks."""

import pytest

from tests.resilience.table import BEGIN, END, LEAST, MARKS, PAGE, kept, render, total


def test_the_table_of_the_page_shows_the_figures_that_are_kept() -> None:
    assert PAGE.read_text().partition(BEGIN)[2].partition(END)[0] == render(), "run python -m tests.resilience"


def test_every_row_has_a_mark() -> None:
    assert set(kept()) <= set(MARKS)


@pytest.mark.parametrize("row", LEAST)
def test_as_much_was_done_as_the_mark_asks_for(row: str) -> None:
    least, cases = LEAST[row]
    for case in cases:
        figures = total(kept()[row][case])
        assert all(figures[name] >= amount for name, amount in least.items()), (case, figures)


def test_no_run_has_lost_a_write_or_seen_a_phantom() -> None:
    runs = [run["figures"] for row in kept().values() for runs in row.values() for run in runs]
    assert not [run for run in runs if run.get("lost") or run.get("phantoms") or run.get("two_winners")]


def test_the_total_of_a_case_adds_up_what_is_counted() -> None:
    runs = [
        {"figures": {"kills": 3, "lost": 0, "back_after_s": 0.5}},
        {"figures": {"kills": 4, "lost": 1, "back_after_s": 0.1}},
    ]
    assert total(runs) == {"kills": 7, "lost": 1, "back_after_s": 0.1}
