"""Segments of pictures, counted as Pillow walks them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.segments import MAX_SCANS, MAX_SEGMENTS, reasonable
from tests.contract.pictures import FORMATS, picture

JPEG, PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
SCAN = b"\xff\xda\0\2"
COMMENT = b"\xff\xfe\0\2"
CHUNK = bytes(4) + b"abCd" + bytes(4)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_as_it_is_written_is_reasonable(kind: str) -> None:
    assert reasonable(picture(kind, (900, 700)))


def test_the_bounds_are_inclusive() -> None:
    for start, piece in ((JPEG, COMMENT), (PNG, CHUNK)):
        assert reasonable(start + piece * MAX_SEGMENTS)
        assert not reasonable(start + piece * (MAX_SEGMENTS + 1))
    assert reasonable(JPEG + SCAN * MAX_SCANS)
    assert not reasonable(JPEG + SCAN * (MAX_SCANS + 1))


def test_a_segment_is_passed_over_whole() -> None:
    comment = b"\xff\xfe\xff\xff" + COMMENT * 16_383
    assert reasonable(JPEG + (comment + b"\0") * 20)
    assert reasonable(PNG + (len(CHUNK) * 9000).to_bytes(4) + b"abCd" + CHUNK * 9000 + bytes(4))


@pytest.mark.parametrize("marker", [*range(0xD0, 0xDA), 0xC8, *range(0xF0, 0xFE)])
def test_behind_a_marker_without_a_length_the_next_segment_begins(marker: int) -> None:
    """Its next two bytes are no length that could hide what comes."""
    assert not reasonable(JPEG + bytes([0xFF, marker]) + COMMENT * (MAX_SEGMENTS + 1))


def test_what_follows_the_end_is_not_counted() -> None:
    for kind in ("PNG", "JPEG"):
        assert reasonable(picture(kind) + bytes(1_000_000))


def test_bytes_that_belong_to_no_segment_count() -> None:
    for junk in (b"\xff", b"\0", b"x", b"\xff\0"):
        assert not reasonable(JPEG + junk * (MAX_SEGMENTS + 2))


@given(st.sampled_from([JPEG, PNG, b""]), st.binary(max_size=300))
def test_any_bytes_are_counted(start: bytes, content: bytes) -> None:
    assert reasonable(start + content)
