"""Pictures, judged by decoding them and by nothing else, and written anew: pure CPU, never on an event loop.

Only what Pillow makes of the pixels leaves this file. Names, declared types, metadata, further frames and whatever
else was in the upload (phones append films to their photographs) are gone.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image

from shared import segments
from shared.errors import InvalidInput
from shared.schemas import ProblemItem

# Pictures that a worker decodes at once, and how long an upload waits for its turn.
SLOTS = 2
WAIT_S = 10.0
BUSY = "Too many pictures at once; try again shortly."

THUMBNAIL_SIDE = 256
WEBP = "image/webp"

# Pillow's own bound only warns; the size is judged here, from the header.
Image.MAX_IMAGE_PIXELS = None

_MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": WEBP}
# What undoes each orientation that a camera notes (Exif 2.3, tag 0x0112).
_UPRIGHT: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_OPTIONS: dict[str, dict[str, int]] = {"PNG": {}, "JPEG": {"quality": 90}, "WEBP": {"quality": 90, "method": 2}}


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture."""

    content: bytes
    media_type: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """The hash of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def clean(content: bytes, max_pixels: int) -> Picture:
    """The upright first frame of a PNG, JPEG or WebP file, in its own format; raises InvalidInput."""
    if not segments.reasonable(content):
        raise _unusable("A picture has a few segments and scans", "picture_too_fragmented")
    try:
        with Image.open(BytesIO(content), formats=list(_MEDIA_TYPES)) as image:
            kind = str(image.format)
            if image.width * image.height <= max_pixels:
                return _encode(_pixels(image), kind)
    # A decoder that meets a hostile file raises whatever it stumbles over.
    except Exception:
        raise _unusable("Input should be a whole PNG, JPEG or WebP picture", "picture") from None
    raise _unusable(f"A picture has at most {max_pixels} pixels", "picture_too_large")


def thumbnail(content: bytes) -> Picture:
    """A picture that fits a square of 256 pixels, as WebP; `content` has been cleaned before."""
    with Image.open(BytesIO(content), formats=list(_MEDIA_TYPES)) as image:
        image.draft(None, (2 * THUMBNAIL_SIDE, 2 * THUMBNAIL_SIDE))
        pixels = _pixels(image)
    pixels.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return _encode(pixels, "WEBP")


def _unusable(message: str, kind: str) -> InvalidInput:
    return InvalidInput([ProblemItem(loc=["body", "cover"], msg=message, type=kind)])


def _pixels(image: Image.Image) -> Image.Image:
    turn = _UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation))
    if image.mode == "I;16":
        # Converted directly, everything above 255 of 65,535 would be white.
        image = image.convert("I").point(lambda value: value * (1 / 256))
    pixels = image.convert("RGBA" if image.has_transparency_data else "RGB")
    pixels.info.clear()
    return pixels if turn is None else pixels.transpose(turn)


def _encode(pixels: Image.Image, kind: str) -> Picture:
    buffer = BytesIO()
    pixels.save(buffer, kind, **_OPTIONS[kind])
    return Picture(buffer.getvalue(), _MEDIA_TYPES[kind], pixels.width, pixels.height)
