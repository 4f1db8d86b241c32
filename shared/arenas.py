"""All threads of a process allocate from one arena of the C library (decision 36).

glibc gives threads arenas of their own, up to eight for each core, and each keeps what its busiest moment has taken: a
server with threads grows for hours, until every one of them has had its busiest moment.
"""

import ctypes
import os

# malloc.h
_M_ARENA_MAX = -8


def share_one_arena() -> None:
    """Have threads that begin from now on use the first arena, unless MALLOC_ARENA_MAX is in the environment."""
    libc = ctypes.CDLL(None)
    # Other C libraries know no arenas.
    if hasattr(libc, "gnu_get_libc_version") and "MALLOC_ARENA_MAX" not in os.environ:
        libc.mallopt(_M_ARENA_MAX, 1)
