"""The conversation with the librarian."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor
from tests.contract.client import Api, User, unique


@pytest.fixture
def reader(visitor: Visitor, bob: User) -> Visitor:
    """The visitor, logged in, in front of the librarian."""
    visitor.log_in(bob)
    visitor.open("/#librarian")
    return visitor


def ask(reader: Visitor, question: str) -> Locator:
    """Ask; returns the last turn of the conversation."""
    reader.fill("Your question", question)
    reader.page.keyboard.press("Enter")
    log = reader.page.get_by_role("log")
    expect(log).to_contain_text(question)
    return log.locator(":scope > :last-child")


def test_an_answer_names_books_that_can_be_opened(reader: Visitor, api: Api, alice: User) -> None:
    author = f"{unique('Quill')} Penn"
    book = api.new_book(alice, author=author)
    answer = ask(reader, f"What did {author} write?")
    link = answer.get_by_role("link", name=book["title"])
    expect(link).to_be_visible()
    expect(answer).not_to_have_attribute("aria-busy", "true")
    expect(reader.field("Your question")).to_have_value("")
    link.click()
    expect(reader.dialog(book["title"])).to_be_visible()
    reader.page.keyboard.press("Escape")
    expect(link).to_be_focused()


def test_an_answer_is_shown_while_it_comes_and_can_be_stopped(reader: Visitor) -> None:
    answer = ask(reader, "stand-in: tokens=1000 rate=20")
    expect(answer).to_contain_text("word1 word2")
    expect(answer).to_have_attribute("aria-busy", "true")
    reader.button("Stop").click()
    expect(answer).to_contain_text("Stopped.")
    expect(answer).not_to_have_attribute("aria-busy", "true")
    expect(reader.button("Stop")).to_be_hidden()
    expect(reader.field("Your question")).to_be_focused()


def test_an_answer_that_breaks_off_says_so(reader: Visitor) -> None:
    answer = ask(reader, "stand-in: tokens=3 then=cut")
    expect(answer).to_contain_text("word2")
    expect(answer.locator(".problem")).to_be_visible()


def test_a_question_that_is_too_long_is_explained_at_its_field(reader: Visitor) -> None:
    reader.expect_refusal(422, "/chat$")
    reader.fill("Your question", "why " * 1000)
    reader.button("Ask").click()
    expect(reader.field("Your question")).to_have_attribute("aria-invalid", "true")
    expect(reader.field("Your question")).to_be_focused()


def test_a_question_to_begin_with_is_one_press_away(reader: Visitor) -> None:
    reader.button("How many books are there?").click()
    expect(reader.page.get_by_role("log")).to_contain_text("How many books are there?")
    expect(reader.field("Your question")).to_be_focused()
