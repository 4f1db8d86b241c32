"""Both implementations beside each other: code, rules and cost of each area."""

from benchmarks.side_by_side.costs import Measured
from benchmarks.side_by_side.page import side_by_side

__all__ = ["Measured", "side_by_side"]
