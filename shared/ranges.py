"""Range requests (RFC 9110 section 14): which part of a file a client is sent.

One range of bytes is served. A header that asks for several, or that cannot be read, is answered by the whole file, as
the RFC allows: several ranges are of use to nobody here, and thousands of them are an attack.
"""

import re

from shared.errors import RangeNotSatisfiable

# More digits than any size has, and fewer than Python refuses to convert.
_ONE_RANGE = re.compile(r"bytes=(\d{1,1000})-(\d{0,1000})|bytes=-(\d{1,1000})", re.ASCII | re.IGNORECASE)


def wanted(field: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of the part that a Range field asks for, None for the whole; raises RangeNotSatisfiable."""
    found = _ONE_RANGE.fullmatch((field or "").strip(" \t"))
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        start, end = max(size - int(suffix), 0), size - 1
    else:
        start, end = int(first), min(int(last or size), size - 1)
        if last and int(last) < start:
            return None
    if start >= size:
        raise RangeNotSatisfiable(size)
    return start, end
