"""Pictures made on the spot, and the forms that bring them."""

import time
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import httpx2
from PIL import Image

from tests.contract.client import Api, User, url
from tests.contract.routes import MULTIPART

BOUNDARY = "a-boundary-of-its-own"
# Generous, for a machine that is busy with other tests.
MADE_WITHIN_S = 30
FORMATS = ("PNG", "JPEG", "WEBP")


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """A file with a gradient in it."""
    buffer = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def decoded(content: bytes) -> Image.Image:
    """The picture in a file."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG file that claims a size, whatever pixels it has."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    pixels = chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def cover_of(book: Mapping[str, Any]) -> str:
    """Where the cover of a book is."""
    return f"{url(book)}/cover"


def form(*parts: tuple[str, str | None, bytes]) -> bytes:
    """A multipart body of parts with a name, a file name or none, and a content."""
    delimiter = f"--{BOUNDARY}".encode()
    return b"".join(delimiter + b"\r\n" + part(*each) for each in parts) + delimiter + b"--\r\n"


def part(name: str, file: str | None, content: bytes) -> bytes:
    """One part, from its headers to the line break before the next delimiter."""
    disposition = f'form-data; name="{name}"' + ("" if file is None else f'; filename="{file}"')
    return f"Content-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


def under(*headers: str, content: bytes | None = None) -> bytes:
    """A multipart body of one part, a picture unless there is other content, under headers of any kind."""
    head = "".join(f"\r\n{header}" for header in headers).encode()
    return f"--{BOUNDARY}".encode() + head + b"\r\n\r\n" + (content or picture()) + f"\r\n--{BOUNDARY}--\r\n".encode()


def send_form(api: Api, user: User, book: Mapping[str, Any], body: bytes, **headers: str) -> httpx2.Response:
    """Put a body, good or bad, as the cover of a book."""
    kind = {"Content-Type": f"{MULTIPART}; boundary={BOUNDARY}"}
    return api.http.put(f"{url(book)}/cover", content=body, headers={**kind, **user.auth, **headers})


def upload(api: Api, user: User, book: Mapping[str, Any], content: bytes, **headers: str) -> httpx2.Response:
    """Try to make a file the cover of a book."""
    return send_form(api, user, book, form(("cover", "cover", content)), **headers)


def put_cover(api: Api, user: User, book: Mapping[str, Any], content: bytes | None = None) -> dict[str, Any]:
    """Give a book a cover, and return what the server says of it."""
    response = upload(api, user, book, content or picture())
    assert response.status_code in {200, 201}, response.text
    document: dict[str, Any] = response.json()
    return document


def thumbnail(api: Api, book: Mapping[str, Any], **headers: str) -> httpx2.Response:
    """The thumbnail of a book, once it has been made."""
    deadline = time.monotonic() + MADE_WITHIN_S
    while (response := api.http.get(f"{url(book)}/thumbnail", headers=headers)).status_code == 202:
        assert time.monotonic() < deadline, "no thumbnail was made"
        time.sleep(0.05)
    return response
