"""A picture that is work to decode and to write, as a photographed cover is: colours and fine detail."""

from functools import cache
from io import BytesIO

from PIL import Image

SIZE = (600, 900)
_BOUNDARY = "a-boundary-that-no-picture-has"
MULTIPART = f"multipart/form-data; boundary={_BOUNDARY}"
_HEAD = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="cover"; filename="cover.jpg"\r\n\r\n'
# A part of the Mandelbrot set for each colour: where it begins, and how many iterations deep it is drawn.
_BANDS = ((-1.9, 60), (-1.6, 100), (-1.3, 160))


@cache
def cover() -> bytes:
    """A JPEG file of some 60 KB, the same wherever it is made."""
    bands = [Image.effect_mandelbrot(SIZE, (left, -1.2, left + 1.6, 1.2), depth) for left, depth in _BANDS]
    buffer = BytesIO()
    Image.merge("RGB", bands).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def cover_form() -> bytes:
    """The multipart body that brings it."""
    return _HEAD.encode() + cover() + f"\r\n--{_BOUNDARY}--\r\n".encode()
