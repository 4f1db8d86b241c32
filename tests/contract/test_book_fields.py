"""What each field of a book may hold, on every route that writes books."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.contract.client import Api, User, assert_problem, book_fields, locations, unique, url

Write = Callable[..., httpx2.Response]

LONGEST = {"title": 300, "author": 200, "category": 50, "description": 5000}
TEXTS = [*LONGEST]
NOT_EMPTY = ["title", "author", "category"]
NUMBERS = ["rating", "published_year"]
# Values that would do, so that nothing is wrong with them but that they were sent.
SERVER_MADE = {
    "id": 2**40,
    "owner": "somebody",
    "version": 7,
    "created_at": "2026-01-31T12:00:00Z",
    "updated_at": "2026-01-31T12:00:00Z",
}
UNUSUAL_TEXTS = {
    "accents-composed": "Caf\u00e9 Ang\u00e9lique",
    "accents-decomposed": "Cafe\u0301 Ange\u0301lique",
    "compatibility-forms": "\ufb01ve \u2460 \uff37\uff29\uff24\uff25 \u2126",
    "emoji-joined": "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f4\u200d\u2620\ufe0f",
    "right-to-left": "\u202b\u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0633\u0644\u0627\u0645\u202c",
    "space-around": "  two before, one after ",
    "line-breaks": "one\r\ntwo\nthree\u2028four\ttab",
    "control-characters": "bell \x07 escape \x1b delete \x7f",
    "byte-order-mark": "\ufeffmark",
    "noncharacter": "\uffff and \U0010ffff",
    "markup": "<script>alert('&amp;')</script>",
    "sql": "Robert'); DROP TABLE books; -- \\' %s %(x)s :name",
    "format": "{0} {title} %d $1 `id`",
    "escapes": '\\u0041 \\n " / \\\\',
}


@pytest.fixture(params=["POST", "PUT", "PATCH"])
def write(request: pytest.FixtureRequest, api: Api, alice: User) -> Write:
    """Sends a book with the fields given by one of the writing routes."""
    method: str = request.param

    def send(**fields: Any) -> httpx2.Response:
        target = "/books/" if method == "POST" else url(api.new_book(alice))
        # As ASCII, so that a lone surrogate, too, can be sent: as an escape.
        body = json.dumps(fields if method == "PATCH" else book_fields(**fields))
        headers = {**alice.auth, "Content-Type": "application/json"}
        return api.http.request(method, target, content=body, headers=headers)

    return send


def assert_stored(api: Api, response: httpx2.Response, field: str, value: object) -> None:
    assert response.status_code in {200, 201}, response.text
    answered = response.json()
    assert answered[field] == value
    assert type(answered[field]) is type(value)
    assert api.read(answered) == answered


def assert_refused(response: httpx2.Response, *fields: str) -> None:
    problem = assert_problem(response, 422, "invalid-input")
    assert locations(problem) == [["body", field] for field in fields]


@pytest.mark.parametrize("field", TEXTS)
def test_a_text_of_the_greatest_length_is_kept(api: Api, write: Write, field: str) -> None:
    text = "w" * LONGEST[field]
    assert_stored(api, write(**{field: text}), field, text)


@pytest.mark.parametrize("field", TEXTS)
def test_length_is_counted_in_characters_not_in_bytes_or_utf_16_units(api: Api, write: Write, field: str) -> None:
    text = "\U0001f4da" * LONGEST[field]
    assert_stored(api, write(**{field: text}), field, text)


@pytest.mark.parametrize("character", ["w", "\U0001f4da"], ids=["ascii", "astral"])
@pytest.mark.parametrize("field", TEXTS)
def test_a_text_longer_by_one_character_is_refused(write: Write, field: str, character: str) -> None:
    assert_refused(write(**{field: character * (LONGEST[field] + 1)}), field)


@pytest.mark.parametrize("field", NOT_EMPTY)
def test_a_text_of_one_character_is_kept(api: Api, write: Write, field: str) -> None:
    assert_stored(api, write(**{field: "\u00e6"}), field, "\u00e6")


@pytest.mark.parametrize("text", ["", " ", "\t\r\n", "\u00a0\u2003\u3000"], ids=ascii)
@pytest.mark.parametrize("field", NOT_EMPTY)
def test_an_empty_or_blank_text_is_refused(write: Write, field: str, text: str) -> None:
    assert_refused(write(**{field: text}), field)


@pytest.mark.parametrize("text", ["", " \n "], ids=ascii)
def test_a_description_may_be_empty_or_blank(api: Api, write: Write, text: str) -> None:
    assert_stored(api, write(description=text), "description", text)


@pytest.mark.parametrize("text", UNUSUAL_TEXTS.values(), ids=UNUSUAL_TEXTS.keys())
@pytest.mark.parametrize("field", TEXTS)
def test_a_text_is_kept_exactly_as_sent(api: Api, alice: User, field: str, text: str) -> None:
    assert_stored(api, api.add(alice, **{field: text}), field, text)


@pytest.mark.parametrize("text", UNUSUAL_TEXTS.values(), ids=UNUSUAL_TEXTS.keys())
def test_a_text_is_kept_exactly_by_every_writing_route(api: Api, write: Write, text: str) -> None:
    assert_stored(api, write(title=text), "title", text)


@pytest.mark.parametrize("text", ["nul \x00 inside", "\x00", "lone \ud83d high", "lone \udcda low"], ids=ascii)
@pytest.mark.parametrize("field", TEXTS)
def test_a_text_that_no_database_can_keep_is_refused(write: Write, field: str, text: str) -> None:
    assert_refused(write(**{field: text}), field)


@pytest.mark.parametrize("value", [5, 1.5, True, None, ["a"], {"a": "b"}], ids=repr)
@pytest.mark.parametrize("field", TEXTS)
def test_a_text_must_be_a_json_string(write: Write, field: str, value: object) -> None:
    assert_refused(write(**{field: value}), field)


@pytest.mark.parametrize("rating", [1, 2, 3, 4, 5])
def test_each_rating_from_one_to_five_is_kept(api: Api, write: Write, rating: int) -> None:
    assert_stored(api, write(rating=rating), "rating", rating)


@pytest.mark.parametrize("rating", [0, 6, -1, 2**31, 2**63, 10**30, -(10**30)])
def test_a_rating_beyond_one_to_five_is_refused(write: Write, rating: int) -> None:
    assert_refused(write(rating=rating), "rating")


def test_a_rating_is_never_null(write: Write) -> None:
    assert_refused(write(rating=None), "rating")


@pytest.mark.parametrize("year", [-9999, -1, 0, 1, 1999, 9999])
def test_years_of_both_eras_are_kept(api: Api, write: Write, year: int) -> None:
    assert_stored(api, write(published_year=year), "published_year", year)


def test_a_year_may_be_unknown(api: Api, write: Write) -> None:
    assert_stored(api, write(published_year=None), "published_year", None)


@pytest.mark.parametrize("year", [-10000, 10000, 2**15, 2**31, 2**63, 10**30])
def test_a_year_out_of_range_is_refused(write: Write, year: int) -> None:
    assert_refused(write(published_year=year), "published_year")


@pytest.mark.parametrize("value", ["3", 3.0, 2.5, True, False, "", [3], {"3": 3}], ids=repr)
@pytest.mark.parametrize("field", NUMBERS)
def test_a_number_must_be_a_json_integer(write: Write, field: str, value: object) -> None:
    assert_refused(write(**{field: value}), field)


@pytest.mark.parametrize("field", SERVER_MADE)
def test_what_the_server_makes_cannot_be_sent(write: Write, field: str) -> None:
    assert_refused(write(**{field: SERVER_MADE[field]}), field)


@pytest.mark.parametrize("field", ["subtitle", "Title", "title ", "__proto__", "owner_id", "search_text"])
def test_an_unknown_field_is_refused(write: Write, field: str) -> None:
    problem = assert_problem(write(**{field: "x"}), 422, "invalid-input")
    assert len(problem["errors"]) == 1
    assert problem["errors"][0]["loc"][0] == "body"


def test_all_invalid_fields_are_named_at_once(write: Write) -> None:
    response = write(title="", author=7, category="c" * 51, description=None, rating=6, published_year="x")
    assert_refused(response, "title", "author", "category", "description", "rating", "published_year")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_with_one_invalid_field_changes_nothing(api: Api, alice: User, method: str) -> None:
    book = api.new_book(alice)
    fields = book_fields(title=unique(), rating=6)
    assert_refused(api.http.request(method, url(book), json=fields, headers=alice.auth), "rating")
    assert api.read(book) == book
