"""How many segments a picture is made of, counted before a decoder looks at each of them.

A few bytes are enough for a segment that does nothing: a million of them take a decoder in Python seconds, and each
scan of a progressive JPEG file passes over the whole picture, however little it says.
"""

from collections.abc import Iterator
from itertools import islice

# Editors write some hundred segments at most, and large files are cut into pieces of a few kilobytes.
MAX_SEGMENTS = 5000
# Encoders that look for the best order of scans find about a dozen.
MAX_SCANS = 32

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_START_OF_SCAN = 0xDA
# Those after which Pillow, like the standard for most of them, expects no length. What it sees as segments is counted.
_ALONE = {0xC8, *range(0xD0, 0xDA), *range(0xF0, 0xFE)}


def reasonable(content: bytes) -> bool:
    """Whether a PNG or JPEG file has no more segments and scans than a picture needs; any other file has."""
    if content.startswith(_PNG):
        return _few(_chunks(content))
    if content.startswith(_JPEG):
        # Within a scan no other marker has these two bytes; a preview within the metadata may have some scans too.
        return _few(_markers(content)) and content.count(b"\xff\xda") <= MAX_SCANS
    return True


def _few(segments: Iterator[int]) -> bool:
    return len([*islice(segments, MAX_SEGMENTS + 1)]) <= MAX_SEGMENTS


def _chunks(content: bytes) -> Iterator[int]:
    """Where each chunk of a PNG file begins, up to the last: a length, a name, data and a checksum."""
    place = len(_PNG)
    while place < len(content):
        yield place
        if content[place + 4 : place + 8] == b"IEND":
            return
        place += 12 + int.from_bytes(content[place : place + 4])


def _markers(content: bytes) -> Iterator[int]:
    """Where each segment of a JPEG file begins, up to the first scan, and each byte that belongs to none."""
    place = len(_JPEG)
    while place + 1 < len(content):
        yield place
        first, marker = content[place : place + 2]
        if first != 0xFF or marker in {0x00, 0xFF}:
            place += 1
        elif marker == _START_OF_SCAN:
            return
        else:
            place += 2 + (0 if marker in _ALONE else int.from_bytes(content[place + 2 : place + 4]))
