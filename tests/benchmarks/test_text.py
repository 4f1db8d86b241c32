"""Numbers and lines for people."""

import pytest

from benchmarks.text import last_line, mebibytes, milliseconds, minutes, percent, significant


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.01234, "0.012"), (0.5, "0.500"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (999.4, "999"),
        (1234.0, "1,230"), (98_765.0, "98,800"), (1_234_567.0, "1,230,000"),
    ],
)  # fmt: skip
def test_numbers_keep_three_digits_and_no_exponent(value: float, shown: str) -> None:
    assert significant(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.6, "1:00"), (61, "1:01"), (-3, "0:00"), (3600, "60:00")]
)
def test_durations_are_minutes_and_seconds(seconds: float, shown: str) -> None:
    assert minutes(seconds) == shown


def test_a_latency_that_nobody_can_know_is_a_dash() -> None:
    assert milliseconds(None) == "–"
    assert milliseconds(1234) == "1.23"


def test_shares_and_memory_have_their_units() -> None:
    assert percent(0.256) == "26 %"
    assert mebibytes(3 * 2**19) == "1.5"


@pytest.mark.parametrize(
    ("output", "line"),
    [("a\nValueError: b\n\n  \n", "ValueError: b"), ("", "it said nothing"), (" \n", "it said nothing")],
)
def test_the_reason_is_the_last_line_that_says_something(output: str, line: str) -> None:
    assert last_line(output) == line
