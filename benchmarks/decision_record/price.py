"""CPU time as money."""

import math
from typing import NamedTuple

_SECONDS_AN_HOUR = 3600


class Price(NamedTuple):
    """What an hour of one CPU core costs."""

    per_cpu_hour: float
    currency: str

    def of_million(self, cpu_ms: float) -> float:
        """What a million requests cost that take so much CPU each."""
        return cpu_hours_of_million(cpu_ms) * self.per_cpu_hour

    def plain_of_million(self, cpu_ms: float) -> str:
        """The same as a number, for a column that names the currency."""
        return plain(self.of_million(cpu_ms))

    def told(self, value: float) -> str:
        """An amount of money, to three significant digits."""
        return f"{plain(value)} {self.currency}"


# About what an hour of a virtual core costs at the large providers in 2026; nobody pays exactly this.
DEFAULT_PRICE = Price(0.04, "USD")


def cpu_hours_of_million(cpu_ms: float) -> float:
    """CPU hours of a million requests that take so much CPU each."""
    return cpu_ms * 1000 / _SECONDS_AN_HOUR


def plain(value: float) -> str:
    """Three significant digits without exponent, two decimals at least."""
    digits = 2 if value == 0 else max(2, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"
