"""Numbers and lines for people."""

from benchmarks.ratios import Ratio


def last_line(output: str) -> str:
    """The last line that says something: where Python and most programs put the reason."""
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "it said nothing")


def minutes(seconds: float) -> str:
    """A duration as m:ss."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def percent(ratio: float) -> str:
    """A share, to the percent."""
    return f"{100 * ratio:.0f} %"


def milliseconds(value_us: int | None) -> str:
    """A latency, to three significant digits; a dash where there were too few samples to say."""
    return "–" if value_us is None else significant(value_us / 1000)


def mebibytes(value: float) -> str:
    """Memory."""
    return f"{value / 2**20:.1f}"


def significant(value: float) -> str:
    """Three significant digits, without exponent, with thousands apart."""
    if value >= 1000:
        return f"{round(value, 2 - len(str(int(value))) + 1):,.0f}"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"


def interval(ratio: Ratio | None) -> str:
    """A ratio and its interval."""
    return f"{_factor(ratio.estimate)} ({_factor(ratio.low)}–{_factor(ratio.high)})" if ratio else "–"


def _factor(value: float) -> str:
    """Beyond a hundredfold the digits mean nothing."""
    return "<0.01" if value < 0.01 else ">100" if value > 100 else f"{value:.2f}"
