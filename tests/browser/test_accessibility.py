"""The page without a mouse, without eyes, in other colours and in other widths."""

from itertools import pairwise
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faint_texts, headings, nameless, roles
from tests.browser.visitor import Visitor
from tests.contract.client import Api, User, unique

VIEWS = ["", "#reading-list", "#librarian"]
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 4
# The narrowest that WCAG asks for, a telephone, a window at twice its size, and a window.
WIDTHS = [320, 390, 640, 1280]
FOCUSED = "document.activeElement.id || document.activeElement.innerText"


@pytest.fixture
def book(api: Api, alice: User) -> int:
    """A book whose texts are as long as they may be."""
    title = unique(f"{LONG_WORD} ") + " كتاب الحيوان 紅樓夢 " + "and so on " * 9
    author = ", ".join(f"Author Number{number}" for number in range(11))
    book = api.new_book(alice, title=title, author=author, category=LONG_WORD[:50], description=LONG_WORD * 5)
    return int(book["id"])


def open_book(visitor: Visitor, book: int) -> None:
    """Show the book, over the list that it leads."""
    visitor.open(f"/?sort=-id#books/{book}")
    expect(visitor.page.get_by_text("Added by")).to_be_visible()


def test_everything_that_can_be_used_has_a_name_and_the_headings_are_in_order(visitor: Visitor, book: int) -> None:
    for view in VIEWS:
        visitor.open(f"/?sort=-id{view}")
        visitor.page.wait_for_load_state("networkidle")
        assert nameless(visitor.page) == [], view
        levels = headings(visitor.page)
        assert levels[0] == 1, view
        assert levels.count(1) == 1, view
        assert all(after - before <= 1 for before, after in pairwise(levels)), view
        for landmark in ("banner", "navigation", "main", "contentinfo"):
            assert roles(visitor.page).count(landmark) == 1, (view, landmark)


def test_dialogs_have_names_and_keep_the_rest_of_the_page_out(visitor: Visitor, book: int) -> None:
    open_book(visitor, book)
    assert nameless(visitor.page) == []
    assert "navigation" not in roles(visitor.page)
    visitor.button("Close").click()
    visitor.button("Add a book").click()
    assert nameless(visitor.page) == []
    visitor.button("Cancel").click()
    visitor.button("Log in").click()
    assert nameless(visitor.page) == []


def test_a_keyboard_reaches_everything_in_order_and_is_never_trapped(visitor: Visitor) -> None:
    visitor.open("/?q=nothinglikeit")
    visitor.button("Clear the filters").wait_for()
    reached: list[str] = []
    while not reached or visitor.page.evaluate("document.activeElement !== document.body"):
        visitor.page.keyboard.press("Tab")
        reached.append(visitor.page.evaluate(FOCUSED))
        assert len(reached) < 40, reached
    masthead = ["Skip to the content", "Open Shelf", "Catalogue", "Reading list", "Librarian", "log-in", "theme"]
    filters = ["q", "category", "min_rating", "sort"]
    assert reached[:-1] == [*masthead, "add-book", *filters, "Clear the filters", "The API and its contract"]


def test_the_first_tab_offers_to_skip_to_the_content(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.keyboard.press("Tab")
    expect(visitor.link("Skip to the content")).to_be_in_viewport()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("main")).to_be_focused()


def test_the_whole_way_from_search_to_book_and_back_goes_by_keyboard(visitor: Visitor, api: Api, alice: User) -> None:
    title = unique("Keys ")
    api.new_book(alice, title=title)
    visitor.open()
    visitor.field("Search").focus()
    visitor.page.keyboard.type(title)
    expect(visitor.page.get_by_role("status").first).to_have_text("1 book")
    for _ in range(20):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate(FOCUSED) == title:
            break
    visitor.page.keyboard.press("Enter")
    expect(visitor.dialog(title).get_by_role("heading")).to_be_focused()
    visitor.page.keyboard.press("Escape")
    expect(visitor.link(title)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_in_both_themes(visitor: Visitor, scheme: Literal["light", "dark"], book: int) -> None:
    visitor.page.emulate_media(color_scheme=scheme)
    for view in VIEWS:
        visitor.open(f"/?sort=-id{view}")
        visitor.page.wait_for_load_state("networkidle")
        assert list(faint_texts(visitor.page)) == [], view
    open_book(visitor, book)
    assert list(faint_texts(visitor.page)) == []


def test_a_chosen_theme_is_kept_and_wins_over_the_system(visitor: Visitor) -> None:
    visitor.page.emulate_media(color_scheme="light")
    visitor.open()
    paper = "getComputedStyle(document.body).backgroundColor"
    light = visitor.page.evaluate(paper)
    visitor.button("Theme: system").click()
    visitor.button("Theme: light").click()
    dark = visitor.page.evaluate(paper)
    assert dark != light
    visitor.page.reload()
    expect(visitor.button("Theme: dark")).to_be_visible()
    assert visitor.page.evaluate(paper) == dark


def test_nothing_is_wider_than_the_window(visitor: Visitor, alice: User, book: int) -> None:
    visitor.log_in(alice)
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 800})
        for view in VIEWS:
            visitor.open(f"/?sort=-id{view}")
            visitor.page.wait_for_load_state("networkidle")
            assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, (width, view)
        open_book(visitor, book)
        assert visitor.dialog().evaluate("dialog => dialog.scrollWidth - dialog.clientWidth") <= 0, width


def test_who_wants_no_motion_gets_none(visitor: Visitor) -> None:
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.open()
    assert visitor.page.evaluate("getComputedStyle(document.querySelector('button')).transitionDuration") == "0s"
