"""Latencies as counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from benchmarks.histogram import Histogram, bucket_of

latencies = st.lists(st.integers(0, 10**8), max_size=60)


@pytest.mark.parametrize("value_us", [0, 1, 37, 999, 1023])
def test_below_a_millisecond_every_microsecond_counts(value_us: int) -> None:
    assert bucket_of(value_us) == value_us


@given(st.integers(1, 10**9))
def test_a_bucket_begins_at_most_a_512th_below_its_values(value_us: int) -> None:
    assert 0 <= value_us - bucket_of(value_us) <= value_us / 512
    assert bucket_of(bucket_of(value_us)) == bucket_of(value_us)


@pytest.mark.parametrize("percent", [50, 90, 99, 99.9])
def test_percentiles_are_those_of_numpy_within_the_width_of_a_bucket(percent: float) -> None:
    values = np.random.default_rng(5).lognormal(8, 0.7, 20_000).astype(int)
    expected = float(np.percentile(values, percent, method="inverted_cdf"))
    assert Histogram.of(values.tolist()).percentile_us(percent) == pytest.approx(expected, rel=1 / 512)


def test_percentiles_are_exact_below_a_millisecond() -> None:
    values = np.random.default_rng(5).integers(100, 1000, 5000)
    assert Histogram.of(values.tolist()).percentile_us(99) == np.percentile(values, 99, method="inverted_cdf")


@pytest.mark.parametrize(("samples", "percent"), [(1000, 99), (20, 50), (10_000, 99.9)])
def test_a_percentile_needs_ten_samples_beyond_it(samples: int, percent: float) -> None:
    assert Histogram.of([700] * (samples + 1)).percentile_us(percent) == 700
    assert Histogram.of([700] * (samples - 1)).percentile_us(percent) is None


def test_a_histogram_of_nothing_has_no_percentile() -> None:
    assert Histogram.of([]) == Histogram(buckets=[], max_us=0)
    assert Histogram.of([]).percentile_us(50) is None


@given(latencies, latencies)
def test_merging_is_the_same_as_counting_together(first: list[int], second: list[int]) -> None:
    together = Histogram.of(first + second)
    assert Histogram.merged([Histogram.of(first), Histogram.of(second)]) == together
    assert together.samples == len(first) + len(second)


def test_the_maximum_stays_exact() -> None:
    parts = [Histogram.of([123_457]), Histogram.of([9])]
    assert Histogram.merged(parts).max_us == 123_457


def test_a_bucket_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(ValidationError):
        Histogram(buckets=[(5, 0)], max_us=5)
