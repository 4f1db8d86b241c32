"""The whole catalogue in one answer, as lines of JSON or as a table."""

import csv
import io
import json
from typing import Any

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, unique, url
from tests.contract.routes import NDJSON

CSV = "text/csv; charset=utf-8"
COLUMNS = [
    "id", "title", "author", "category", "description", "rating", "published_year",
    "owner", "version", "created_at", "updated_at",
]  # fmt: skip
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''-x", "＝1"]


def export(api: Api, accept: str) -> httpx2.Response:
    response = api.http.get("/books/export", headers={"Accept": accept})
    assert response.status_code == 200, response.text
    return response


def documents(api: Api) -> list[dict[str, Any]]:
    """All the books, in the order in which they are exported."""
    return [json.loads(line) for line in export(api, NDJSON).content.splitlines()]


def rows(api: Api) -> list[dict[str, str]]:
    """All the rows of the table."""
    return list(csv.DictReader(io.StringIO(export(api, CSV).text, newline=""), strict=True))


def row_of(api: Api, book: dict[str, Any]) -> dict[str, str]:
    """The row of one book."""
    return next(row for row in rows(api) if row["id"] == str(book["id"]))


def test_a_line_of_an_export_is_the_book_as_it_is_read_by_its_id(api: Api, alice: User) -> None:
    book = api.new_book(alice, title='Café "📚"\n', description="\u2028 a\tb", published_year=None)
    single = api.http.get(url(book)).content
    assert single + b"\n" in export(api, NDJSON).content.splitlines(keepends=True)


def test_an_export_has_every_book_once_in_the_order_of_ids(api: Api, alice: User) -> None:
    author = unique("Author ")
    made = [api.new_book(alice, author=author)["id"] for _ in range(3)]
    ids = [book["id"] for book in documents(api)]
    assert ids == sorted(set(ids))
    assert [book["id"] for book in documents(api) if book["author"] == author] == made


def test_a_table_has_the_members_of_a_book_as_columns(api: Api, alice: User) -> None:
    book = api.new_book(alice, title='a "b", c', description="two\r\nlines", published_year=-44)
    assert export(api, CSV).text.startswith(",".join(COLUMNS) + "\r\n")
    assert row_of(api, book) == {name: str(value) for name, value in book.items()}


def test_a_year_that_is_not_known_is_an_empty_cell(api: Api, alice: User) -> None:
    assert row_of(api, api.new_book(alice, published_year=None))["published_year"] == ""


@pytest.mark.parametrize("member", ["title", "author", "category", "description"])
def test_no_text_of_a_table_is_a_formula_for_a_spreadsheet(api: Api, alice: User, member: str) -> None:
    made = {api.new_book(alice, **{member: text})["id"]: text for text in FORMULAS}
    found = {int(row["id"]): row[member] for row in rows(api) if int(row["id"]) in made}
    assert found == {book_id: f"'{text}" for book_id, text in made.items()}


def test_numbers_of_a_table_stay_numbers(api: Api, alice: User) -> None:
    assert row_of(api, api.new_book(alice, published_year=-44))["published_year"] == "-44"


def test_lines_of_json_are_left_as_they_are(api: Api, alice: User) -> None:
    book = api.new_book(alice, title="=1+1")
    assert next(found for found in documents(api) if found["id"] == book["id"]) == book


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", NDJSON),
        ("", NDJSON),
        (NDJSON, NDJSON),
        ("text/csv", CSV),
        ("text/*", CSV),
        ("TEXT/CSV; charset=UTF-8", CSV),
        ("text/csv, application/x-ndjson;q=0.9", CSV),
        ("text/csv;q=0.1, application/*", NDJSON),
        ("application/x-ndjson;q=0, */*;q=0.1", CSV),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", NDJSON),
    ],
)
def test_the_client_chooses_the_form(api: Api, accept: str, media_type: str) -> None:
    assert export(api, accept).headers["content-type"] == media_type


def test_a_client_that_says_nothing_gets_lines_of_json(api: Api) -> None:
    assert raw.ask(api, "GET", "/books/export").headers["content-type"] == NDJSON


def test_two_accept_headers_are_one(api: Api) -> None:
    response = raw.ask(api, "GET", "/books/export", ["Accept: application/x-ndjson;q=0.5", "Accept: text/csv"])
    assert response.headers["content-type"] == CSV


@pytest.mark.parametrize("accept", ["text/html", "application/json", "*/*;q=0", "text/csv; charset=latin-1", ";"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_form_that_there_is_not_is_406(api: Api, method: str, accept: str) -> None:
    response = api.http.request(method, "/books/export", headers={"Accept": accept})
    assert response.status_code == 406
    assert response.headers["vary"] == "Accept"
    if method == "GET":
        assert_problem(response, 406, "not-acceptable")


@pytest.mark.parametrize(("accept", "name"), [(NDJSON, "books.ndjson"), (CSV, "books.csv")])
def test_an_export_is_a_file_whose_length_nobody_knows_before(api: Api, accept: str, name: str) -> None:
    response = export(api, accept)
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert response.headers["vary"] == "Accept"
    assert response.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in response.headers


@pytest.mark.parametrize("accept", [NDJSON, CSV])
def test_a_head_says_what_an_export_would_be(api: Api, accept: str) -> None:
    response = api.http.head("/books/export", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == accept
    assert "content-length" not in response.headers


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_the_word_of_an_export_is_no_id(api: Api, alice: User, method: str) -> None:
    response = api.http.request(method, "/books/export", headers=alice.auth)
    assert_problem(response, 405, "method-not-allowed")


@pytest.mark.parametrize("name", ["exports", "export-x", "Export", "xexport", "important"])
def test_words_that_resemble_them_are_wrong_ids(api: Api, name: str) -> None:
    assert_problem(api.http.get(f"/books/{name}"), 422, "invalid-input")
