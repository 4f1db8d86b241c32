"""Ratios, their intervals and what may be said of them."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.ratios import EQUIVALENCE, Ratio, holm, paired_ratio, rounds_needed, t_cdf, t_quantile, word

values = st.floats(0.01, 100)
pairs = st.lists(st.tuples(values, values), min_size=2, max_size=12)


def a_ratio(estimate: float = 1.2, *, low: float = 1.1, high: float = 1.3, spread: float = 0.05) -> Ratio:
    return Ratio(estimate, low, high, p_value=0.01, log_spread=spread, rounds=5, freedom=4)


def said(ratio: Ratio, adjusted_p: float) -> str:
    return word(ratio, adjusted_p, less="faster", more="slower")


def test_a_ratio_of_two_rounds_is_what_it_is_by_hand() -> None:
    ratio = paired_ratio([2, 8], [1, 2])
    half = 12.706204736 * math.log(2) / 2
    assert ratio.estimate == pytest.approx(2**1.5)
    assert ratio.low == pytest.approx(2**1.5 * math.exp(-half))
    assert ratio.high == pytest.approx(2**1.5 * math.exp(half))
    assert ratio.p_value == pytest.approx(1 - 2 / math.pi * math.atan(3))
    assert ratio.log_spread == pytest.approx(math.log(2) / math.sqrt(2))
    assert ratio.rounds == 2


def test_rounds_without_any_noise_give_a_ratio_without_width() -> None:
    assert paired_ratio([3, 3, 3], [1.5, 1.5, 1.5])[:4] == pytest.approx((2, 2, 2, 0))
    assert paired_ratio([3, 3, 3], [3, 3, 3])[:4] == (1, 1, 1, 1)


def test_a_drift_that_both_share_does_not_widen_the_interval() -> None:
    ratio = paired_ratio([2, 4, 8, 16], [1, 2, 4, 8])
    assert (ratio.low, ratio.high) == pytest.approx((2, 2))


def test_values_that_are_not_paired_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired_ratio([1, 2, 3], [1, 2])


@given(pairs)
def test_the_ratio_of_b_to_a_is_the_inverse_of_the_ratio_of_a_to_b(rounds: list[tuple[float, float]]) -> None:
    a, b = zip(*rounds, strict=True)
    ratio, inverse = paired_ratio(a, b), paired_ratio(b, a)
    assert inverse.estimate == pytest.approx(1 / ratio.estimate)
    assert inverse.low == pytest.approx(1 / ratio.high)
    assert inverse.high == pytest.approx(1 / ratio.low)
    assert inverse.p_value == pytest.approx(ratio.p_value, abs=1e-9)


@given(pairs, st.floats(0.1, 10))
def test_another_unit_changes_no_ratio(rounds: list[tuple[float, float]], factor: float) -> None:
    a, b = zip(*rounds, strict=True)
    ratio, scaled = paired_ratio(a, b), paired_ratio([factor * value for value in a], [factor * value for value in b])
    assert scaled.estimate == pytest.approx(ratio.estimate)
    assert scaled.low == pytest.approx(ratio.low, rel=1e-4)


@given(pairs)
def test_the_interval_holds_the_estimate_and_the_p_value_is_a_probability(rounds: list[tuple[float, float]]) -> None:
    ratio = paired_ratio(*zip(*rounds, strict=True))
    assert ratio.low <= ratio.estimate <= ratio.high
    assert 0 <= ratio.p_value <= 1


def test_equal_servers_are_told_apart_five_times_in_a_hundred() -> None:
    chance = np.random.default_rng(20260103)
    logs = chance.normal(0, 0.05, (2000, 2, 5))
    found = sum(paired_ratio(a, b).p_value < 0.05 for a, b in np.exp(logs).tolist()) / 2000
    assert 0.035 <= found <= 0.065


@pytest.mark.parametrize(
    ("freedom", "expected"), [(1, 12.7062), (2, 4.30265), (3, 3.18245), (4, 2.77645), (9, 2.26216), (30, 2.04227)]
)
def test_the_quantiles_are_those_of_the_printed_table(freedom: int, expected: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(expected, rel=1e-5)


@settings(deadline=None)
@given(st.floats(-50, 50), st.integers(1, 40))
def test_the_t_distribution_is_symmetric_and_the_quantile_undoes_it(t: float, freedom: int) -> None:
    assert t_cdf(t, freedom) + t_cdf(-t, freedom) == pytest.approx(1)
    assert t_cdf(t_quantile(0.9, freedom), freedom) == pytest.approx(0.9)


def test_holm_adjusts_as_in_the_worked_example() -> None:
    # Smallest first: 4 × 0.005, 3 × 0.01, 2 × 0.03, and 0.04 may not fall below the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_stays_a_probability_and_takes_no_claims() -> None:
    assert holm([0.6, 0.9]) == [1, 1]
    assert holm([0.04]) == [0.04]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=10))
def test_holm_keeps_the_order_and_only_ever_raises(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(before <= after <= 1 for before, after in zip(p_values, adjusted, strict=True))
    ranked = [after for _, after in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)


@pytest.mark.parametrize(
    ("ratio", "adjusted_p", "expected"),
    [
        (a_ratio(1.2), 0.049, "slower"),
        (a_ratio(0.8, low=0.7, high=0.9), 0.049, "faster"),
        (a_ratio(1.2), 0.051, "inconclusive"),
        (a_ratio(1.0, low=0.971, high=1.029), 0.9, "equivalent"),
        (a_ratio(1.02, low=1.01, high=1.029), 0.001, "equivalent"),
        (a_ratio(1.02, low=1.01, high=1.03), 0.001, "slower"),
        (a_ratio(0.98, low=1 / 1.03, high=0.99), 0.001, "faster"),
        (a_ratio(1.0, low=0.96, high=1.02), 0.9, "inconclusive"),
        (a_ratio(1.0, low=0.98, high=1.04), 0.9, "inconclusive"),
    ],
)
def test_a_word_is_said_only_inside_its_borders(ratio: Ratio, adjusted_p: float, expected: str) -> None:
    assert said(ratio, adjusted_p) == expected


OPPOSITE = {"slower": "faster", "faster": "slower", "equivalent": "equivalent", "inconclusive": "inconclusive"}
# Rounds that differ by a common factor and a little noise, so that every word comes up.
noisy_pairs = st.tuples(
    st.sampled_from([0.7, 0.97, 0.99, 1.0, 1.02, 1.04, 1.5]),
    st.lists(st.floats(-0.02, 0.02), min_size=3, max_size=8),
).map(lambda made: [(made[0] * math.exp(noise), 1.0) for noise in made[1]])


@given(noisy_pairs, st.integers(1, 20))
def test_the_word_of_the_inverse_is_the_opposite(rounds: list[tuple[float, float]], family: int) -> None:
    a, b = zip(*rounds, strict=True)
    there, back = paired_ratio(a, b), paired_ratio(b, a)
    assert OPPOSITE[said(there, family * there.p_value)] == said(back, family * back.p_value)


@given(noisy_pairs)
def test_a_claim_and_its_interval_never_contradict_each_other(rounds: list[tuple[float, float]]) -> None:
    ratio = paired_ratio(*zip(*rounds, strict=True))
    match said(ratio, ratio.p_value):
        case "faster":
            assert ratio.high < 1
        case "slower":
            assert ratio.low > 1
        case "equivalent":
            assert 1 / (1 + EQUIVALENCE) < ratio.low <= ratio.high < 1 + EQUIVALENCE
        case "inconclusive":
            assert ratio.low <= 1 <= ratio.high


@given(noisy_pairs, st.integers(1, 200), st.integers(1, 200))
def test_a_larger_family_takes_claims_away_and_never_gives_any(
    rounds: list[tuple[float, float]], one: int, other: int
) -> None:
    ratio = paired_ratio(*zip(*rounds, strict=True))
    small, large = sorted((one, other))
    words = [said(ratio, min(1.0, family * ratio.p_value)) for family in (small, large)]
    assert words[0] == words[1] or words[1] == "inconclusive"


@given(st.lists(st.floats(0.5, 2), min_size=2, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_the_rounds_does_not_matter(values: list[float], chance: random.Random) -> None:
    shuffled = chance.sample(values, len(values))
    ones = [1.0] * len(values)
    assert paired_ratio(values, ones)[:3] == pytest.approx(paired_ratio(shuffled, ones)[:3])


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=10))
def test_a_server_against_itself_without_noise_is_equivalent(values: list[float]) -> None:
    ratio = paired_ratio(values, values)
    assert said(ratio, ratio.p_value) == "equivalent"


def test_more_noise_needs_more_rounds_until_none_would_do() -> None:
    needed = [rounds_needed(a_ratio(1.1, spread=spread)) for spread in (0.1, 0.2, 0.4)]
    assert needed == sorted(set(needed), key=lambda rounds: rounds or 0)
    assert rounds_needed(a_ratio(1.1, spread=5)) is None


@pytest.mark.parametrize(("estimate", "spread"), [(1.1, 0.2), (1.0, 0.05), (0.9, 0.15)])
def test_the_rounds_needed_are_the_fewest_that_settle_it(estimate: float, spread: float) -> None:
    needed = rounds_needed(a_ratio(estimate, spread=spread))
    assert needed is not None
    distance, margin = abs(math.log(estimate)), math.log1p(EQUIVALENCE)

    def settles(rounds: int) -> bool:
        half = t_quantile(0.975, rounds - 1) * spread / math.sqrt(rounds)
        return half < distance or half < margin - distance

    assert settles(needed)
    assert not settles(needed - 1)
