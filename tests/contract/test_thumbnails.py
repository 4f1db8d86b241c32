"""Thumbnails: made of covers after the answer, by themselves."""

from functools import cache, partial
from itertools import pairwise

import pytest

from tests.contract.client import Api, User, assert_problem, url
from tests.contract.pictures import FORMATS, decoded, picture, put_cover, thumbnail, upload
from tests.contract.test_races import together


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("size", "expected"),
    [((1000, 500), (256, 128)), ((300, 900), (85, 256)), ((257, 257), (256, 256)), ((40, 30), (40, 30))],
)
def test_a_thumbnail_is_a_webp_picture_that_fits_its_square_and_is_never_enlarged(
    api: Api, alice: User, kind: str, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book, picture(kind, size))
    response = thumbnail(api, book)
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/webp"
    assert decoded(response.content).format == "WEBP"
    assert decoded(response.content).size == expected


def test_a_very_long_picture_has_a_thumbnail_too(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book, picture("PNG", (10_000, 2)))
    assert decoded(thumbnail(api, book).content).size == (256, 1)


def test_a_thumbnail_keeps_what_is_transparent(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book, picture("PNG", (300, 300), "P", transparency=0))
    opacity = decoded(thumbnail(api, book).content).getchannel("A").tobytes()
    assert min(opacity) < 128 < max(opacity)


def test_while_it_is_being_made_the_client_is_told_to_come_back(api: Api, alice: User) -> None:
    # Large enough that the first question comes before the thumbnail; one that comes late has nothing to show.
    book = api.new_book(alice)
    put_cover(api, alice, book, picture("JPEG", (4000, 4000)))
    response = api.http.get(f"{url(book)}/thumbnail")
    assert response.status_code in {200, 202}
    if response.status_code == 202:
        assert response.headers["retry-after"] == "1"
        assert response.headers["cache-control"] == "no-store"
        assert response.json() == {"status": "pending"}
    assert thumbnail(api, book).status_code == 200


@cache
def large() -> bytes:
    """Takes a second to make, and as long to make smaller."""
    return picture("WEBP", (4000, 4000))


def test_an_upload_does_not_hold_up_the_next_request_of_its_connection(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book, large())
    waited_s = api.http.get("/health/live").elapsed.total_seconds()
    # On a busy machine the answer may take longer than that, but not until the thumbnail is there.
    assert waited_s < 1 or api.http.get(f"{url(book)}/thumbnail").status_code == 202


def test_a_book_without_a_cover_has_no_thumbnail(api: Api, alice: User) -> None:
    assert_problem(api.http.get(f"{url(api.new_book(alice))}/thumbnail"), 404, "cover-not-found")


def test_a_thumbnail_goes_with_its_cover(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    assert thumbnail(api, book).status_code == 200
    assert api.http.delete(f"{url(book)}/cover", headers=alice.auth).status_code == 204
    assert_problem(thumbnail(api, book), 404, "cover-not-found")


def test_another_cover_has_another_thumbnail(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    sizes = [(100, 50), (50, 100), (60, 60)]
    tags = []
    for size in sizes:
        put_cover(api, alice, book, picture("PNG", size))
        response = thumbnail(api, book)
        assert decoded(response.content).size == size
        tags.append(response.headers["etag"])
    assert all(one != other for one, other in pairwise(tags))


def test_a_thumbnail_is_sent_as_a_cover_is(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    whole = thumbnail(api, book)
    tag = whole.headers["etag"]
    assert whole.headers["cache-control"] == "no-cache"
    assert whole.headers["accept-ranges"] == "bytes"
    assert tag != api.http.get(f"{url(book)}/cover").headers["etag"]
    assert thumbnail(api, book, **{"If-None-Match": tag}).status_code == 304
    part = thumbnail(api, book, Range="bytes=4-7")
    assert part.status_code == 206
    assert part.content == whole.content[4:8]
    assert_problem(thumbnail(api, book, Range="bytes=999999-"), 416, "range-not-satisfiable")


def test_many_covers_at_once_all_get_their_thumbnails(api: Api, alice: User) -> None:
    books = [api.new_book(alice) for _ in range(12)]
    answers = together(*[partial(upload, api, alice, book, picture("JPEG", (800, 600))) for book in books])
    assert {answer.status_code for answer in answers} == {201}
    assert {thumbnail(api, book).status_code for book in books} == {200}


def test_of_covers_that_follow_each_other_at_once_the_last_has_its_thumbnail(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    for side in (400, 300, 200, 100):
        put_cover(api, alice, book, picture("PNG", (side, side)))
    assert decoded(thumbnail(api, book).content).size == (100, 100)
