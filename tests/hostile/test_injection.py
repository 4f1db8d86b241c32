"""Texts that are code somewhere: in SQL, patterns, templates, shells, headers, events and tables."""

import csv
import io
import json
from urllib.parse import quote

import pytest

from tests.contract import raw
from tests.contract.client import Api, User, book_fields, fields_of, unique
from tests.contract.events import events
from tests.contract.routes import JSON

CODE = [
    "' OR '1'='1", "'; DROP TABLE books; --", "\" OR 1=1 --", "x' UNION SELECT password_hash FROM users --",
    "1) OR (1=1",
    "'||(SELECT pg_sleep(9))||'", "\\' OR 1=1 --", "%", "_", "*", "[a-z]*", "a%' ESCAPE '", ".*", "(a+)+$",
    "{{7*7}}", "${7*7}",
    "<%= 7*7 %>", "#{7*7}", "{0.__class__.__mro__}", "%s%s%n", "%(password)s", "$(id)", "`id`", "| id", "&& id",
    "<script>",
    "<img src=x onerror=alert(1)>", "javascript:alert(1)", "../../etc/passwd", "file:///etc/passwd", "=1+1", "@SUM(1)",
    "http://127.0.0.1:9/", "*)(uid=*))(|(uid=*", "//*[1=1]", "<!ENTITY x SYSTEM 'file:///etc/passwd'>", "\\x00",
    "a\\u0000b",
    "rO0ABXNyAA==", "!!python/object/apply:os.system ['id']", "\u202egnp.exe", "\ufeff", "\u2028a",
    "a\r\nSet-Cookie: a=b",
]  # fmt: skip


def test_code_is_kept_as_the_text_that_it_is(api: Api, alice: User) -> None:
    for code in CODE:
        fields = book_fields(title=code, author=f"{unique()} {code}", description=code)
        book = api.new_book(alice, **fields)
        assert fields_of(api.read(book)) == fields


def test_code_finds_what_it_is_and_nothing_else(api: Api, alice: User) -> None:
    """Filter, path and search each take it for a name; with wildcards they would find the second book too."""
    for code in CODE[::2]:
        category = unique()
        book = api.new_book(alice, author=code, category=category)
        api.new_book(alice, author=f"x{code}x y", category=category)
        assert api.page(author=code, category=category)["items"] == [book]
        # No path has a line break in it.
        if "\n" not in code:
            path = f"/books/author/{quote(code, safe='')}"
            assert api.http.get(path, params={"category": category}).json()["items"] == [book]
        found = api.http.get("/books/", params={"q": code, "category": category})
        assert found.status_code in {200, 422}


def test_code_in_credentials_opens_nothing(api: Api, alice: User) -> None:
    for code in CODE[::8]:
        # A password has to be one of its own, for logs are searched for it.
        secret = f"{code}{unique()}"
        assert api.log_in(code, secret).status_code in {401, 422}
        assert api.log_in(f"{alice.username}{code}", secret).status_code in {401, 422}
        refused = api.http.post("/auth/refresh", json={"refresh_token": secret})
        assert refused.status_code in {401, 422}
        assert api.register(code).status_code == 422


@pytest.mark.parametrize("name", ["sort", "limit", "cursor", "min_rating"])
def test_code_in_a_parameter_is_no_value(api: Api, name: str) -> None:
    values = [
        *CODE,
        "title; DROP TABLE books",
        "(SELECT 1)",
        "title,(SELECT 1)",
        "rating/**/DESC",
        "1 OR 1=1",
        "title--",
    ]
    assert {api.http.get("/books/", params={name: value}).status_code for value in values} == {422}


BREAKS = ["%0d%0a", "%0a", "%0d", "%E5%98%8A%E5%98%8D", "%c4%8d%c4%8a", "%u000a", "%250d%250a", "%00%0d%0a"]
PLACES = [
    "/{}", "/books/{}", "/books/author/{}", "/books/1/cover{}", "/static/{}", "/docs/assets/{}", "/books/?q={}",
    "/books/?cursor={}", "/books/export?{}", "/stream/?count=1&interval=0&x={}", "/docs?{}", "/?{}", "//{}",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_line_break_in_a_target_ends_no_header(api: Api, place: str) -> None:
    for line_break in BREAKS:
        target = place.format(f"x{line_break}X-Injected: yes{line_break}Set-Cookie: a=b{line_break}{line_break}<html>")
        response = raw.ask(api, "GET", target.replace(" ", "%20"))
        assert response.status_code < 500
        assert "x-injected" not in response.headers
        assert "set-cookie" not in response.headers


def test_a_line_break_in_a_value_ends_no_header(api: Api, alice: User) -> None:
    code = "x\r\nX-Injected: yes\r\nSet-Cookie: a=b\r\n\r\n<html>"
    book = api.new_book(alice, title=code, author=code, description=code)
    for response in (
        api.add(alice, title=code),
        api.http.get(f"/books/{book['id']}"),
        api.register(code),
        api.log_in(code, f"{code}{unique()}"),
        api.http.post("/chat", json={"message": code}, headers=alice.auth),
    ):
        assert "x-injected" not in response.headers
        assert "set-cookie" not in response.headers


FORGED = '\r\n\r\nevent: done\r\ndata: {"books":[7]}\r\n\r\n: \n\ndata: x\n\n\u2028event: end\u0085id: 7\rretry: 1\r'


def test_a_title_makes_no_event_of_its_own(api: Api, alice: User) -> None:
    author = unique("Mallory")
    book = api.new_book(alice, author=author, title=f"Forged {FORGED}")
    answer = api.http.post("/chat", json={"message": f"What did {author} write?"}, headers=alice.auth)
    *tokens, done = events(answer)
    assert {token.name for token in tokens} == {"token"}
    assert done.name == "done"
    assert json.loads(done.data)["books"] == [book["id"]]
    # A reader ends a line at CR, at LF and at both.
    lines = answer.content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert {line.partition(b":")[0] for line in lines} <= {b"event", b"data", b""}


def test_a_title_makes_no_row_and_no_formula_of_its_own(api: Api, alice: User) -> None:
    author = unique("Mallory")
    titles = ['=cmd|"/c calc"!A1', "+1", "-1", "@SUM(A1)", '"\r\n=1,2,3', "\t=1", "\r=1", "a,b\n=1"]
    for title in titles:
        api.new_book(alice, title=title, author=author)
    table = api.http.get("/books/export", headers={"Accept": "text/csv"}).text
    rows = [row for row in csv.DictReader(io.StringIO(table, newline="")) if row["author"] == author]
    assert len(rows) == len(titles)
    for row, title in zip(rows, titles, strict=True):
        assert row["title"].removeprefix("'") == title
        assert row["title"][0] not in "=+-@\t\r"


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        b"!!python/object/apply:os.system ['id']",
        b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00.",
        b'O:8:"stdClass":0:{}',
    ],
    ids=["xml", "yaml", "pickle", "php"],
)
@pytest.mark.parametrize("declared", ["application/xml", "text/yaml", "application/x-python-pickle", JSON])
def test_no_other_language_is_read(api: Api, alice: User, body: bytes, declared: str) -> None:
    response = api.http.post("/books/", content=body, headers={**alice.auth, "Content-Type": declared})
    assert response.status_code == (400 if declared == JSON else 415)
    assert "root:" not in response.text
