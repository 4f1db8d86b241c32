"""Covers are read and sent alike: any form, good or broken, and any part of the file."""

import random

import pytest

from tests.contract.client import Api, User
from tests.contract.pictures import BOUNDARY, cover_of, form, picture, put_cover, send_form, thumbnail
from tests.contract.routes import MULTIPART
from tests.differential.conftest import Differ
from tests.differential.masks import NOT_COMPARED, OWN_HEADERS

MUTANTS = 300
# What parsers of forms stumble over.
SNIPPETS = [
    *(b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"--", b'"', b"\\", b";", b"=", b":", b"\0", b"\xff", b" ", b"\t", b"*"),
    *(f"{text}".encode() for text in (BOUNDARY, f"--{BOUNDARY}", f"\r\n--{BOUNDARY}--", f"\n--{BOUNDARY}\n")),
    *(b"name=", b"filename*=utf-8''x", b'; name="x"', b"Content-Disposition: form-data", b"Content-Length: 1\r\n"),
    *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n"),
]
TYPES = [
    f"{MULTIPART}; boundary={BOUNDARY}",
    f'{MULTIPART}; boundary="{BOUNDARY}"',
    f"{MULTIPART}; charset=utf-8; boundary={BOUNDARY}",
    f"{MULTIPART};boundary={BOUNDARY};x=y",
    f'{MULTIPART}; x="; boundary=y"; boundary={BOUNDARY}',
    f"{MULTIPART}; boundary*0={BOUNDARY[:3]}; boundary*1={BOUNDARY[3:]}",
    f"{MULTIPART}; xboundary={BOUNDARY}",
    f"{MULTIPART}; boundary ={BOUNDARY}",
    f"{MULTIPART}; boundary= {BOUNDARY}",
]
CONDITIONS = [
    {},
    *({"Range": field} for field in ("bytes=0-", "bytes=3-5", "bytes=-4", "bytes=9999-", "bytes=0-1,3-4", "bytes=x")),
    *({"If-None-Match": field} for field in ("*", "x", '"x"', 'W/"x", "y"')),
    {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"If-Range": '"x"', "Range": "bytes=0-1"},
    {"If-Match": '"x"'},
    {"Accept-Encoding": "gzip"},
]


def mutant(chance: random.Random) -> bytes:
    """A form in which a few bytes have been taken out or put in, its headers above all."""
    parts = (("cover", "cover.png", b"no picture"), ("note", None, b"text"))
    body = bytearray(form(*parts[: chance.randint(1, 2)]))
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(body) + 1)
        body[start : start + chance.choice((0, 0, 1, 2, 8))] = chance.choice(SNIPPETS)
    return bytes(body)


def test_any_form_is_read_alike(apis: tuple[Api, Api], alice: User, seed: int, differ: Differ) -> None:
    chance = random.Random(seed)
    book = apis[0].new_book(alice)
    for _ in range(MUTANTS):
        body, content_type = mutant(chance), chance.choice([*TYPES[:3], *TYPES])
        answers = [send_form(api, alice, book, body, **{"Content-Type": content_type}) for api in apis]
        one, other = ((answer.status_code, answer.text) for answer in answers)
        if one != other:
            differ(f"Content-Type: {content_type}\n\n{body!r}", one, other)
        assert one[0] < 500


@pytest.mark.parametrize("headers", CONDITIONS, ids=str)
def test_a_cover_and_its_thumbnail_are_sent_alike(apis: tuple[Api, Api], alice: User, headers: dict[str, str]) -> None:
    book = apis[0].new_book(alice)
    put_cover(apis[1], alice, book, picture("JPEG", (300, 200)))
    thumbnail(apis[1], book)
    for path in (cover_of(book), cover_of(book).replace("cover", "thumbnail")):
        for method in ("GET", "HEAD"):
            answers = [api.http.request(method, path, headers=headers) for api in apis]
            kept = [
                {
                    name: value
                    for name, value in answer.headers.items()
                    if name not in {*NOT_COMPARED, *OWN_HEADERS, "x-request-id"}
                }
                for answer in answers
            ]
            assert kept[0] == kept[1]
            assert answers[0].status_code == answers[1].status_code
            assert answers[0].content == answers[1].content
