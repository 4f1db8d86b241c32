"""When a warm-up is over."""

import pytest

from benchmarks.steadiness import is_steady


@pytest.mark.parametrize("counts", [[1000, 1000, 1000], [10, 500, 1000, 1050, 960], [4, 3, 5], [5000, 5400, 4600]])
def test_a_rate_that_no_longer_rises_is_steady(counts: list[int]) -> None:
    assert is_steady(counts)


@pytest.mark.parametrize("counts", [[600, 1000, 600], [1000, 1000, 600]])
def test_a_slice_that_a_neighbour_slowed_down_is_no_warm_up(counts: list[int]) -> None:
    assert is_steady([*counts, 1000, 600])


@pytest.mark.parametrize("counts", [[600, 800, 1000], [1000, 1000, 1000, 1200], [5000, 3000, 5600], [1, 9, 1]])
def test_a_rate_that_still_rises_is_not(counts: list[int]) -> None:
    assert not is_steady(counts)


@pytest.mark.parametrize("counts", [[], [1000], [1000, 1000], [0, 0, 0]])
def test_too_few_slices_or_no_answers_at_all_are_not_steady(counts: list[int]) -> None:
    assert not is_steady(counts)
