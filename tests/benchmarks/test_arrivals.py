"""When requests are due."""

import random
from itertools import islice, pairwise
from statistics import fmean, pstdev
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.lean.arrivals import due_times
from benchmarks.records import Arrivals


def gaps(kind: Literal["constant", "poisson"], rate_per_s: float, seed: int, count: int) -> list[float]:
    arrivals = Arrivals(kind=kind, rate_per_s=rate_per_s, in_flight=1)
    due = [0.0, *islice(due_times(arrivals, random.Random(seed)), count)]
    return [later - earlier for earlier, later in pairwise(due)]


@given(st.floats(0.1, 10_000))
def test_constant_arrivals_are_evenly_spaced(rate_per_s: float) -> None:
    assert gaps("constant", rate_per_s, 1, 50) == pytest.approx([1 / rate_per_s] * 50)


def test_poisson_arrivals_have_the_rate_and_the_spread_of_an_exponential() -> None:
    seen = gaps("poisson", 200, 7, 20_000)
    # Four standard errors; mean and standard deviation of an exponential are the same.
    assert fmean(seen) == pytest.approx(1 / 200, rel=4 / 20_000**0.5)
    assert pstdev(seen) == pytest.approx(1 / 200, rel=0.05)
    # Without memory: half of all gaps are below ln 2 of the mean, whatever came before.
    after_a_long_one = [later for earlier, later in pairwise(seen) if earlier > 2 / 200]
    assert sum(gap < 0.6931 / 200 for gap in after_a_long_one) / len(after_a_long_one) == pytest.approx(0.5, abs=0.04)


def test_a_seed_is_a_schedule() -> None:
    assert gaps("poisson", 50, 3, 100) == gaps("poisson", 50, 3, 100)
    assert gaps("poisson", 50, 3, 100) != gaps("poisson", 50, 4, 100)
