"""Texts that a parser, a pattern or a comparison could think about for minutes, in every place that is parsed.

Each is small, and most are sent without credentials: a handful of them would stop a server whose time for one grows
with the square of its length.
"""

import json

import httpx2
import pytest

from tests.contract.client import PASSWORD, Api, User, assert_problem, book_fields, unique, url
from tests.contract.pictures import BOUNDARY, put_cover, send_form
from tests.contract.routes import CSV, FORM, JSON, NDJSON
from tests.hostile.timing import soon

pytestmark = pytest.mark.before_the_database

# Two marks that stand in the wrong order: putting n of them in the right one takes n * n steps.
MARKS = "\u0301\u0323"

DOCUMENTS = {
    "escapes-in-a-text-without-end": b"[" * 21 + b'"' + b'\\"' * 40_000,
    "quotes-without-end": b"[" * 21 + b'"' * 100_001,
    "backslashes-without-end": b"[" * 21 + b'"' + b"\\" * 100_001,
    "brackets-within-texts": b'["' + b'[","' * 50_000,
    "colons": b"{" + b'"":' * 100_000,
    "digits-of-a-fraction": b"0." + b"1" * 1_000_000,
    "exponent": b"1e" + b"1" * 1_000_000,
    "minus-signs": b"-" * 1_000_000,
    "white-space": b" " * 1_000_000 + b"x",
    "surrogates": b'"' + b"\\ud800" * 150_000,
}


@pytest.mark.parametrize("body", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_document_is_refused_as_soon_as_it_is_read(api: Api, body: bytes) -> None:
    with soon():
        response = api.http.post("/auth/register", content=body, headers={"Content-Type": JSON})
    assert response.status_code in {400, 422}


@pytest.mark.parametrize("count", [101, 40_000])
def test_an_object_of_many_members_is_refused_with_few_words(api: Api, count: int) -> None:
    body = json.dumps({f"member{number}": number for number in range(count)})
    with soon():
        response = api.http.post("/auth/register", content=body, headers={"Content-Type": JSON})
    assert_problem(response, 400, "malformed-request")
    assert len(response.content) < 1000


def test_an_object_may_have_a_hundred_members(api: Api) -> None:
    """Each is then told to be unknown: the bound is there for the answer."""
    body = {f"member{number}": number for number in range(100)}
    problem = assert_problem(api.http.post("/auth/register", json=body), 422, "invalid-input")
    assert len(problem["errors"]) == 102


@pytest.mark.parametrize("length", [257, 100_000])
@pytest.mark.parametrize("text", [MARKS, "\ufdfa", "\u1100\u1161", "\uff21", "e\u0301"], ids=ascii)
def test_a_name_is_not_folded_before_it_is_measured(api: Api, text: str, length: int) -> None:
    name = (text * length)[:length]
    with soon():
        response = api.register(name)
    assert_problem(response, 422, "invalid-input")


@pytest.mark.parametrize("field", ["title", "author", "category", "description"])
def test_nor_is_any_other_text(api: Api, alice: User, field: str) -> None:
    with soon():
        response = api.add(alice, **{field: "a" + MARKS * 80_000})
    assert_problem(response, 422, "invalid-input")


def test_what_is_short_enough_may_be_all_marks(api: Api, alice: User) -> None:
    with soon():
        book = api.new_book(alice, title="a" + MARKS * 149, author="b" + MARKS * 99)
        assert api.read(book)["title"] == "a" + MARKS * 149
        api.http.post("/chat", json={"message": MARKS * 1000}, headers=alice.auth)
        api.http.get("/books/", params={"q": "a" + MARKS * 99, "author": "b" + MARKS * 99})


@pytest.mark.parametrize(
    "body",
    [b"username=" + b"%" * 200_000, b"%41" * 70_000, b"username=" + b"+" * 200_000, b"=" * 200_000],
    ids=["percent", "encoded", "plus", "equals"],
)
@pytest.mark.parametrize("path", ["/auth/login", "/auth/session"])
def test_a_form_is_no_longer_than_a_login_needs(api: Api, path: str, body: bytes) -> None:
    with soon():
        response = api.http.post(path, content=body, headers={"Content-Type": FORM})
    assert_problem(response, 413, "body-too-large")


def test_a_form_of_every_character_encoded_is_read(api: Api) -> None:
    name, password = unique("user"), "\U0001f4da" * 128
    assert api.register(name, password).status_code == 201
    assert api.log_in(name, password).status_code == 200


HEADS = {
    "parameters": b"Content-Disposition: form-data" + b";a=b" * 500_000,
    "names": b"Content-Disposition: form-data" + b';name="' * 500_000,
    "escapes": b'Content-Disposition: form-data;name="' + b'\\"' * 1_000_000,
    "lines": b"a:\r\n" * 900_000,
    "spaces": b"Content-Disposition: form-data;" + b" " * 4_000_000,
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_the_head_of_a_part_has_a_bound(api: Api, alice: User, head: bytes) -> None:
    book = api.new_book(alice)
    body = f"--{BOUNDARY}\r\n".encode() + head + f"\r\n\r\nx\r\n--{BOUNDARY}--\r\n".encode()
    with soon():
        response = send_form(api, alice, book, body)
    assert_problem(response, 400, "malformed-request")


@pytest.mark.parametrize("filling", [b"\r", b"\n", b"\r\n", b"--", b"\r\n--a-boundary-of-its-ow"], ids=repr)
def test_a_file_that_looks_like_boundaries_is_a_file(api: Api, alice: User, filling: bytes) -> None:
    book = api.new_book(alice)
    content = filling * (4_000_000 // len(filling))
    start = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="cover"; filename="x"\r\n\r\n'.encode()
    with soon():
        response = send_form(api, alice, book, start + content + f"\r\n--{BOUNDARY}--\r\n".encode())
    assert_problem(response, 422, "invalid-input")


# Nearly what one request header may have.
FILLINGS = {
    "commas": ",", "spaces": " ", "quotes": '"', "escapes": '\\"', "open": '"a', "semicolons": ";", "stars": "*/*,",
    "weak": 'W/"', "digits": "9", "pairs": "a=b;", "brackets": "(", "slashes": "a/", "dashes": "0-,", "dots": "1.",
    "tags": '"a",', "colons": "::", "words": "a ",
}  # fmt: skip
# Where a header means something, if it does not on a file.
WHERE = {
    "Accept": ("HEAD", "/books/export"),
    "Content-Type": ("POST", "/books/"),
    "Authorization": ("GET", "/auth/me"),
    "Cookie": ("GET", "/auth/session"),
    "Origin": ("DELETE", "/auth/session"),
    "Sec-Fetch-Site": ("DELETE", "/auth/session"),
}
PARSED = [
    "Accept", "If-Match", "If-None-Match", "If-Modified-Since", "If-Range", "Range", "Cookie", "Content-Type",
    "Authorization", "Origin", "Sec-Fetch-Site", "X-Request-ID", "X-Forwarded-For", "X-Forwarded-Proto", "Referer",
]  # fmt: skip


@pytest.mark.parametrize("header", PARSED)
def test_no_header_is_thought_about_for_long(api: Api, alice: User, header: str) -> None:
    book = api.new_book(alice)
    put_cover(api, alice, book)
    ask = WHERE.get(header, ("GET", f"{url(book)}/cover"))
    for filling in FILLINGS.values():
        value = (filling * 8000)[:7900].strip() or "x"
        headers = {"Content-Type": JSON, **alice.auth, header: value}
        with soon():
            response = api.http.request(*ask, content=b"{}", headers=headers)
        assert response.status_code < 500, filling


DATES = [
    "Thu, 01 Jan 1970 00:00:00 +99999999999999999999",
    "Thu, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Mon, 01 Jan 2020 99999999999999999999:00:00 GMT",
    "Mon, " + "1" * 5000 + " Jan 2020 00:00:00 GMT",
    "Fri, 31 Feb 0000 24:60:61 -9999",
    "Mon, 01 Jan 9999 23:59:59 -2359",
    "Mon, 01 Jan 0001 00:00:00 +2359",
]


@pytest.mark.parametrize("date", DATES, ids=lambda date: date[:30] + date[-8:])
@pytest.mark.parametrize("path", ["/", "/docs", "/static/app.css", "cover"])
def test_a_date_that_no_calendar_has_is_no_date(api: Api, alice: User, path: str, date: str) -> None:
    if path == "cover":
        book = api.new_book(alice)
        put_cover(api, alice, book)
        path = f"{url(book)}/cover"
    for header in ("If-Modified-Since", "If-Range"):
        assert api.http.get(path, headers={header: date, "Range": "bytes=0-"}).status_code in {200, 206, 304}


QUESTIONS = [
    "what is ", "books by ", "how many ", "in the category ", "what is about about ", "did write ", "the ",
    "tell me about ",
    "'\"", "are there in the catalogue ", "highest rated ",
]  # fmt: skip


def test_no_question_is_thought_about_for_long(api: Api, alice: User) -> None:
    for words in QUESTIONS:
        with soon():
            response = api.http.post("/chat", json={"message": (words * 2000)[:2000]}, headers=alice.auth)
        assert response.status_code == 200
        assert response.text.rstrip().rpartition("\n\n")[2].startswith("event: done")


SEARCHES = [
    "a b c d e f g h i j", "* * a *", "a* b* c* d* e*", '"a" "b" "c"', "a OR b OR c", "NEAR(a b, 9)",
    "((((((((a))))))))",
    "a AND NOT a AND NOT a", "title:a", "a:*", "a & b | !c", "<-> a <-> b", "-a -b -c", "^a", "{a} + {b}",
]  # fmt: skip


def test_no_search_is_thought_about_for_long(api: Api) -> None:
    for q in SEARCHES:
        for order in ("relevance", "title", "-created_at"):
            with soon():
                response = api.http.get("/books/", params={"q": q, "sort": order, "limit": 100})
            assert response.status_code in {200, 422}


@pytest.mark.parametrize(
    "email",
    ["a" * 5000 + "@example.org", "a@" + "a." * 5000 + "org", "@" * 5000, "a@b" * 80, '"' + '\\"' * 110 + '"@b.org',
     "a." * 100 + "a@" + "b-" * 20 + "c.org", "a@" + "xn--" * 40, "a@[" + ":" * 240],
    ids=lambda email: f"{email[:6]}-{len(email)}",
)  # fmt: skip
def test_no_address_is_thought_about_for_long(api: Api, email: str) -> None:
    with soon():
        response = api.http.post(
            "/auth/register", json={"username": unique("user"), "password": PASSWORD, "email": email}
        )
    assert response.status_code in {201, 422}


ROWS = {
    "quotes": (CSV, b"title,author,category,rating\n" + b'"' * 200_001),
    "quoted-fields": (CSV, b"title,author,category,rating\n" + b'"",' * 60_000),
    "columns": (CSV, b"title," * 60_000),
    "empty-lines": (CSV, b"title,author,category,rating\n" + b"\n" * 200_000),
    "escapes": (NDJSON, b'{"title": ' + b"[" * 21 + b'"' + b'\\"' * 20_000),
    "empty-objects": (NDJSON, b"{}\n" * 4000),
    "marks": (NDJSON, json.dumps(book_fields(title="a" + MARKS * 10_000)).encode()),
}


@pytest.mark.parametrize(("media_type", "body"), ROWS.values(), ids=ROWS.keys())
def test_no_record_is_thought_about_for_long(api: Api, alice: User, media_type: str, body: bytes) -> None:
    with soon():
        response = import_of(api, alice, media_type, body)
    assert response.status_code in {200, 400}
    assert len(response.content) < 50_000
    if response.status_code == 200:
        assert response.json()["imported"] == 0


def import_of(api: Api, user: User, media_type: str, body: bytes) -> httpx2.Response:
    return api.http.post("/books/import", content=body, headers={**user.auth, "Content-Type": media_type})
