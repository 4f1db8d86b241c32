"""Adding, changing and deleting books."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.contract.client import PASSWORD, Api, User, unique, url


class Owner:
    """The visitor, logged in, with one book."""

    def __init__(self, visitor: Visitor, api: Api) -> None:
        self.visitor = visitor
        self.user = api.new_user()
        visitor.log_in(self.user)
        self.book = api.new_book(self.user, title=unique("Mine "), description="First words.")

    def open(self) -> None:
        """Show the book."""
        self.visitor.open(f"/#books/{self.book['id']}")
        expect(self.visitor.dialog(self.book["title"])).to_be_visible()

    def edit(self) -> None:
        """Show the book in the form."""
        self.open()
        self.visitor.button("Edit").click()


@pytest.fixture
def owner(visitor: Visitor, api: Api) -> Owner:
    return Owner(visitor, api)


def test_a_book_is_added_with_everything_it_has(owner: Owner, visitor: Visitor, api: Api) -> None:
    title = unique("Odyssey ")
    visitor.open()
    visitor.button("Add a book").click()
    expect(visitor.field("Title")).to_be_focused()
    for label, text in {"Title": title, "Author": "Ὅμηρος", "Category": "epic", "Year": "-725"}.items():
        visitor.fill(label, text)
    visitor.field("Rating").select_option("5 of 5")
    visitor.fill("Description", "Home,\nslowly.")
    visitor.button("Save").click()
    expect(visitor.dialog(title)).to_contain_text("725 BC")
    [book] = api.page(q=title)["items"]
    expected = {
        "author": "Ὅμηρος",
        "category": "epic",
        "published_year": -725,
        "rating": 5,
        "owner": owner.user.username,
    }
    assert {name: book[name] for name in expected} == expected
    assert book["description"] == "Home,\nslowly."


def test_values_that_the_server_refuses_are_explained_at_their_fields(owner: Owner, visitor: Visitor) -> None:
    visitor.expect_refusal(422, "/books/")
    visitor.open()
    visitor.button("Add a book").click()
    visitor.fill("Title", "x" * 301)
    visitor.fill("Author", "  ")
    visitor.fill("Year", "long ago")
    visitor.button("Save").click()
    expect(visitor.field("Title")).to_be_focused()
    for label, words in {"Title": "300", "Author": "white space", "Category": "at least 1", "Year": "integer"}.items():
        described = visitor.field(label).get_attribute("aria-describedby")
        expect(visitor.page.locator(f"#{described}")).to_contain_text(words)


def test_a_change_shows_at_once_in_the_book_and_in_the_list(owner: Owner, visitor: Visitor) -> None:
    visitor.open(f"/?q={owner.book['title']}")
    visitor.link(owner.book["title"]).click()
    visitor.button("Edit").click()
    changed = unique("Changed ")
    visitor.fill("Title", changed)
    visitor.button("Save").click()
    expect(visitor.dialog(changed)).to_be_visible()
    visitor.button("Close").click()
    expect(visitor.link(changed)).to_be_visible()


@pytest.mark.parametrize("choice", ["Save mine", "Take theirs"])
def test_a_change_in_between_is_shown_and_one_of_both_is_chosen(
    owner: Owner, visitor: Visitor, api: Api, choice: str
) -> None:
    visitor.expect_refusal(412, "/books/")
    owner.edit()
    visitor.fill("Description", "My words.")
    api.http.patch(url(owner.book), json={"description": "Their words."}, headers=owner.user.auth)
    visitor.button("Save").click()
    alert = visitor.dialog().get_by_role("alert").filter(has_text="Somebody changed this book")
    expect(alert.get_by_role("row").filter(has_text="Description")).to_contain_text("My words.Their words.")
    assert api.read(owner.book)["description"] == "Their words."
    visitor.button(choice).click()
    if choice == "Take theirs":
        expect(visitor.field("Description")).to_have_value("Their words.")
        visitor.button("Save").click()
    expect(visitor.field("Description")).to_be_hidden()
    assert api.read(owner.book)["description"] == ("My words." if choice == "Save mine" else "Their words.")


def test_escape_does_not_throw_away_what_was_typed(owner: Owner, visitor: Visitor) -> None:
    owner.edit()
    visitor.fill("Description", "Nearly lost.")
    visitor.page.once("dialog", lambda question: question.dismiss())
    visitor.page.keyboard.press("Escape")
    expect(visitor.field("Description")).to_have_value("Nearly lost.")


def test_deleting_waits_for_second_thoughts_and_undo_is_exact(owner: Owner, visitor: Visitor, api: Api) -> None:
    visitor.page.clock.install()
    visitor.open(f"/?q={owner.book['title']}#books/{owner.book['id']}")
    visitor.button("Delete").click()
    expect(visitor.button("Undo")).to_be_focused()
    expect(visitor.link(owner.book["title"])).to_be_hidden()
    visitor.page.keyboard.press("Enter")
    expect(visitor.link(owner.book["title"])).to_be_focused()
    visitor.page.clock.run_for(60_000)
    assert api.read(owner.book) == owner.book


def test_a_deleted_book_is_gone_after_a_few_seconds(owner: Owner, visitor: Visitor, api: Api) -> None:
    visitor.page.clock.install()
    owner.open()
    visitor.button("Delete").click()
    expect(visitor.button("Undo")).to_be_visible()
    visitor.page.clock.run_for(10_000)
    expect(visitor.button("Undo")).to_be_hidden()
    visitor.wait_until(lambda: api.http.get(url(owner.book)).status_code == 404, "the book is still there")


def test_leaving_the_page_deletes_at_once_what_was_about_to_be(owner: Owner, visitor: Visitor, api: Api) -> None:
    owner.open()
    visitor.button("Delete").click()
    expect(visitor.button("Undo")).to_be_visible()
    assert api.http.get(url(owner.book)).status_code == 200
    visitor.page.goto("about:blank")
    visitor.wait_until(lambda: api.http.get(url(owner.book)).status_code == 404, "the book is still there")


def test_a_book_that_was_changed_in_between_is_not_deleted(owner: Owner, visitor: Visitor, api: Api) -> None:
    visitor.expect_refusal(412, "/books/")
    visitor.page.clock.install()
    visitor.open(f"/?q={owner.book['title']}#books/{owner.book['id']}")
    visitor.button("Delete").click()
    api.http.patch(url(owner.book), json={"rating": 1}, headers=owner.user.auth)
    visitor.page.clock.run_for(10_000)
    expect(visitor.page.get_by_text(re.compile("Precondition failed"))).to_be_visible()
    expect(visitor.link(owner.book["title"])).to_be_visible()
    assert api.read(owner.book)["version"] == 2


def test_only_the_owner_is_offered_to_change_a_book(visitor: Visitor, api: Api, alice: User) -> None:
    book = api.new_book(alice)
    visitor.open(f"/#books/{book['id']}")
    expect(visitor.button("Add to reading list")).to_be_visible()
    expect(visitor.button("Edit")).to_be_hidden()
    visitor.button("Close").click()
    visitor.button("Log in").click()
    visitor.fill("Username", alice.username)
    visitor.fill("Password", PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.button("Log out")).to_be_visible()
    visitor.open(f"/#books/{book['id']}")
    expect(visitor.button("Edit")).to_be_visible()
