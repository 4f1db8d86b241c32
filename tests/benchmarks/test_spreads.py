"""Spreads that are drawn toward that of all: by as much as they have in common, and with the coverage that is said.

`python -m tests.benchmarks.test_spreads` prints the table of decision 22.
"""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.spreads import digamma, for_another_run, moderated, trigamma

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
    before, after = measured, moderated(measured)
    assert np.std([math.log(one.log_spread) for one in after]) < 0.4 * np.std(
        [math.log(one.log_spread) for one in before]
    )
    assert np.median([one.log_spread for one in after]) == pytest.approx(0.05, rel=0.1)
    assert [one.estimate for one in after] == pytest.approx([one.estimate for one in before])
    assert all(one.freedom > 2 * (ROUNDS - 1) for one in after)


def test_spreads_that_do_differ_stay_apart() -> None:
    apart = [0.01] * 20 + [0.2] * 20
    measured = ratios(np.random.default_rng(2), apart, rounds=30)
    for drawn, ratio in zip(moderated(measured), measured, strict=True):
        assert drawn.log_spread == pytest.approx(ratio.log_spread, rel=0.1)


def test_the_order_of_spreads_is_kept_and_each_is_drawn_toward_the_middle() -> None:
    measured = ratios(np.random.default_rng(3), [0.05] * 20)
    before, after = ([one.log_spread for one in ratios] for ratios in (measured, moderated(measured)))
    assert np.argsort(before).tolist() == np.argsort(after).tolist()
    assert min(before) < min(after)
    assert max(after) < max(before)


def test_few_ratios_and_such_without_noise_are_left_alone() -> None:
    few = ratios(np.random.default_rng(4), [0.05] * 4)
    assert moderated(few) == few
    silent = [*ratios(np.random.default_rng(5), [0.05] * 9), paired_ratio([2.0] * ROUNDS, [1.0] * ROUNDS)]
    assert moderated(silent) == silent


# Standard and quick profile.
SIZES = [(40, 8), (10, 10)]
SHAPES = ["alike", "of-two-kinds", "skewed", "heavy-tails"]


def drawn_and_own(shape: str, size: tuple[int, int]) -> Iterator[tuple[Ratio, Ratio]]:
    """The ratios of many runs, each as the run tells it and as its own rounds alone do; 1 is the truth of all."""
    chance, (count, rounds) = np.random.default_rng(6), size
    for _ in range(2400 // count):
        spreads = [0.03 if shape == "of-two-kinds" and number % 2 else 0.06 for number in range(count)]
        measured = [sample(chance, shape, spread, rounds) for spread in spreads]
        yield from zip(moderated(measured), measured, strict=True)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_truth_lies_in_its_interval_95_times_in_100(shape: str, size: tuple[int, int]) -> None:
    pairs = list(drawn_and_own(shape, size))
    held, own_held = ([one.low <= 1 <= one.high for one in ones] for ones in zip(*pairs, strict=True))
    assert 0.92 <= np.mean(held) <= 0.975
    # As often as in one from its own rounds, or more, though it is narrower, and never so far from the usual width.
    assert np.mean(held) >= np.mean(own_held) - 0.01
    widths, own_widths = (np.array([math.log(one.high / one.low) for one in ones]) for ones in zip(*pairs, strict=True))
    assert np.mean(widths) < np.mean(own_widths)
    assert np.std(np.log(widths)) < np.std(np.log(own_widths))


# As in the quick profile: five servers make the five ratios of each of two workloads.
PAIRS = [(3, 1), (2, 0), (1, 0), (3, 2), (4, 2)]


def test_ratios_that_share_their_servers_hold_the_truth_as_often() -> None:
    chance, held, own_held = np.random.default_rng(8), list[bool](), list[bool]()
    for _ in range(300):
        measured = [
            paired_ratio(costs[one].tolist(), costs[other].tolist())
            for costs in np.exp(chance.normal(0, 0.04, (2, 5, 10)))
            for one, other in PAIRS
        ]
        held += [one.low <= 1 <= one.high for one in moderated(measured)]
        own_held += [one.low <= 1 <= one.high for one in measured]
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(held) >= np.mean(own_held) - 0.01


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
def test_another_run_lies_in_its_interval_95_times_in_100(shape: str, size: tuple[int, int]) -> None:
    chance, rounds = np.random.default_rng(7), size[1]
    held, own_held = list[bool](), list[bool]()
    for number, (drawn, own) in enumerate(drawn_and_own(shape, size)):
        other = sample(chance, shape, 0.03 if shape == "of-two-kinds" and number % 2 else 0.06, rounds).estimate
        for one, found in ((drawn, held), (own, own_held)):
            low, high = for_another_run(one, rounds)
            found.append(low <= other <= high)
    assert 0.935 <= np.mean(held) <= 0.975
    assert np.mean(held) >= np.mean(own_held) - 0.01


def sample(chance: np.random.Generator, shape: str, spread: float, rounds: int) -> Ratio:
    noise = {
        "skewed": lambda: (chance.gamma(2, size=rounds) - 2) / math.sqrt(2),
        "heavy-tails": lambda: chance.standard_t(4, rounds) / math.sqrt(2),
    }.get(shape, lambda: chance.normal(size=rounds))()
    return paired_ratio(np.exp(spread * noise).tolist(), [1.0] * rounds)


def _print_table() -> None:
    for size in SIZES:
        for shape in SHAPES:
            pairs = list(drawn_and_own(shape, size))
            shares = [100 * np.mean([one.low <= 1 <= one.high for one in ones]) for ones in zip(*pairs, strict=True)]
            drawn, own = (np.array([math.log(one.high / one.low) for one in ones]) for ones in zip(*pairs, strict=True))
            widths = drawn.mean() / own.mean(), np.quantile(drawn, 0.95) / np.quantile(own, 0.95)
            print(f"| {size[0]}, {size[1]} | {shape} |", " | ".join(f"{share:.1f} %" for share in shares), end=" | ")
            print(" | ".join(f"{width:.2f}" for width in widths), "|")


if __name__ == "__main__":
    _print_table()
