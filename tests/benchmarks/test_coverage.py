"""How often a 95 % interval holds the truth, by simulation: why it is Student's t on logarithms (decision 0022).

`python -m tests.benchmarks.test_coverage` prints the whole table.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.ratios import paired_ratio, t_quantile

Floats: TypeAlias = npt.NDArray[np.float64]
Noise: TypeAlias = Callable[[np.random.Generator, tuple[int, int]], Floats]
# Half the interval's width above and below the mean of each row of logarithms.
Method: TypeAlias = Callable[[np.random.Generator, Floats], "Ends"]

SEED = 20260102
ROUNDS = (6, 8, 10, 20, 30)


class Ends(NamedTuple):
    """Lower and upper ends of intervals around 0, which is the truth."""

    low: Floats
    high: Floats

    @property
    def coverage(self) -> float:
        return float(np.mean((self.low <= 0) & (self.high >= 0)))


def normal(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return chance.normal(0, 0.05, shape)


def skewed(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return chance.gamma(2, 0.03, shape) - 0.06


def heavy_tailed(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return 0.05 * chance.standard_t(3, shape)


def with_outliers(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """One round in ten is ten times as noisy."""
    return chance.normal(0, 0.02, shape) * np.where(chance.random(shape) < 0.1, 10, 1)


NOISES: tuple[Noise, ...] = (normal, skewed, heavy_tailed, with_outliers)


def student_t(_: np.random.Generator, logs: Floats) -> Ends:
    rounds = logs.shape[1]
    mean = logs.mean(1)
    half = t_quantile(0.975, rounds - 1) * logs.std(1, ddof=1) / math.sqrt(rounds)
    return Ends(mean - half, mean + half)


def _resampled(chance: np.random.Generator, logs: Floats, resamples: int = 600) -> Floats:
    rows, rounds = logs.shape
    picked = chance.integers(0, rounds, (rows, resamples, rounds))
    return np.take_along_axis(logs[:, None, :], picked, axis=2)


def percentile_bootstrap(chance: np.random.Generator, logs: Floats) -> Ends:
    low, high = np.quantile(_resampled(chance, logs).mean(2), [0.025, 0.975], axis=1)
    return Ends(low, high)


def _studentised(chance: np.random.Generator, logs: Floats) -> tuple[Floats, Floats, Floats]:
    """Means, their standard errors, and how far resampled means are from them in standard errors of their own."""
    again = _resampled(chance, logs)
    root = math.sqrt(logs.shape[1])
    mean, error = logs.mean(1), logs.std(1, ddof=1) / root
    # A resample of one round alone has no error: it is infinitely far away.
    distance = (again.mean(2) - mean[:, None]) / np.maximum(again.std(2, ddof=1) / root, 1e-12)
    return mean, error, distance


def bootstrap_t(chance: np.random.Generator, logs: Floats) -> Ends:
    mean, error, distance = _studentised(chance, logs)
    low, high = np.quantile(distance, [0.025, 0.975], axis=1)
    return Ends(mean - high * error, mean - low * error)


def symmetric_bootstrap_t(chance: np.random.Generator, logs: Floats) -> Ends:
    mean, error, distance = _studentised(chance, logs)
    half = np.quantile(np.abs(distance), 0.95, axis=1) * error
    return Ends(mean - half, mean + half)


METHODS: tuple[Method, ...] = (student_t, percentile_bootstrap, bootstrap_t, symmetric_bootstrap_t)


def simulated(method: Method, noise: Noise, rounds: int, runs: int) -> Ends:
    chance = np.random.default_rng(SEED)
    return method(chance, noise(chance, (runs, rounds)))


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_interval_holds_the_truth_about_95_times_in_100(noise: Noise, rounds: int) -> None:
    assert 0.91 <= simulated(student_t, noise, rounds, 6000).coverage <= 0.985


@pytest.mark.parametrize("rounds", ROUNDS)
def test_with_normal_noise_it_is_exact(rounds: int) -> None:
    assert simulated(student_t, normal, rounds, 20_000).coverage == pytest.approx(0.95, abs=0.005)


def test_what_is_simulated_is_what_the_report_uses() -> None:
    logs = normal(np.random.default_rng(SEED), (50, 6))
    ends = student_t(np.random.default_rng(SEED), logs)
    for row, low, high in zip(logs, ends.low, ends.high, strict=True):
        ratio = paired_ratio(np.exp(row).tolist(), [1.0] * 6)
        assert (ratio.low, ratio.high) == pytest.approx((math.exp(low), math.exp(high)))


@pytest.mark.parametrize("rounds", [6, 8])
def test_a_percentile_bootstrap_is_too_narrow_for_so_few_rounds(rounds: int) -> None:
    assert simulated(percentile_bootstrap, normal, rounds, 1000).coverage < 0.89


@pytest.mark.parametrize("noise", [heavy_tailed, with_outliers])
@pytest.mark.parametrize("rounds", [10, 30])
def test_a_studentised_bootstrap_covers_less_than_t_when_there_are_outliers(noise: Noise, rounds: int) -> None:
    runs = 1000 if rounds == 10 else 400
    assert simulated(bootstrap_t, noise, rounds, runs).coverage < simulated(student_t, noise, rounds, runs).coverage


def test_a_disturbance_that_only_ever_slows_one_side_down_is_beyond_any_method() -> None:
    """It happens in one round of ten: most runs of six have not seen it, and cannot know."""

    def one_sided(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
        return chance.normal(0, 0.02, shape) + np.where(chance.random(shape) < 0.1, 0.2, 0) - 0.02

    assert all(simulated(method, one_sided, 6, 1000).coverage < 0.9 for method in METHODS)


def _print_table() -> None:
    print("| noise | rounds |", " | ".join(method.__name__ for method in METHODS), "|")
    for noise in NOISES:
        for rounds in ROUNDS:
            shares = [simulated(method, noise, rounds, 2000).coverage for method in METHODS]
            print(f"| {noise.__name__} | {rounds} |", " | ".join(f"{100 * share:.1f} %" for share in shares), "|")


if __name__ == "__main__":
    _print_table()
