"""Covers of books: what is taken for a picture, what is kept of it, and how it is sent."""

import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO
from itertools import chain
from typing import Any

import httpx2
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, locations, unique, url
from tests.contract.pictures import (
    BOUNDARY,
    FORMATS,
    decoded,
    form,
    part,
    picture,
    put_cover,
    send_form,
    upload,
)
from tests.contract.routes import MULTIPART
from tests.contract.test_races import together

LARGEST = 5 * 1024 * 1024
DELIMITER = f"--{BOUNDARY}".encode()
END = DELIMITER + b"--\r\n"
GOOD_PART = part("cover", "cover.png", picture())


def cover_of(book: dict[str, Any]) -> str:
    """Where the cover of a book is."""
    return f"{url(book)}/cover"


def turned(kind: str, orientation: int) -> bytes:
    """A picture that a camera took on its side, and said so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(kind, (60, 40), exif=exif)


def grey(image: Image.Image, column: int, row: int) -> int:
    """How light a pixel is."""
    return image.convert("L").tobytes()[row * image.width + column]


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG file that claims a size, whatever pixels it has."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    pixels = chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


NO_PICTURES = {
    "empty": b"",
    "text": b"no picture",
    "html": b"<!DOCTYPE html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "only-a-signature": b"\x89PNG\r\n\x1a\n",
    "half-a-png": picture("PNG")[: len(picture("PNG")) // 2],
    "half-a-jpeg": picture("JPEG")[: len(picture("JPEG")) // 2],
    "half-a-webp": picture("WEBP")[: len(picture("WEBP")) // 2],
    "png-without-pixels": png_of(100, 100),
    "gif": picture("GIF", mode="L"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "icon": picture("ICO"),
    "zip-before-a-picture": b"PK\x03\x04" + picture(),
    "pdf": b"%PDF-1.7\n" + picture("JPEG"),
}
TOO_MANY_PIXELS = {"just-too-many": (5001, 5000), "bomb": (50_000, 50_000), "endless-line": (2**31 - 1, 1)}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cover_comes_back_in_its_own_format_and_size(api: Api, alice: User, kind: str) -> None:
    book = api.new_book(alice)
    said = put_cover(api, alice, book, picture(kind, (60, 40)))
    got = api.http.get(cover_of(book))
    assert got.status_code == 200
    assert got.headers["content-type"] == said["media_type"] == f"image/{kind.lower()}"
    assert decoded(got.content).format == kind
    assert decoded(got.content).size == (said["width"], said["height"]) == (60, 40)
    assert len(got.content) == said["bytes"]


def test_the_first_cover_is_201_with_its_location_and_the_next_is_200(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    first, second = (upload(api, alice, book, picture(kind)) for kind in ("PNG", "JPEG"))
    assert first.status_code == 201
    assert first.headers["location"] == cover_of(book)
    assert second.status_code == 200
    assert "location" not in second.headers
    assert api.http.get(cover_of(book)).headers["etag"] == second.headers["etag"] != first.headers["etag"]


def test_a_cover_does_not_change_the_version_of_its_book(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    assert api.read(book) == book


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES.keys())
def test_what_cannot_be_decoded_as_png_jpeg_or_webp_is_422(api: Api, alice: User, content: bytes) -> None:
    book = api.new_book(alice)
    body = form(("cover", "honest.png", content))
    problem = assert_problem(send_form(api, alice, book, body), 422, "invalid-input")
    assert locations(problem) == [["body", "cover"]]
    assert_problem(api.http.get(cover_of(book)), 404, "cover-not-found")


@pytest.mark.parametrize("size", TOO_MANY_PIXELS.values(), ids=TOO_MANY_PIXELS.keys())
def test_a_picture_of_too_many_pixels_is_422_before_it_is_decoded(api: Api, alice: User, size: tuple[int, int]) -> None:
    problem = assert_problem(upload(api, alice, api.new_book(alice), png_of(*size)), 422, "invalid-input")
    assert locations(problem) == [["body", "cover"]]
    assert "25000000 pixels" in problem["errors"][0]["msg"]


@pytest.mark.parametrize("declared", ["text/html", "image/png", "image/svg+xml", "nonsense", ""])
def test_the_declared_type_of_a_file_does_not_matter(api: Api, alice: User, declared: str) -> None:
    book = api.new_book(alice)
    typed = GOOD_PART.replace(b"\r\n\r\n", f"\r\nContent-Type: {declared}\r\n\r\n".encode(), 1)
    assert send_form(api, alice, book, DELIMITER + b"\r\n" + typed + END).status_code == 201
    assert api.http.get(cover_of(book)).headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        "",
        r"C:\autoexec.bat",
        "a" * 1000,
        "cover.php",
        "é.png",
        "%2e%2e",
    ],
)
def test_the_name_of_a_file_does_no_harm(api: Api, alice: User, name: str) -> None:
    book = api.new_book(alice)
    response = send_form(api, alice, book, form(("cover", name, picture())))
    assert response.status_code == 201
    assert decoded(api.http.get(cover_of(book)).content).size == (60, 40)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cover_is_turned_upright(api: Api, alice: User, kind: str) -> None:
    book = api.new_book(alice)
    said = put_cover(api, alice, book, turned(kind, 6))
    kept = decoded(api.http.get(cover_of(book)).content)
    assert kept.size == (said["width"], said["height"]) == (40, 60)
    assert not kept.getexif()
    # A quarter turn clockwise: what was dark at the top is dark on the right.
    assert grey(kept, 38, 30) < grey(kept, 1, 30)


def test_nothing_but_pixels_is_kept(api: Api, alice: User) -> None:
    secret = unique("secret")
    notes = PngInfo()
    notes.add_text("Comment", secret)
    exif = Image.Exif()
    exif[0x010E] = secret
    files = [
        picture("PNG", pnginfo=notes, exif=exif, icc_profile=secret.encode()),
        picture("JPEG", comment=secret, exif=exif),
        picture("WEBP", exif=exif, xmp=secret.encode()),
        *(picture(kind) + secret.encode() for kind in FORMATS),
    ]
    for content in files:
        assert secret.encode() in content or zlib.compress(secret.encode()) in content
        book = api.new_book(alice)
        put_cover(api, alice, book, content)
        assert secret.encode() not in api.http.get(cover_of(book)).content
        assert not decoded(api.http.get(cover_of(book)).content).info.get("icc_profile")


def test_of_an_animation_the_first_frame_is_kept(api: Api, alice: User) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    for kind in ("PNG", "WEBP"):
        buffer = BytesIO()
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=100)
        book = api.new_book(alice)
        put_cover(api, alice, book, buffer.getvalue())
        kept = decoded(api.http.get(cover_of(book)).content)
        assert getattr(kept, "n_frames", 1) == 1
        assert grey(kept.getchannel("R"), 10, 10) > 200 > 50 > grey(kept.getchannel("B"), 10, 10)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_of_any_colour_mode_is_taken(api: Api, alice: User, mode: str) -> None:
    put_cover(api, alice, api.new_book(alice), picture("PNG", mode=mode))


def test_sixteen_bits_of_grey_stay_a_gradient(api: Api, alice: User) -> None:
    buffer = BytesIO()
    Image.linear_gradient("L").convert("I").point(lambda value: value * 256).convert("I;16").save(buffer, "PNG")
    book = api.new_book(alice)
    put_cover(api, alice, book, buffer.getvalue())
    kept = decoded(api.http.get(cover_of(book)).content)
    assert [grey(kept, 0, row) for row in (0, 128, 255)] == [0, 128, 255]


MALFORMED = {
    "empty": b"",
    "only-the-end": b"--\r\n",
    "another-boundary": form(("cover", "c", picture())).replace(BOUNDARY.encode(), b"another"),
    "no-end": DELIMITER + b"\r\n" + GOOD_PART,
    "cut-in-the-file": form(("cover", "c", picture()))[:200],
    "cut-in-the-headers": DELIMITER + b"\r\nContent-Disposition: form-data; na",
    "text-before": b"hello\r\n" + form(("cover", "c", picture())),
    "text-after": form(("cover", "c", picture())) + b"hello",
    "bare-line-feeds": form(("cover", "c", b"x")).replace(b"\r\n", b"\n"),
    "no-disposition": DELIMITER + b"\r\nContent-Type: image/png\r\n\r\nx\r\n" + END,
    "no-headers": DELIMITER + b"\r\n\r\nx\r\n" + END,
    "no-name": DELIMITER + b'\r\nContent-Disposition: form-data; filename="x"\r\n\r\nx\r\n' + END,
    "two-names": DELIMITER + b'\r\nContent-Disposition: form-data; name="cover"; name="x"\r\n\r\nx\r\n' + END,
    "attachment": DELIMITER + b'\r\nContent-Disposition: attachment; name="cover"\r\n\r\nx\r\n' + END,
    "header-without-colon": DELIMITER + b"\r\nnonsense\r\n" + GOOD_PART + END,
    "header-not-utf-8": DELIMITER + b'\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n' + END,
    "header-folded": DELIMITER + b'\r\nContent-Disposition: form-data;\r\n name="cover"\r\n\r\nx\r\n' + END,
    "boundary-in-the-file": form(("cover", "c", b"x\n" + DELIMITER + b"\ny")),
    "too-many-parts": form(*[("cover", "c", b"x")] * 11),
}
CONTENT_TYPES = {
    "none": (MULTIPART, 400),
    "empty": (f"{MULTIPART}; boundary=", 400),
    "two": (f"{MULTIPART}; boundary={BOUNDARY}; boundary={BOUNDARY}", 400),
    "too-long": (f"{MULTIPART}; boundary={'a' * 71}", 400),
    "other-parameter": (f"{MULTIPART}; border={BOUNDARY}", 400),
    "mixed": (f"multipart/mixed; boundary={BOUNDARY}", 415),
    "form": ("application/x-www-form-urlencoded", 415),
    "picture": ("image/png", 415),
    "latin-1": (f"{MULTIPART}; boundary={BOUNDARY}; charset=latin-1", 415),
    "quoted": (f'{MULTIPART}; boundary="{BOUNDARY}"', 201),
    "other-case": (f"Multipart/Form-Data;BOUNDARY={BOUNDARY}", 201),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_form_that_is_not_well_formed_is_400(api: Api, alice: User, body: bytes) -> None:
    assert_problem(send_form(api, alice, api.new_book(alice), body), 400, "malformed-request")


@pytest.mark.parametrize(("content_type", "status"), CONTENT_TYPES.values(), ids=CONTENT_TYPES.keys())
def test_the_media_type_needs_one_boundary(api: Api, alice: User, content_type: str, status: int) -> None:
    body = form(("cover", "c", picture()))
    response = send_form(api, alice, api.new_book(alice), body, **{"Content-Type": content_type})
    assert response.status_code == status, response.text


WRONG_PARTS: dict[str, tuple[tuple[tuple[str, str | None, bytes], ...], list[list[str]]]] = {
    "nothing": ((("cover", "", b""),), [["body", "cover"]]),
    "text": ((("cover", None, b"text"),), [["body", "cover"]]),
    "empty-text": ((("cover", None, b""),), [["body", "cover"]]),
    "two-covers": ((("cover", "a", picture()), ("cover", "b", picture())), [["body", "cover"]]),
    "file-and-text": ((("cover", "a", picture()), ("cover", None, b"b")), [["body", "cover"]]),
    "other-name": ((("Cover", "a", picture()),), [["body", "Cover"], ["body", "cover"]]),
    "other-part": ((("cover", "a", picture()), ("more", None, b"b")), [["body", "more"]]),
    "other-file": ((("cover", "a", picture()), ("more", "b", b"b")), [["body", "more"]]),
}


@pytest.mark.parametrize(("parts", "places"), WRONG_PARTS.values(), ids=WRONG_PARTS.keys())
def test_a_form_of_anything_but_one_file_named_cover_is_422(
    api: Api, alice: User, parts: tuple[tuple[str, str | None, bytes], ...], places: list[list[str]]
) -> None:
    problem = assert_problem(send_form(api, alice, api.new_book(alice), form(*parts)), 422, "invalid-input")
    assert sorted(map(str, locations(problem))) == sorted(map(str, places))


def test_an_empty_form_lacks_its_cover(api: Api, alice: User) -> None:
    body = form(("cover", "", b""), ("more", None, b""))
    problem = assert_problem(send_form(api, alice, api.new_book(alice), body), 422, "invalid-input")
    assert problem["errors"] == [{"loc": ["body", "cover"], "msg": "Field required", "type": "missing"}]


@pytest.mark.parametrize("content", [b"no picture", png_of(50_000, 50_000)], ids=["no-picture", "bomb"])
def test_an_invalid_id_and_picture_are_reported_together(api: Api, alice: User, content: bytes) -> None:
    response = send_form(api, alice, {"id": "x"}, form(("cover", "c", content)))
    assert locations(assert_problem(response, 422, "invalid-input")) == [["path", "book_id"], ["body", "cover"]]


def test_an_invalid_id_and_form_are_reported_together(api: Api, alice: User) -> None:
    response = send_form(api, alice, {"id": "x"}, form(("cover", None, b"text")))
    assert locations(assert_problem(response, 422, "invalid-input")) == [["path", "book_id"], ["body", "cover"]]


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_413(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    padded = picture() + bytes(LARGEST - len(picture()))
    assert upload(api, alice, book, padded).status_code == 201
    assert_problem(upload(api, alice, book, padded + b"\0"), 413, "body-too-large")
    assert_problem(upload(api, alice, book, padded * 2), 413, "body-too-large")


def test_a_body_in_chunks_is_bounded_too(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    headers = [f"Content-Type: {MULTIPART}; boundary={BOUNDARY}", "Transfer-Encoding: chunked"]
    headers.append(f"Authorization: {alice.auth['Authorization']}")
    send = partial(raw.ask, api, "PUT", cover_of(book), headers)
    assert send(raw.chunked(form(("cover", "c", picture())), 100)).status_code == 201
    assert_problem(send(raw.chunked(form(("cover", "c", bytes(LARGEST + 100_000))))), 413, "body-too-large")


def test_a_body_that_ends_before_its_length_leaves_no_cover(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    body = form(("cover", "c", picture()))
    lines = [f"Content-Type: {MULTIPART}; boundary={BOUNDARY}", f"Content-Length: {len(body)}"]
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "PUT", cover_of(book), [*lines, *auth_line(alice)]) + body[:-10])
        connection.shutdown(1)
        raw.rest(connection)
    assert_problem(api.http.get(cover_of(book)), 404, "cover-not-found")


def auth_line(user: User) -> list[str]:
    return [f"Authorization: {user.auth['Authorization']}"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_only_the_owner_changes_a_cover(api: Api, alice: User, bob: User, method: str) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    before = api.http.get(cover_of(book)).content
    answer = upload(api, bob, book, picture("JPEG")) if method == "PUT" else delete_cover(api, bob, book)
    assert_problem(answer, 403, "not-the-owner")
    assert api.http.get(cover_of(book)).content == before


def delete_cover(api: Api, user: User, book: dict[str, Any], **headers: str) -> httpx2.Response:
    return api.http.delete(cover_of(book), headers={**user.auth, **headers})


def test_a_deleted_cover_is_gone_and_may_come_again(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    assert delete_cover(api, alice, book).status_code == 204
    assert_problem(api.http.get(cover_of(book)), 404, "cover-not-found")
    assert_problem(delete_cover(api, alice, book), 404, "cover-not-found")
    assert upload(api, alice, book, picture()).status_code == 201


def test_a_cover_goes_with_its_book(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    assert api.http.delete(url(book), headers=alice.auth).status_code == 204
    assert_problem(api.http.get(cover_of(book)), 404, "book-not-found")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_change_may_demand_the_current_cover(api: Api, alice: User, method: str) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    change: Callable[..., httpx2.Response] = (
        partial(upload, content=picture("JPEG")) if method == "PUT" else delete_cover
    )
    tag = api.http.get(cover_of(book)).headers["etag"]
    for wrong in ({"If-Match": '"0"'}, {"If-Match": f"W/{tag}"}, {"If-None-Match": tag}, {"If-None-Match": "*"}):
        assert_problem(change(api, alice, book, **wrong), 412, "stale-version")
    assert change(api, alice, book, **{"If-Match": tag}).is_success


def test_a_first_cover_may_demand_that_there_is_none(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    only_first = {"If-None-Match": "*"}
    assert_problem(upload(api, alice, book, picture(), **{"If-Match": "*"}), 412, "stale-version")
    assert upload(api, alice, book, picture(), **only_first).status_code == 201
    assert_problem(upload(api, alice, book, picture(), **only_first), 412, "stale-version")


@pytest.fixture(scope="module")
def covered(api: Api, alice: User) -> dict[str, Any]:
    book = api.new_book(alice)
    put_cover(api, alice, book, picture("PNG", (100, 100)))
    return book


@pytest.fixture
def whole(api: Api, covered: dict[str, Any]) -> httpx2.Response:
    return api.http.get(cover_of(covered))


def test_a_cover_is_to_be_asked_for_again_and_is_never_sniffed(whole: httpx2.Response) -> None:
    assert whole.headers["cache-control"] == "no-cache"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["last-modified"].endswith(" GMT")
    assert "content-disposition" not in whole.headers


CURRENT: dict[str, Callable[[httpx2.Response], dict[str, str]]] = {
    "its-tag": lambda whole: {"If-None-Match": whole.headers["etag"]},
    "its-tag-weakly": lambda whole: {"If-None-Match": f'"x", W/{whole.headers["etag"]}'},
    "any-tag": lambda whole: {"If-None-Match": "*"},
    "its-date": lambda whole: {"If-Modified-Since": whole.headers["last-modified"]},
    "its-tag-and-an-old-date": lambda whole: {
        "If-None-Match": whole.headers["etag"],
        "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT",
    },
    "its-tag-and-a-range": lambda whole: {"If-None-Match": whole.headers["etag"], "Range": "bytes=0-1"},
}
NOT_CURRENT: dict[str, Callable[[httpx2.Response], dict[str, str]]] = {
    "another-tag": lambda whole: {"If-None-Match": '"x"'},
    "its-tag-without-quotes": lambda whole: {"If-None-Match": whole.headers["etag"].strip('"')},
    "an-old-date": lambda whole: {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    "no-date": lambda whole: {"If-Modified-Since": "yesterday"},
    "another-tag-and-its-date": lambda whole: {
        "If-None-Match": '"x"',
        "If-Modified-Since": whole.headers["last-modified"],
    },
}


@pytest.mark.parametrize("condition", CURRENT.values(), ids=CURRENT.keys())
def test_a_current_copy_is_304(
    api: Api, covered: dict[str, Any], whole: httpx2.Response, condition: Callable[[httpx2.Response], dict[str, str]]
) -> None:
    response = api.http.get(cover_of(covered), headers=condition(whole))
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == whole.headers["etag"]
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("condition", NOT_CURRENT.values(), ids=NOT_CURRENT.keys())
def test_another_copy_is_200(
    api: Api, covered: dict[str, Any], whole: httpx2.Response, condition: Callable[[httpx2.Response], dict[str, str]]
) -> None:
    assert api.http.get(cover_of(covered), headers=condition(whole)).status_code == 200


def test_a_get_may_demand_a_version(api: Api, covered: dict[str, Any], whole: httpx2.Response) -> None:
    assert api.http.get(cover_of(covered), headers={"If-Match": whole.headers["etag"]}).status_code == 200
    assert_problem(api.http.get(cover_of(covered), headers={"If-Match": '"x"'}), 412, "stale-version")


RANGES: dict[str, tuple[str, Callable[[int], tuple[int, int]]]] = {
    "first-byte": ("bytes=0-0", lambda size: (0, 0)),
    "some": ("bytes=10-19", lambda size: (10, 19)),
    "rest": ("bytes=50-", lambda size: (50, size - 1)),
    "beyond-the-end": ("bytes=50-9999999", lambda size: (50, size - 1)),
    "far-beyond-the-end": (f"bytes=50-{'9' * 900}", lambda size: (50, size - 1)),
    "last-five": ("bytes=-5", lambda size: (size - 5, size - 1)),
    "longer-than-all": ("bytes=-9999999", lambda size: (0, size - 1)),
    "other-case": ("Bytes=1-2", lambda size: (1, 2)),
    "leading-zeros": ("bytes=001-002", lambda size: (1, 2)),
}
IGNORED = {
    "several": "bytes=0-1,4-5",
    "thousands": "bytes=" + ",".join(f"{n}-{n}" for n in range(1000)),
    "other-unit": "lines=0-1",
    "backwards": "bytes=5-2",
    "nothing": "bytes=",
    "only-a-hyphen": "bytes=-",
    "no-number": "bytes=a-b",
    "negative": "bytes=-5-6",
    "signed": "bytes=+1-2",
    "other-digits": "bytes=\u0661-\u0662".encode().decode("latin-1"),
    "fraction": "bytes=1.5-2",
    "spaces-within": "bytes=1 - 2",
    "without-unit": "0-1",
}


@pytest.mark.parametrize(("field", "bounds"), RANGES.values(), ids=RANGES.keys())
def test_one_range_is_206(
    api: Api,
    covered: dict[str, Any],
    whole: httpx2.Response,
    field: str,
    bounds: Callable[[int], tuple[int, int]],
) -> None:
    first, last = bounds(len(whole.content))
    response = api.http.get(cover_of(covered), headers={"Range": field})
    assert response.status_code == 206
    assert response.content == whole.content[first : last + 1]
    assert response.headers["content-range"] == f"bytes {first}-{last}/{len(whole.content)}"
    assert int(response.headers["content-length"]) == last + 1 - first
    assert response.headers["etag"] == whole.headers["etag"]
    assert response.headers["content-type"] == "image/png"


@pytest.mark.parametrize("field", IGNORED.values(), ids=IGNORED.keys())
def test_any_other_range_is_answered_by_the_whole(
    api: Api, covered: dict[str, Any], whole: httpx2.Response, field: str
) -> None:
    response = raw.ask(api, "GET", cover_of(covered), [f"Range: {field}"])
    assert response.status_code == 200
    assert response.content == whole.content
    assert "content-range" not in response.headers


@pytest.mark.parametrize("field", ["bytes=9999999-", "bytes=9999999-99999999", "bytes=-0", f"bytes={'9' * 900}-"])
def test_a_range_past_the_end_is_416(api: Api, covered: dict[str, Any], whole: httpx2.Response, field: str) -> None:
    response = api.http.get(cover_of(covered), headers={"Range": field})
    assert_problem(response, 416, "range-not-satisfiable")
    assert response.headers["content-range"] == f"bytes */{len(whole.content)}"


def test_a_range_of_another_version_is_answered_by_the_whole(
    api: Api, covered: dict[str, Any], whole: httpx2.Response
) -> None:
    tag, date = whole.headers["etag"], whole.headers["last-modified"]
    statuses = {
        condition: api.http.get(cover_of(covered), headers={"Range": "bytes=0-1", "If-Range": condition}).status_code
        for condition in (tag, date, f"W/{tag}", '"x"', "Thu, 01 Jan 1970 00:00:00 GMT", "nonsense")
    }
    assert list(statuses.values()) == [206, 206, 200, 200, 200, 200]


def test_head_of_a_cover_is_its_get_without_the_body(api: Api, covered: dict[str, Any], whole: httpx2.Response) -> None:
    response = api.http.head(cover_of(covered))
    assert response.status_code == 200
    assert response.content == b""
    for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges", "cache-control"):
        assert response.headers[name] == whole.headers[name]


def test_of_two_uploads_at_once_one_comes_last_and_is_whole(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    for _ in range(4):
        answers = together(*[partial(upload, api, alice, book, picture(kind, (400, 300))) for kind in FORMATS])
        assert {answer.status_code for answer in answers} <= {200, 201}
        got = api.http.get(cover_of(book))
        assert got.headers["etag"] in {answer.headers["etag"] for answer in answers}
        assert decoded(got.content).size == (400, 300)


def test_of_first_uploads_at_once_exactly_one_is_the_first(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    answers = together(*[partial(upload, api, alice, book, picture(kind)) for kind in FORMATS])
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]


def test_an_upload_to_a_book_that_is_being_deleted_is_404_or_came_first(api: Api, alice: User) -> None:
    for _ in range(4):
        book = api.new_book(alice)
        uploaded, deleted = together(
            partial(upload, api, alice, book, picture()), partial(api.http.delete, url(book), headers=alice.auth)
        )
        assert deleted.status_code == 204
        assert uploaded.status_code in {201, 404}
        assert_problem(api.http.get(cover_of(book)), 404, "book-not-found")


def test_a_cover_that_is_replaced_all_the_time_is_always_one_or_the_other(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)

    def replace() -> list[httpx2.Response]:
        return [upload(api, alice, book, picture(kind, (300, 200))) for kind in FORMATS * 3]

    def read() -> list[httpx2.Response]:
        return [api.http.get(cover_of(book)) for _ in range(40)]

    written, *got = together(replace, read, read)
    assert {answer.status_code for answer in written} == {200}
    for answer in chain(*got):
        assert answer.status_code == 200, answer.text
        decoded(answer.content)
