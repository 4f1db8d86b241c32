"""Pictures: whatever the bytes, either a clean picture or a refusal, within bounds."""

import threading
from collections.abc import Callable
from io import BytesIO

import anyio
import anyio.lowlevel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fastapi_impl.images import BoundedImages as AsyncImages
from flask_impl.images import BoundedImages as ThreadImages
from shared import images
from shared.config import Settings
from shared.errors import InvalidInput, Overloaded
from tests.contract.pictures import FORMATS, decoded, picture

MAX_PIXELS = 10_000
WHOLE = {kind: picture(kind, (40, 30)) for kind in FORMATS}
at_ease = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def cleaned(content: bytes) -> images.Picture | None:
    """What is made of an upload; None when it is refused, as an invalid value and in no other way."""
    try:
        return images.clean(content, MAX_PIXELS)
    except InvalidInput:
        return None


@at_ease
@given(st.binary(max_size=2000))
def test_random_bytes_are_no_picture(content: bytes) -> None:
    assert cleaned(content) is None


@at_ease
@given(st.sampled_from(FORMATS), st.data())
def test_a_damaged_picture_is_refused_or_comes_out_sound(kind: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = cleaned(bytes(content))
    if found is not None:
        assert found.width * found.height <= MAX_PIXELS
        assert decoded(found.content).size == (found.width, found.height)
        assert images.thumbnail(found.content).media_type == "image/webp"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_cut_short_is_refused_unless_all_its_pixels_are_there(kind: str) -> None:
    whole = images.clean(WHOLE[kind], MAX_PIXELS)
    for length in range(len(WHOLE[kind])):
        assert cleaned(WHOLE[kind][:length]) in (None, whole)
    assert cleaned(WHOLE[kind][: len(WHOLE[kind]) // 2]) is None


@pytest.mark.parametrize("kind", FORMATS)
def test_what_has_been_cleaned_stays_as_it_is_in_kind_and_size(kind: str) -> None:
    once = images.clean(WHOLE[kind], MAX_PIXELS)
    again = images.clean(once.content, MAX_PIXELS)
    assert (again.media_type, again.width, again.height) == (once.media_type, once.width, once.height)


def test_the_bound_of_pixels_is_inclusive() -> None:
    assert images.clean(picture("PNG", (100, 100)), MAX_PIXELS).width == 100
    with pytest.raises(InvalidInput):
        images.clean(picture("PNG", (73, 137)), MAX_PIXELS)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_undone(orientation: int) -> None:
    upright = Image.linear_gradient("L").resize((40, 20)).convert("RGB")
    upright.paste((255, 0, 0), (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = BytesIO()
    # As a camera would store it: turned the other way.
    stored = upright if orientation == 1 else upright.transpose(INVERSE[orientation])
    stored.save(buffer, "PNG", exif=exif)
    assert decoded(images.clean(buffer.getvalue(), MAX_PIXELS).content).tobytes() == upright.tobytes()


INVERSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Decoding that lasts until this is set, and uploads that wait for it only a moment."""
    done = threading.Event()

    def hold(_content: bytes, _max_pixels: int) -> images.Picture:
        assert done.wait(20)
        return images.Picture(b"", "image/png", 1, 1)

    monkeypatch.setattr(images, "clean", hold)
    monkeypatch.setattr(images, "WAIT_S", 0.05)
    return done


def in_threads(count: int, call: Callable[[], object]) -> list[threading.Thread]:
    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_in_flask_an_upload_that_gets_no_turn_is_told_to_come_back(busy: threading.Event) -> None:
    bounded = ThreadImages(Settings())
    threads = in_threads(images.SLOTS, lambda: bounded.clean(b""))
    with pytest.raises(Overloaded):
        bounded.clean(b"")
    busy.set()
    for thread in threads:
        thread.join()
    assert bounded.clean(b"").width == 1


def test_in_fastapi_an_upload_that_gets_no_turn_is_told_to_come_back(busy: threading.Event) -> None:
    async def scenario() -> None:
        bounded = AsyncImages(Settings())
        async with anyio.create_task_group() as tasks:
            for _ in range(images.SLOTS):
                tasks.start_soon(bounded.clean, b"")
            await anyio.lowlevel.checkpoint()
            with pytest.raises(Overloaded):
                await bounded.clean(b"")
            busy.set()
        assert (await bounded.clean(b"")).width == 1

    anyio.run(scenario)
