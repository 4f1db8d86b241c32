"""Finding books: search, filters, order, pages, addresses."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Route, expect

from tests.browser.visitor import Visitor
from tests.contract.client import Api, User, unique


@pytest.fixture
def shelf(api: Api, alice: User) -> str:
    """A category of its own with three books."""
    category = unique("shelf ")[:20]
    for title, rating, year in (("Ümlaut", 5, 2001), ("Zebra", 2, -300), ("Middle", 4, None)):
        api.new_book(alice, title=f"{title} {category}", category=category, rating=rating, published_year=year)
    return category


def query(visitor: Visitor) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visitor.page.url).query)


def show(visitor: Visitor, shelf: str, count: int = 3) -> None:
    visitor.open(f"/?category={shelf}")
    expect(visitor.page.get_by_role("status").first).to_have_text(f"{count} books")


def test_a_book_says_what_it_is(visitor: Visitor, shelf: str) -> None:
    show(visitor, shelf)
    assert visitor.titles() == [f"{title} {shelf}" for title in ("Ümlaut", "Zebra", "Middle")]
    zebra = visitor.page.get_by_role("listitem").filter(has_text="Zebra")
    expect(zebra).to_contain_text("300 BC")
    expect(zebra).to_contain_text("★★☆☆☆ 2 of 5")
    expect(visitor.page.get_by_role("listitem").filter(has_text="Middle")).to_contain_text("Year unknown")


def test_search_follows_what_is_typed_and_the_address_follows_the_search(visitor: Visitor, shelf: str) -> None:
    visitor.open()
    word = shelf.split()[1]
    visitor.field("Search").press_sequentially(f"umlaut {word}", delay=5)
    # On a busy machine what is typed half is searched for too.
    visitor.wait_until(lambda: query(visitor) == {"q": [f"umlaut {word}"]}, "the address does not follow the search")
    expect(visitor.page.get_by_role("status").first).to_have_text("1 book")
    assert visitor.titles() == [f"Ümlaut {shelf}"]
    visitor.fill("Search", word)
    expect(visitor.page.get_by_role("status").first).to_have_text("3 books")
    visitor.page.reload()
    expect(visitor.field("Search")).to_have_value(word)
    expect(visitor.page.get_by_role("status").first).to_have_text("3 books")


def test_an_answer_that_comes_late_does_not_replace_a_newer_one(visitor: Visitor, shelf: str) -> None:
    visitor.open()
    held: list[Route] = []
    visitor.page.route(re.compile(r"/books/\?q=zebra"), lambda route: held.append(route))
    visitor.fill("Search", f"zebra {shelf}")
    visitor.wait_until(lambda: bool(held), "the first search was never sent")
    visitor.fill("Search", f"middle {shelf}")
    expect(visitor.page.get_by_role("status").first).to_have_text("1 book")
    assert visitor.titles() == [f"Middle {shelf}"]
    assert held[0].request.failure, "the older request was not given up"


def test_filters_combine_and_back_takes_them_off_one_by_one(visitor: Visitor, shelf: str) -> None:
    visitor.open(f"/?q={shelf}")
    visitor.page.get_by_role("button", name=shelf).first.click()
    expect(visitor.field("Category")).to_have_value(shelf)
    visitor.field("Rated at least").select_option("4 of 5")
    expect(visitor.page.get_by_role("status").first).to_have_text("2 books")
    visitor.field("Sort by").select_option("Title, A to Z")
    visitor.wait_until(lambda: visitor.titles() == [f"{title} {shelf}" for title in ("Middle", "Ümlaut")], "not sorted")
    assert query(visitor) == {"q": [shelf], "category": [shelf], "min_rating": ["4"], "sort": ["title"]}
    visitor.page.go_back()
    expect(visitor.field("Sort by")).to_have_value("")
    visitor.page.go_back()
    expect(visitor.page.get_by_role("status").first).to_have_text("3 books")
    expect(visitor.field("Rated at least")).to_have_value("")


def test_more_brings_the_next_page_and_keeps_the_focus(visitor: Visitor, api: Api, alice: User) -> None:
    category = unique("many ")[:20]
    for number in range(41):
        api.new_book(alice, title=f"Book {number:02}", category=category)
    visitor.open(f"/?category={category}")
    status = visitor.page.get_by_role("status").first
    expect(status).to_have_text("The first 20 books")
    more = visitor.button("More books")
    more.focus()
    visitor.page.keyboard.press("Enter")
    expect(status).to_have_text("The first 40 books")
    expect(more).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(status).to_have_text("41 books")
    assert visitor.titles() == [f"Book {number:02}" for number in range(41)]
    expect(more).to_be_hidden()
    expect(visitor.link("Book 40")).to_be_focused()


def test_a_book_has_an_address_and_closing_it_goes_back_to_the_list(visitor: Visitor, shelf: str) -> None:
    show(visitor, shelf)
    listed = visitor.page.url
    visitor.link(f"Zebra {shelf}").click()
    dialog = visitor.dialog(f"Zebra {shelf}")
    expect(dialog).to_contain_text("300 BC")
    address = visitor.page.url
    assert re.search(r"#books/\d+$", address)
    visitor.button("Close").click()
    expect(dialog).to_be_hidden()
    visitor.wait_until(lambda: visitor.page.url == listed, "the address is not that of the list again")
    expect(visitor.link(f"Zebra {shelf}")).to_be_focused()
    visitor.page.go_forward()
    expect(dialog).to_be_visible()
    visitor.page.go_back()
    expect(dialog).to_be_hidden()
    visitor.page.goto("about:blank")
    visitor.page.goto(address)
    visitor.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_book_that_is_gone_says_so(visitor: Visitor) -> None:
    visitor.expect_refusal(404, "/books/")
    visitor.open("/#books/999999999")
    expect(visitor.dialog()).to_contain_text("This book is gone")


def test_a_search_without_results_says_what_to_do(visitor: Visitor, shelf: str) -> None:
    visitor.open(f"/?category={shelf}&q=nothinglikeit")
    expect(visitor.page.get_by_text("No book matches")).to_be_visible()
    visitor.button("Clear the filters").click()
    expect(visitor.field("Category")).to_have_value("")
    assert query(visitor) == {}
    expect(visitor.field("Search")).to_be_focused()


def test_a_search_that_the_server_refuses_is_explained_at_its_field(visitor: Visitor) -> None:
    visitor.expect_refusal(422, "/books/")
    visitor.open("/?q=%21%21")
    field = visitor.field("Search")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("A search has 1 to 10 words of letters or digits")


def test_a_server_that_does_not_answer_is_told_and_can_be_tried_again(visitor: Visitor, shelf: str) -> None:
    visitor.open()
    visitor.page.route(re.compile(r"/books/\?"), lambda route: route.abort())
    visitor.fill("Category", shelf)
    expect(visitor.page.get_by_text("The server does not answer")).to_be_visible()
    visitor.page.unroute_all()
    visitor.button("Try again").click()
    expect(visitor.page.get_by_role("status").first).to_have_text("3 books")
    assert [fault for fault in visitor.faults if "ERR_FAILED" in fault] == visitor.faults
    visitor.faults.clear()


def test_the_page_says_which_twin_serves_it(visitor: Visitor, twin: str) -> None:
    visitor.open()
    name = {"flask": "Flask", "fastapi": "FastAPI"}[twin]
    expect(visitor.page.get_by_role("contentinfo")).to_contain_text(f"Served by {name}.")
    expect(visitor.page.get_by_role("contentinfo").get_by_role("link")).to_have_attribute("href", "/docs")


def test_a_book_that_is_opened_while_the_search_goes_on_stays_open(visitor: Visitor, shelf: str) -> None:
    show(visitor, shelf)
    title = f"Zebra {shelf}"
    held: list[Route] = []
    visitor.page.route(re.compile(r"/books/\?q=zebra"), lambda route: held.append(route))
    visitor.fill("Search", "zebra")
    visitor.link(title).click()
    dialog = visitor.dialog(title)
    expect(dialog.get_by_role("heading")).to_be_focused()
    visitor.wait_until(lambda: bool(held), "the search was never sent")
    held[0].continue_()
    expect(visitor.page.get_by_role("status", include_hidden=True).first).to_have_text("1 book")
    # Longer than typing may pause.
    visitor.page.wait_for_timeout(400)
    expect(dialog).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(visitor.link(title)).to_be_focused()
    assert len(held) == 1
    assert visitor.titles() == [title]


def test_the_focus_stays_with_its_book_when_the_list_is_read_again(visitor: Visitor, shelf: str) -> None:
    visitor.open(f"/?q={shelf}")
    tag = visitor.page.get_by_role("listitem").filter(has_text="Zebra").get_by_role("button")
    tag.focus()
    visitor.page.keyboard.press("Enter")
    visitor.wait_until(lambda: query(visitor) == {"q": [shelf], "category": [shelf]}, "the category is no filter")
    expect(visitor.page.get_by_role("status").first).to_have_text("3 books")
    expect(tag).to_be_focused()


def test_the_focus_goes_to_the_heading_when_its_book_is_not_in_the_list_any_more(visitor: Visitor, shelf: str) -> None:
    show(visitor, shelf)
    held: list[Route] = []
    visitor.page.route(re.compile(r"/books/\?q=middle"), lambda route: held.append(route))
    visitor.fill("Search", "middle")
    visitor.link(f"Zebra {shelf}").focus()
    visitor.wait_until(lambda: bool(held), "the search was never sent")
    held[0].continue_()
    expect(visitor.page.get_by_role("status").first).to_have_text("1 book")
    expect(visitor.page.get_by_role("heading", name="Catalogue")).to_be_focused()
