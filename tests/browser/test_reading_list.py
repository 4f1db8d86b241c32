"""The reader's own list: adding, notes, what has been read, and a book that is gone."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor
from tests.contract.client import Api, User, unique, url


@pytest.fixture
def reader(visitor: Visitor, api: Api) -> Visitor:
    """The visitor, logged in."""
    visitor.log_in(api.new_user())
    return visitor


def put_on_list(reader: Visitor, api: Api, owner: User) -> dict[str, object]:
    """A book of `owner` that the reader has put on the list."""
    book = api.new_book(owner, title=unique("To read "))
    reader.open(f"/#books/{book['id']}")
    reader.button("Add to reading list").click()
    expect(reader.dialog().get_by_text("is on your reading list.")).to_be_visible()
    return book


def entry(reader: Visitor, book: dict[str, object]) -> Locator:
    return (
        reader.page.get_by_role("list", name="Reading list").get_by_role("listitem").filter(has_text=str(book["title"]))
    )


def test_an_entry_has_a_note_can_be_done_and_taken_off(reader: Visitor, api: Api, alice: User) -> None:
    book = put_on_list(reader, api, alice)
    reader.open("/#reading-list")
    found = entry(reader, book)
    found.get_by_role("textbox").fill("Lent by Ann.")
    found.get_by_role("button", name="Save note").click()
    expect(reader.page.get_by_text("Note saved.")).to_be_visible()
    found.get_by_role("checkbox").check()
    expect(found).to_have_class("entry is-done")
    reader.page.reload()
    expect(found.get_by_role("textbox")).to_have_value("Lent by Ann.")
    expect(found.get_by_role("checkbox")).to_be_checked()
    reader.page.get_by_label("To read", exact=True).check()
    expect(found).to_be_hidden()
    reader.page.get_by_label("All", exact=True).check()
    found.get_by_role("button", name="Remove").click()
    expect(reader.page.get_by_text("Nothing here yet")).to_be_visible()
    expect(reader.page.get_by_role("heading", name="Reading list")).to_be_focused()


def test_a_book_is_listed_once(reader: Visitor, api: Api, alice: User) -> None:
    reader.expect_refusal(409, "/todo/")
    put_on_list(reader, api, alice)
    reader.button("Add to reading list").click()
    expect(reader.dialog().get_by_text("is on your reading list already.")).to_be_visible()


def test_a_book_that_was_deleted_is_shown_as_such(reader: Visitor, api: Api, alice: User) -> None:
    book = put_on_list(reader, api, alice)
    api.http.delete(url(book), headers=alice.auth)
    reader.open("/#reading-list")
    expect(entry(reader, book)).to_contain_text("No longer in the catalogue")
    expect(entry(reader, book).get_by_role("link")).to_have_count(0)


def test_an_entry_leads_to_its_book_and_back(reader: Visitor, api: Api, alice: User) -> None:
    book = put_on_list(reader, api, alice)
    reader.open("/#reading-list")
    entry(reader, book).get_by_role("link").click()
    expect(reader.dialog(str(book["title"]))).to_be_visible()
    reader.page.keyboard.press("Escape")
    expect(entry(reader, book).get_by_role("link")).to_be_focused()


def test_a_stranger_is_asked_to_log_in(visitor: Visitor) -> None:
    visitor.open("/#reading-list")
    expect(visitor.page.get_by_text("Log in to see your reading list")).to_be_visible()
    visitor.page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(visitor.dialog("Log in")).to_be_visible()
