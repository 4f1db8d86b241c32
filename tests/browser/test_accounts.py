"""Who is logged in: opening an account, logging in and out, and a session that ends elsewhere."""

import re

from playwright.sync_api import Route, expect

from tests.browser.visitor import Visitor
from tests.contract.client import PASSWORD, Api, User, book_fields, unique


def test_an_account_is_opened_used_and_left(visitor: Visitor) -> None:
    visitor.open()
    name = visitor.register()
    expect(visitor.dialog()).to_be_hidden()
    visitor.page.reload()
    expect(visitor.page.get_by_text(name, exact=True)).to_be_visible()
    assert visitor.page.evaluate("document.cookie") == "", "a script can read the session"
    visitor.button("Log out").click()
    expect(visitor.button("Log in")).to_be_focused()
    visitor.page.reload()
    expect(visitor.button("Log in")).to_be_visible()
    assert not visitor.page.context.cookies()


def test_wrong_values_are_explained_at_their_fields(visitor: Visitor) -> None:
    visitor.expect_refusal(422, "/auth/register")
    visitor.open()
    visitor.button("Log in").click()
    visitor.button("Open an account").click()
    visitor.fill("Username", "a b")
    visitor.fill("Password", "short")
    visitor.fill("E-mail", "nonsense")
    visitor.dialog().get_by_role("button", name="Open an account").click()
    expect(visitor.field("Username")).to_be_focused()
    for label, words in {"Username": "3 to 32", "Password": "at least 8", "E-mail": "valid e-mail"}.items():
        described = visitor.field(label).get_attribute("aria-describedby")
        expect(visitor.page.locator(f"#{described}")).to_contain_text(words)
    visitor.fill("Username", "somebody")
    expect(visitor.field("Username")).not_to_have_attribute("aria-invalid", "true")


def test_a_taken_name_and_a_wrong_password_are_told_in_words(visitor: Visitor, alice: User) -> None:
    visitor.expect_refusal(409, "/auth/register")
    visitor.expect_refusal(401, "/auth/session")
    visitor.open()
    visitor.button("Log in").click()
    visitor.fill("Username", alice.username)
    visitor.fill("Password", "not the password")
    visitor.page.keyboard.press("Enter")
    expect(visitor.dialog().get_by_role("alert")).to_have_text("The username or the password is wrong.")
    visitor.button("Open an account").click()
    visitor.fill("Password", PASSWORD)
    visitor.dialog().get_by_role("button", name="Open an account").click()
    expect(visitor.dialog().get_by_role("alert")).to_contain_text("is taken")


def test_who_acts_before_the_server_has_said_who_they_are_is_not_asked_to_log_in(visitor: Visitor, bob: User) -> None:
    held: list[Route] = []
    visitor.page.route(re.compile("/auth/session$"), lambda route: held.append(route))
    visitor.log_in(bob)
    visitor.open("/#librarian")
    visitor.wait_until(lambda: bool(held), "nobody asked who is logged in")
    visitor.fill("Your question", "How many books are there?")
    visitor.button("Ask").click()
    expect(visitor.button("Stop")).to_be_visible()
    expect(visitor.dialog()).to_be_hidden()
    held[0].continue_()
    expect(visitor.page.get_by_role("log")).to_contain_text("How many books are there?")


def test_whoever_is_not_logged_in_logs_in_first_and_goes_on(visitor: Visitor, api: Api, alice: User) -> None:
    title = unique("Wanted ")
    visitor.open()
    visitor.button("Add a book").click()
    visitor.fill("Title", title)
    visitor.fill("Author", "Somebody")
    visitor.fill("Category", "test")
    visitor.button("Save").click()
    expect(visitor.dialog("Log in")).to_contain_text("what you typed is still here")
    visitor.fill("Username", alice.username)
    visitor.fill("Password", PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.dialog(title)).to_be_visible()
    assert [book["owner"] for book in api.page(q=title)["items"]] == [alice.username]


def test_a_session_that_ended_elsewhere_loses_nothing_that_was_typed(visitor: Visitor, api: Api) -> None:
    visitor.expect_refusal(401, "/books/")
    visitor.open()
    name = visitor.register()
    visitor.button("Add a book").click()
    fields = book_fields(description="A long text.")
    for label in ("Title", "Author", "Category", "Description"):
        visitor.fill(label, fields[label.lower()])
    end_session(visitor, api)
    visitor.button("Save").click()
    expect(visitor.dialog("Log in")).to_contain_text("Your session has ended")
    visitor.page.keyboard.press("Escape")
    expect(visitor.field("Description")).to_have_value("A long text.")
    visitor.button("Save").click()
    visitor.fill("Username", name)
    visitor.fill("Password", PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.dialog(fields["title"])).to_contain_text("A long text.")


def test_logging_out_in_one_tab_shows_in_the_other(visitor: Visitor) -> None:
    visitor.open()
    visitor.register()
    other = visitor.page.context.new_page()
    other.goto(visitor.page.url)
    other.get_by_role("button", name="Log out").click()
    expect(visitor.button("Log in")).to_be_visible()


def end_session(visitor: Visitor, api: Api) -> None:
    """Log out from elsewhere, as another device with the same session would."""
    [cookie] = visitor.page.context.cookies()
    response = api.http.delete("/auth/session", headers={"Cookie": f"{cookie.get('name')}={cookie.get('value')}"})
    assert response.status_code == 204
