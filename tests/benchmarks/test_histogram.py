"""Latencies as counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.histogram import Histogram

latencies = st.lists(st.integers(0, 10**8), max_size=60)
# To walk through the buckets of an hour takes milliseconds.
FEW = settings(max_examples=20, deadline=None)


@pytest.mark.parametrize("percent", [50, 90, 99, 99.9])
def test_a_percentile_is_right_to_three_figures(percent: float) -> None:
    values = np.random.default_rng(1).lognormal(8, 1, 20_000).astype(int)
    exact = sorted(values)[round(percent * len(values) / 100) - 1]
    assert Histogram.of(values.tolist()).percentile_us(percent) == pytest.approx(exact, rel=0.001)


@pytest.mark.parametrize(("samples", "percent"), [(1000, 99), (20, 50), (10_000, 99.9)])
def test_a_percentile_needs_ten_samples_beyond_it(samples: int, percent: float) -> None:
    assert Histogram.of([700] * (samples + 1)).percentile_us(percent) == 700
    assert Histogram.of([700] * (samples - 1)).percentile_us(percent) is None


def test_a_histogram_of_nothing_has_no_percentile() -> None:
    nothing = Histogram.of([])
    assert nothing == Histogram()
    assert (nothing.samples, nothing.mean_us, nothing.percentile_us(50)) == (0, 0, None)
    assert list(nothing.buckets()) == []


@FEW
@given(latencies, latencies)
def test_merging_is_the_same_as_counting_together(first: list[int], second: list[int]) -> None:
    together = Histogram.of(first + second)
    merged = Histogram.merged([Histogram.of(first), Histogram.of(second)])
    assert list(merged.buckets()) == list(together.buckets())
    assert (merged.max_us, merged.sum_us) == (together.max_us, together.sum_us)
    assert merged.samples == len(first) + len(second)


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=60))
def test_greatest_and_mean_are_exact(values: list[int]) -> None:
    counted = Histogram.of(values)
    assert counted.max_us == counted.value_at(100) == max(values)
    assert counted.mean_us == pytest.approx(sum(values) / len(values))


@FEW
@given(latencies)
def test_what_is_written_down_is_read_again(values: list[int]) -> None:
    counted = Histogram.of(values)
    again = Histogram.model_validate_json(counted.model_dump_json())
    assert again == counted
    assert list(again.buckets()) == list(counted.buckets())


def test_buckets_stand_for_every_sample_in_ascending_order() -> None:
    buckets = list(Histogram.of([900, 5, 5, 70_000]).buckets())
    assert [count for _, count in buckets] == [2, 1, 1]
    assert [value for value, _ in buckets] == pytest.approx([5, 900, 70_000], rel=0.001)
