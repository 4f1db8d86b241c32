"""Spreads that are drawn toward that of all: by as much as they have in common, and with the coverage that is said."""

import math

import numpy as np
import pytest

from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.spreads import digamma, for_another_run, moderated, own, trigamma

EULER = 0.5772156649015329
ROUNDS = 8


def ratios(chance: np.random.Generator, spreads: list[float], rounds: int = ROUNDS) -> list[Ratio]:
    return [paired_ratio(np.exp(chance.normal(0.1, spread, rounds)).tolist(), [1.0] * rounds) for spread in spreads]


@pytest.mark.parametrize(
    ("x", "first", "second"),
    [
        (1.0, -EULER, math.pi**2 / 6),
        (0.5, -EULER - 2 * math.log(2), math.pi**2 / 2),
        (3.0, 1.5 - EULER, math.pi**2 / 6 - 1.25),
        (100.0, 4.600161852738087, 0.010050166663333571),
    ],
)
def test_the_derivatives_of_log_gamma_are_those_of_the_tables(x: float, first: float, second: float) -> None:
    assert digamma(x) == pytest.approx(first, abs=1e-7)
    assert trigamma(x) == pytest.approx(second, abs=1e-7)


def test_spreads_that_differ_by_chance_alone_become_nearly_one() -> None:
    measured = ratios(np.random.default_rng(1), [0.05] * 200)
    before, after = [own(one) for one in measured], moderated(measured)
    assert np.std([math.log(one.value) for one in after]) < 0.4 * np.std([math.log(one.value) for one in before])
    assert np.median([one.value for one in after]) == pytest.approx(0.05, rel=0.1)
    assert all(one.freedom > 2 * (ROUNDS - 1) for one in after)


def test_spreads_that_do_differ_stay_apart() -> None:
    apart = [0.01] * 20 + [0.2] * 20
    measured = ratios(np.random.default_rng(2), apart, rounds=30)
    for spread, ratio in zip(moderated(measured), measured, strict=True):
        assert spread.value == pytest.approx(ratio.log_spread, rel=0.1)


def test_the_order_of_spreads_is_kept_and_each_is_drawn_toward_the_middle() -> None:
    measured = ratios(np.random.default_rng(3), [0.05] * 20)
    before, after = [own(one).value for one in measured], [one.value for one in moderated(measured)]
    assert np.argsort(before).tolist() == np.argsort(after).tolist()
    assert min(before) < min(after)
    assert max(after) < max(before)


def test_few_ratios_and_such_without_noise_are_left_alone() -> None:
    few = ratios(np.random.default_rng(4), [0.05] * 4)
    assert moderated(few) == [own(one) for one in few]
    silent = [*ratios(np.random.default_rng(5), [0.05] * 9), paired_ratio([2.0] * ROUNDS, [1.0] * ROUNDS)]
    assert moderated(silent) == [own(one) for one in silent]


@pytest.mark.parametrize("shape", ["alike", "of-two-kinds", "skewed", "heavy-tails"])
def test_another_run_lies_in_its_interval_95_times_in_100(shape: str) -> None:
    chance = np.random.default_rng(6)
    held, own_held, asked, widths = 0, 0, 0, []
    for _ in range(60):
        spreads = np.array([0.03 if shape == "of-two-kinds" and number % 2 else 0.06 for number in range(40)])
        runs = [[sample(chance, shape, spread) for spread in spreads] for _ in range(2)]
        for one, other, spread in zip(*runs, moderated(runs[0]), strict=True):
            low, high = for_another_run(one, spread, ROUNDS)
            held += low <= other.estimate <= high
            own_low, own_high = for_another_run(one, own(one), ROUNDS)
            own_held += own_low <= other.estimate <= own_high
            widths.append(math.log(high / low) / math.log(own_high / own_low))
            asked += 1
    assert 0.935 <= held / asked <= 0.975
    # As many as intervals from each ratio's own rounds, or more, and narrower.
    assert held >= own_held - 0.01 * asked
    assert np.median(widths) < 1


def sample(chance: np.random.Generator, shape: str, spread: float) -> Ratio:
    noise = {
        "skewed": lambda: chance.gamma(2, size=ROUNDS) / math.sqrt(2),
        "heavy-tails": lambda: chance.standard_t(4, ROUNDS) / math.sqrt(2),
    }.get(shape, lambda: chance.normal(size=ROUNDS))()
    return paired_ratio(np.exp(spread * noise).tolist(), [1.0] * ROUNDS)
