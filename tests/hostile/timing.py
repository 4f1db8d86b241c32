"""How long a server may think about what was sent to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

# What an honest request of this size takes is milliseconds; what a hostile one took was minutes. A machine that is busy
# with much else, and a server at the other end of the world, are somewhere between.
LIMIT_S = 10.0


@contextmanager
def soon() -> Iterator[None]:
    """Fail when what is within takes long."""
    began = perf_counter()
    yield
    took_s = perf_counter() - began
    assert took_s < LIMIT_S, f"the server thought about it for {took_s:.1f} s"
