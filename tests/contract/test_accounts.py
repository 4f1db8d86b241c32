"""Opening accounts: names, passwords, addresses, and what an answer may tell about them."""

import json
import random
import re
from typing import Any

import pytest

from tests.contract.client import PASSWORD, Api, User, assert_problem, locations, unique

# A name that nobody else takes must be long, but some rules are about short ones: letters of a large script.
HAN = range(0x4E00, 0x9FA5)


def han(length: int) -> str:
    """A name of `length` letters that is new for all practical purposes."""
    return "".join(chr(random.SystemRandom().choice(HAN)) for _ in range(length))


def test_a_new_account_is_shown_without_its_password(api: Api) -> None:
    name = unique("user")
    response = api.register(name)
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/json"
    account = response.json()
    assert set(account) == {"id", "username", "email", "created_at"}
    assert (account["username"], account["email"]) == (name, None)
    assert account["id"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", account["created_at"])


def test_a_new_account_is_what_me_shows(api: Api) -> None:
    name = unique("user")
    account = api.register(name, email=f"{name}@example.org").json()
    assert account["email"] == f"{name}@example.org"
    assert api.http.get("/auth/me", headers=api.session(name).auth).json() == account


@pytest.mark.parametrize("length", [3, 32])
def test_a_name_has_three_to_thirty_two_characters(api: Api, length: int) -> None:
    name = han(length)
    response = api.register(name)
    assert response.status_code == 201
    assert response.json()["username"] == name


@pytest.mark.parametrize("name", ["{}.a", "{}-a", "{}_a", "12{}", "{}\u00e9", ".{}", "{}-"], ids=ascii)
def test_a_name_is_of_letters_digits_dots_hyphens_and_underscores(api: Api, name: str) -> None:
    name = name.format(unique())
    assert api.register(name).json()["username"] == name


@pytest.mark.parametrize(
    "name",
    ["", "ab", "a" * 33, "a" * 31 + "\ufb00", "a" * 5000, "a b c", " abc", "abc ", "abc\n", "a/bc", "a@bc", "a,bc",
     "a+bc", "abc\u00a0", "ab\u200bc", "abc\x00", "a\U0001f4dabc", "<abc>", "a:bc", "a%bc", "a\\bc",
     "\u0430lice", "alic\u0435", "\u03b1lice", "abc\u3164", "abc\u115f", "a" + "\u0301\u0323" * 200],
    ids=lambda name: ascii(name)[:12],
)  # fmt: skip
def test_other_names_are_refused(api: Api, name: str) -> None:
    problem = assert_problem(api.register(name), 422, "invalid-input")
    assert locations(problem) == [["body", "username"]]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("{}ABC", "{}abc"),
        ("{}stra\u00dfe", "{}strasse"),
        ("{}\uff21\uff22\uff11", "{}ab1"),
        ("{}\u212a", "{}k"),
        ("{}\ufb01", "{}fi"),
        ("{}e\u0301", "{}\u00e9"),
    ],
    ids=ascii,
)
def test_a_name_has_one_form_and_every_spelling_of_it_is_taken(api: Api, sent: str, shown: str) -> None:
    stem = unique()
    sent, shown = sent.format(stem), shown.format(stem)
    assert api.register(sent).json()["username"] == shown
    for spelling in (shown, sent.upper()):
        assert_problem(api.register(spelling), 409, "username-taken")
    assert api.log_in(sent.upper()).status_code == 200


def test_the_forms_of_sigma_are_one(api: Api) -> None:
    stem = "".join(chr(0x3B1 + int(digit, 16)) for digit in unique("")[:16])
    assert api.register(f"{stem}\u03a3\u03c2").json()["username"] == f"{stem}\u03c3\u03c3"
    assert_problem(api.register(f"{stem}\u03c3\u03a3"), 409, "username-taken")


def test_a_taken_name_keeps_its_password_and_address(api: Api) -> None:
    name = unique("user")
    account = api.register(name, email=f"{name}@example.org").json()
    response = api.register(name, "a password by somebody else", email="else@example.org")
    assert_problem(response, 409, "username-taken")
    assert name not in response.text
    assert_problem(api.log_in(name, "a password by somebody else"), 401, "wrong-password")
    assert api.http.get("/auth/me", headers=api.session(name).auth).json() == account


@pytest.mark.parametrize(
    "password",
    ["8 chars.", "p" * 128, "\U0001f511" * 8, "\U0001f511" * 128, "  spaces around  ", "tab\tand\nline",
     "control \x7f\x01\x1b"],
    ids=lambda password: ascii(password)[:16],
)  # fmt: skip
def test_a_password_of_8_to_128_characters_of_any_kind_opens_a_session(api: Api, password: str) -> None:
    name = unique("user")
    assert api.register(name, password).status_code == 201
    assert api.log_in(name, password).status_code == 200


@pytest.mark.parametrize(
    "password",
    ["", "7 chars", "\U0001f511" * 7, "p" * 129, "p" * 100_000, "with\x00nul", 12345678, None, True,
     ["12345678"]],
    ids=lambda password: ascii(password)[:16],
)  # fmt: skip
def test_other_passwords_are_refused(api: Api, password: object) -> None:
    body = {"username": unique("user"), "password": password}
    problem = assert_problem(api.http.post("/auth/register", json=body), 422, "invalid-input")
    assert locations(problem) == [["body", "password"]]


def test_every_character_of_a_password_counts(api: Api) -> None:
    name = unique("user")
    password = "Aa" + "b" * 124 + "y "
    assert api.register(name, password).status_code == 201
    for wrong in (password[:-1], password[:-2] + "z ", password.lower(), "X" + password[1:]):
        assert_problem(api.log_in(name, wrong), 401, "wrong-password")


def test_a_password_may_come_in_either_unicode_form(api: Api) -> None:
    name = unique("user")
    assert api.register(name, "contrase\u00f1a").status_code == 201
    assert api.log_in(name, "contrasen\u0303a").status_code == 200


@pytest.mark.parametrize(
    "email",
    ["", "plain", "@example.org", "a@", "a@b", "a b@example.org", "a@exa mple.org", "a@example..org", "a@@example.org",
     "a@example.org\n", "a\x00@example.org", "a" * 250 + "@example.org", 5, True, ["a@example.org"]],
    ids=lambda email: ascii(email)[:16],
)  # fmt: skip
def test_what_is_no_address_is_refused(api: Api, email: object) -> None:
    problem = assert_problem(api.register(unique("user"), email=email), 422, "invalid-input")
    assert locations(problem) == [["body", "email"]]


@pytest.mark.parametrize("email", [None, "a.b+c@sub.example.org", "\u00e9t\u00e9@example.org"], ids=ascii)
def test_an_address_is_optional_and_need_not_be_ascii(api: Api, email: str | None) -> None:
    response = api.register(unique("user"), email=email)
    assert response.status_code == 201
    assert response.json()["email"] == email


def test_two_accounts_may_share_an_address(api: Api) -> None:
    email = f"{unique()}@example.org"
    responses = [api.register(unique("user"), email=email) for _ in range(2)]
    assert [response.status_code for response in responses] == [201, 201]


@pytest.mark.parametrize("field", ["username", "password", "email"])
def test_a_lone_surrogate_is_refused_in_every_text(api: Api, field: str) -> None:
    body = {"username": unique("user"), "password": PASSWORD} | {field: "\ud83d lone@example.org"}
    # As ASCII: UTF-8 has no way to say it.
    headers = {"Content-Type": "application/json"}
    response = api.http.post("/auth/register", content=json.dumps(body), headers=headers)
    problem = assert_problem(response, 422, "invalid-input")
    assert locations(problem) == [["body", field]]


@pytest.mark.parametrize("field", ["id", "is_admin", "created_at", "password_hash", "Username"])
def test_a_registration_takes_no_other_member(api: Api, field: str) -> None:
    body = {"username": unique("user"), "password": PASSWORD, field: 1}
    problem = assert_problem(api.http.post("/auth/register", json=body), 422, "invalid-input")
    assert locations(problem) == [["body", field]]


def test_a_registration_is_told_everything_that_is_wrong(api: Api) -> None:
    response = api.http.post("/auth/register", json={"email": "x", "username": "a"})
    problem = assert_problem(response, 422, "invalid-input")
    assert sorted(map(tuple, locations(problem))) == [("body", "email"), ("body", "password"), ("body", "username")]


def test_no_answer_shows_a_password_or_an_address_to_others(api: Api, alice: User) -> None:
    name = unique("user")
    email, password = f"{unique('mail')}@example.org", unique("secret ")
    answers = [api.register(name, password, email=email), api.log_in(name, password)]
    owner = User(name, answers[1].json()["access_token"], answers[1].json()["refresh_token"])
    answers.append(api.http.get("/auth/me", headers=owner.auth))
    book = api.new_book(owner)
    path = f"/books/{book['id']}"
    public: list[Any] = [
        api.register(name, PASSWORD),
        api.log_in(name),
        api.http.get(path),
        api.http.get("/books/", params={"author": book["author"]}),
        api.http.get(f"/books/author/{book['author']}"),
        api.http.put(path, json={}, headers=alice.auth),
        api.http.delete(path, headers=alice.auth),
        api.http.get("/auth/me", headers=alice.auth),
    ]
    for answer in answers + public:
        shown = answer.text + str(answer.headers)
        assert password not in shown
        assert "argon2" not in shown
        assert "password_hash" not in shown
    for answer in public:
        assert email not in answer.text + str(answer.headers)
