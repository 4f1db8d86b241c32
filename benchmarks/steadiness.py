"""When a warm-up is over: the rate no longer changes by more than chance explains."""

import math
from collections.abc import Sequence

_SLICES = 3
_TOLERANCE = 0.10


def is_steady(counts: Sequence[int]) -> bool:
    """Whether the last slices of a warm-up completed about the same number of requests.

    About the same is within 10 % of their mean, or within two standard deviations of a Poisson count when so few
    requests complete that chance alone exceeds 10 %.
    """
    recent = counts[-_SLICES:]
    mean = sum(recent) / _SLICES
    if len(recent) < _SLICES or mean == 0:
        return False
    allowed = max(_TOLERANCE * mean, 2 * math.sqrt(mean))
    return all(abs(count - mean) <= allowed for count in recent)
