"""Covers: chosen, sent with progress, refused in words, and shown once the thumbnail is there."""

import io
import random
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor
from tests.contract.client import Api, unique

SLOW_BYTES_PER_S = 200_000


@pytest.fixture
def book(visitor: Visitor, api: Api) -> str:
    """The title of a book that the visitor owns and looks at."""
    user = api.new_user()
    visitor.log_in(user)
    book = api.new_book(user, title=unique("Covered "))
    visitor.open(f"/#books/{book['id']}")
    expect(visitor.page.get_by_text("No cover yet")).to_be_visible()
    return str(book["title"])


def picture(folder: Path, width: int = 300, height: int = 450) -> Path:
    """A PNG file of noise, which does not compress."""
    noise = random.Random(1).randbytes(width * height * 3)
    path = folder / "cover.png"
    Image.frombytes("RGB", (width, height), noise).save(path)
    return path


def natural_width(page: Page, title: str) -> int:
    image = page.get_by_role("img", name=f"Cover of {title}")
    expect(image).to_be_visible()
    return int(image.evaluate("image => image.naturalWidth"))


def test_a_cover_is_sent_and_its_thumbnail_appears(visitor: Visitor, book: str, tmp_path: Path) -> None:
    visitor.field("Cover image").set_input_files(picture(tmp_path))
    assert 0 < natural_width(visitor.page, book) <= 256
    visitor.page.reload()
    assert natural_width(visitor.page, book) > 0
    visitor.button("Remove cover").click()
    expect(visitor.page.get_by_text("No cover yet")).to_be_visible()


def test_a_file_that_is_no_picture_is_refused_in_words(visitor: Visitor, book: str) -> None:
    visitor.expect_refusal(422, "/cover$")
    visitor.field("Cover image").set_input_files(
        {"name": "cover.png", "mimeType": "image/png", "buffer": b"not a picture at all"}
    )
    expect(visitor.dialog(book).get_by_role("status").filter(has_text="picture")).to_be_visible()
    expect(visitor.page.get_by_role("img", name="Cover of")).to_be_hidden()


def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(visitor: Visitor, book: str, tmp_path: Path) -> None:
    file = picture(tmp_path, 1000, 1500)
    session = visitor.page.context.new_cdp_session(visitor.page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW_BYTES_PER_S}
    session.send("Network.emulateNetworkConditions", slow)
    visitor.field("Cover image").set_input_files(file)
    bar = visitor.page.get_by_role("progressbar", name="Upload")
    visitor.wait_until(lambda: 0 < float(bar.evaluate("bar => bar.value")) < 1, "no progress is shown")
    visitor.button("Cancel").click()
    expect(visitor.dialog(book).get_by_role("status")).to_have_text("Cancelled")
    expect(bar).to_be_hidden()
    expect(visitor.page.get_by_role("img", name="Cover of")).to_be_hidden()


def test_a_thumbnail_that_takes_its_time_is_waited_for(visitor: Visitor, book: str, tmp_path: Path) -> None:
    answers = iter([202, 202])
    visitor.page.route(
        "**/thumbnail",
        lambda route: (
            route.fulfill(status=status, headers={"Retry-After": "1"}, json={"status": "pending"})
            if (status := next(answers, None))
            else route.continue_()
        ),
    )
    visitor.field("Cover image").set_input_files({"name": "x", "mimeType": "", "buffer": small_png()})
    expect(visitor.page.get_by_text("The thumbnail is being made…")).to_be_visible()
    assert natural_width(visitor.page, book) > 0


def small_png() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (20, 30), "navy").save(made, "PNG")
    return made.getvalue()
