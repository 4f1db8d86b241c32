"""When a warm-up is over: the rate no longer rises by more than chance explains.

A server that warms up gets faster, and a neighbour on the machine makes it slower. So what is watched is the highest
rate so far: noise pulls single slices down, and does not keep a warm server from being seen as such.
"""

import math
from collections.abc import Sequence

_RECENT = 2
_TOLERANCE = 0.10


def is_steady(counts: Sequence[int]) -> bool:
    """Whether the last slices of a warm-up completed no more requests than the best one before them.

    No more is within 10 %, or within two standard deviations of a Poisson count when so few requests complete that
    chance alone exceeds 10 %.
    """
    best = max(counts[:-_RECENT], default=0)
    allowed = max(_TOLERANCE * best, 2 * math.sqrt(best))
    return best > 0 and max(counts[-_RECENT:]) <= best + allowed
