"""Uploads that are small to send and dear to decode, and files that are two things at once."""

import zlib
from io import BytesIO

import pytest
from PIL import Image

from tests.contract.client import Api, User, assert_problem, locations
from tests.contract.pictures import (
    FORMATS,
    cover_of,
    decoded,
    picture,
    put_cover,
    upload,
)
from tests.hostile.timing import soon

pytestmark = pytest.mark.before_the_database

BOMB = zlib.compress(bytes(100_000_000), 9)
JPEG, PNG = picture("JPEG"), picture("PNG")
# Behind the signature and the header of the picture.
PNG_START = 8 + 25


def chunk(name: bytes, content: bytes = b"") -> bytes:
    """A piece of a PNG file."""
    return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)


def with_chunks(chunks: bytes) -> bytes:
    return PNG[:PNG_START] + chunks + PNG[PNG_START:]


def with_scans(count: int) -> bytes:
    """A progressive JPEG file whose last scan comes again and again; each passes over the whole picture."""
    buffer = BytesIO()
    Image.new("L", (3000, 3000), 128).save(buffer, "JPEG", progressive=True)
    whole = buffer.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * count + whole[-2:]


COSTLY = {
    "texts": with_chunks(chunk(b"tEXt", b"a\0b") * 200_000),
    "unknown-chunks": with_chunks(chunk(b"abCd") * 300_000),
    "empty-data": with_chunks(chunk(b"IDAT") * 300_000),
    "comments": JPEG[:2] + b"\xff\xfe\0\2" * 1_000_000 + JPEG[2:],
    "application-segments": JPEG[:2] + b"\xff\xe1\0\2" * 1_000_000 + JPEG[2:],
    "hidden-behind-a-marker-without-length": JPEG[:2] + b"\xff\xd0\xff\xfe\0\2" * 800_000 + JPEG[2:],
    "padding": JPEG[:2] + b"\xff" * 4_000_000 + JPEG[2:],
    "scans": with_scans(500),
}
BOMBS = {
    "compressed-text": with_chunks(chunk(b"zTXt", b"a\0\0" + BOMB)),
    "international-text": with_chunks(chunk(b"iTXt", b"a\0\1\0\0\0" + BOMB)),
    "colour-profile": with_chunks(chunk(b"iCCP", b"a\0\0" + BOMB)),
    "animation": with_chunks(chunk(b"acTL", (2**31 - 1).to_bytes(4) + bytes(4))),
    "exif": with_chunks(chunk(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff" + bytes(600_000))),
}


@pytest.mark.parametrize("content", COSTLY.values(), ids=COSTLY.keys())
def test_a_picture_in_a_million_pieces_is_refused_before_it_is_decoded(api: Api, alice: User, content: bytes) -> None:
    with soon():
        response = upload(api, alice, api.new_book(alice), content)
    assert locations(assert_problem(response, 422, "invalid-input")) == [["body", "cover"]]


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_within_a_picture_does_not_go_off(api: Api, alice: User, content: bytes) -> None:
    book = api.new_book(alice)
    with soon():
        response = upload(api, alice, book, content)
    assert response.status_code in {201, 422}
    if response.status_code == 201:
        assert len(api.http.get(cover_of(book)).content) < 10_000


def test_pictures_as_programs_write_them_have_few_enough_pieces(api: Api, alice: User) -> None:
    photograph = picture("JPEG", (600, 400), progressive=True, icc_profile=bytes(300_000), comment=b"x" * 60_000)
    in_chunks = with_chunks(chunk(b"tEXt", b"a\0b") * 1000)
    for content in (photograph, with_scans(10), in_chunks, *(picture(kind, (600, 400)) for kind in FORMATS)):
        put_cover(api, alice, api.new_book(alice), content)


POLYGLOTS = {
    "page-behind": lambda whole: whole + b"<script>alert(1)</script>",
    "archive-behind": lambda whole: whole + b"PK\x05\x06" + bytes(18),
    "script-behind": lambda whole: whole + b"\n<?php system($_GET['c']); ?>",
}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("spoil", POLYGLOTS)
def test_what_is_two_things_comes_back_as_one(api: Api, alice: User, kind: str, spoil: str) -> None:
    whole = picture(kind)
    sent = POLYGLOTS[spoil](whole)
    book = api.new_book(alice)
    if upload(api, alice, book, sent).status_code == 201:
        kept = api.http.get(cover_of(book))
        assert sent[len(whole) :] not in kept.content
        assert decoded(kept.content).format == kind
        assert kept.headers["content-type"] == f"image/{kind.lower()}"
        assert kept.headers["x-content-type-options"] == "nosniff"
