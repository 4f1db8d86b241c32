"""What is taken for a picture, and what is kept of it."""

import zlib
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.contract.client import Api, User, assert_problem, locations, unique
from tests.contract.pictures import (
    FORMATS,
    cover_of,
    decoded,
    form,
    picture,
    png_of,
    put_cover,
    send_form,
    upload,
)


def turned(kind: str, orientation: int) -> bytes:
    """A picture that a camera took on its side, and said so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(kind, (60, 40), exif=exif)


def grey(image: Image.Image, column: int, row: int) -> int:
    """How light a pixel is."""
    return image.convert("L").tobytes()[row * image.width + column]


def last_scan() -> bytes:
    """What a progressive JPEG file says last of its pixels."""
    whole = picture("JPEG", progressive=True)
    return whole[whole.rindex(b"\xff\xda") : -2]


EMPTY_CHUNK = bytes(4) + b"abCd" + zlib.crc32(b"abCd").to_bytes(4)
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
    "jpeg-of-too-many-scans": picture("JPEG", progressive=True)[:-2] + last_scan() * 32 + b"\xff\xd9",
    "jpeg-of-too-many-segments": picture("JPEG")[:2] + b"\xff\xfe\0\2" * 5001 + picture("JPEG")[2:],
    "png-of-too-many-chunks": picture()[:33] + EMPTY_CHUNK * 5000 + picture()[33:],
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
    plain = form(("cover", "cover.png", picture()))
    typed = plain.replace(b"\r\n\r\n", f"\r\nContent-Type: {declared}\r\n\r\n".encode(), 1)
    assert send_form(api, alice, book, typed).status_code == 201
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
