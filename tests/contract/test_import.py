"""Books by the file: all of its records that are books, or none when it cannot be read to its end."""

import csv
import io
import json
import socket
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, book_fields, fields_of, unique
from tests.contract.routes import NDJSON

CSV = "text/csv"
HEADER = "title,author,category,description,rating,published_year\n"
TYPES = [CSV, NDJSON]


def send(api: Api, user: User, content: str | bytes | Iterable[bytes], media_type: str = CSV) -> httpx2.Response:
    headers = {**user.auth, "Content-Type": media_type}
    return api.http.post("/books/import", content=content, headers=headers, timeout=90)


def imported(api: Api, user: User, content: str | bytes | Iterable[bytes], media_type: str = CSV) -> dict[str, Any]:
    response = send(api, user, content, media_type)
    assert response.status_code == 200, response.text
    outcome: dict[str, Any] = response.json()
    return outcome


def table(books: Iterable[dict[str, Any]]) -> str:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, HEADER.strip().split(","))
    writer.writeheader()
    writer.writerows(books)
    return file.getvalue()


def lines(books: Iterable[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(book)}\n" for book in books)


def written(books: Iterable[dict[str, Any]], media_type: str) -> str:
    return table(books) if media_type == CSV else lines(books)


def stored(api: Api, category: str) -> list[dict[str, Any]]:
    """What a client may write of the books of a category, in the order of ids."""
    return [fields_of(book) for book in api.walk(category=category, limit=100)]


def many(count: int, category: str) -> list[dict[str, Any]]:
    """Books as a library has them: some long, some without a year, some in other scripts."""
    return [
        book_fields(
            title=f"{'Ünïcode, “quoted” ' * (n % 3)}No. {n}",
            author='A "B", C' if n % 2 else "Виктор 📚",
            category=category,
            description="two\r\nlines, " * (n % 5),
            rating=n % 5 + 1,
            published_year=None if n % 7 == 0 else n - 500,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("media_type", TYPES)
def test_an_import_adds_books_that_belong_to_the_user(api: Api, alice: User, media_type: str) -> None:
    category = unique("c")
    outcome = imported(api, alice, written([book_fields(category=category)], media_type), media_type)
    assert outcome == {"imported": 1, "rejected": 0, "errors": []}
    (book,) = api.walk(category=category)
    assert (book["owner"], book["version"]) == (alice.username, 1)
    assert book["created_at"] == book["updated_at"]
    assert api.read(book) == book


@pytest.mark.parametrize("media_type", TYPES)
def test_books_are_stored_in_the_order_and_with_the_values_of_the_file(api: Api, alice: User, media_type: str) -> None:
    category = unique("c")
    books = many(1_234, category)
    assert imported(api, alice, written(books, media_type), media_type)["imported"] == len(books)
    assert stored(api, category) == books


def exported(api: Api, category: str, media_type: str) -> str:
    """The books of a category as an export writes them, byte for byte."""
    text = api.http.get("/books/export", headers={"Accept": media_type}).content.decode()
    if media_type == NDJSON:
        return "".join(f"{line}\n" for line in text.split("\n") if f'"category":"{category}"' in line)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    file = io.StringIO(newline="")
    csv.writer(file).writerows([rows[0], *(row for row in rows if row[3] == category)])
    return file.getvalue()


@pytest.mark.parametrize("media_type", TYPES)
def test_what_was_exported_is_imported_unchanged(api: Api, alice: User, bob: User, media_type: str) -> None:
    category = unique("c")
    texts = ["=1+1", "'=1", "'''+", "-1", "@x", "\t=", "＝1", "'tis", "''"]
    books = many(40, category) + [book_fields(title=f"{text}x", description=text, category=category) for text in texts]
    imported(api, alice, lines(books), NDJSON)
    outcome = imported(api, bob, exported(api, category, media_type), media_type)
    assert outcome == {"imported": len(books), "rejected": 0, "errors": []}
    assert stored(api, category) == books * 2


def test_an_imported_book_is_found_by_its_words(api: Api, alice: User) -> None:
    word = unique("w")
    imported(api, alice, table([book_fields(title=f"The {word.upper()}é")]))
    assert [book["title"] for book in api.walk(q=f"{word}e")] == [f"The {word.upper()}é"]


def test_columns_may_come_in_any_order_and_optional_ones_may_be_left_out(api: Api, alice: User) -> None:
    category = unique("c")
    imported(api, alice, f"\ufeffrating,category,version,author,title\r\n4,{category},9,A,T")
    assert stored(api, category) == [
        book_fields(title="T", author="A", category=category, rating=4, description="", published_year=None)
    ]


def test_members_that_the_server_sets_are_passed_over(api: Api, alice: User) -> None:
    category = unique("c")
    server_set = {"id": 1, "owner": "root", "version": 9, "created_at": "x", "updated_at": None}
    imported(api, alice, lines([book_fields(category=category) | server_set]), NDJSON)
    (book,) = api.walk(category=category)
    assert (book["owner"], book["version"]) == (alice.username, 1)


def test_an_apostrophe_before_a_formula_is_taken_from_a_table_only(api: Api, alice: User) -> None:
    category = unique("c")
    book = book_fields(title="'=1+1", category=category)
    imported(api, alice, table([book]), CSV)
    imported(api, alice, lines([book]), NDJSON)
    assert [book["title"] for book in stored(api, category)] == ["=1+1", "'=1+1"]


BAD_ROWS = {
    "broken-quote": ('"T"x,A,c,,5,1900', [], "not CSV"),
    "quote-in-the-middle": ('T"x,A,c,,5,1900', [], "not CSV"),
    "too-few": ("T,A,c,,5", [], "5 fields under 6 columns"),
    "too-many": ("T,A,c,,5,1900,", [], "7 fields under 6 columns"),
    "no-title": (",A,c,,5,1900", ["title"], "at least 1 character"),
    "long-author": (f"T,{'a' * 201},c,,5,1900", ["author"], "at most 200 characters"),
    "nul": ("T\x00,A,c,,5,1900", ["title"], "NUL"),
    "rating-6": ("T,A,c,,6,1900", ["rating"], "less than or equal to 5"),
    "rating-4.0": ("T,A,c,,4.0,1900", ["rating"], "integer"),
    "no-rating": ("T,A,c,,,1900", ["rating"], "integer"),
    "roman-year": ("T,A,c,,5,MCM", ["published_year"], "integer"),
    "long-year": (f"T,A,c,,5,{'9' * 5000}", ["published_year"], "integer"),
}
BAD_LINES = {
    "no-json": ("{oops}", [], "not JSON"),
    "list": ("[]", [], "JSON object"),
    "nan": ('{"rating": NaN}', [], "NaN"),
    "repeated": ('{"title": "a", "title": "b"}', [], "repeats a name"),
    "deep": ("[" * 1000, [], "nested"),
    "unknown-member": (json.dumps(book_fields(isbn="x")), ["isbn"], "Extra inputs"),
    "text-rating": (json.dumps(book_fields(rating="5")), ["rating"], "integer"),
    "surrogate": ('{"title": "\\ud800", "author": "A", "category": "c", "rating": 1}', ["title"], "unicode"),
}
BAD = [
    *(pytest.param(CSV, *case, id=f"csv-{name}") for name, case in BAD_ROWS.items()),
    *(pytest.param(NDJSON, *case, id=f"ndjson-{name}") for name, case in BAD_LINES.items()),
]


@pytest.mark.parametrize(("media_type", "bad", "loc", "message"), BAD)
def test_a_record_that_is_no_book_is_told_by_its_line_and_the_others_are_added(
    api: Api, alice: User, media_type: str, bad: str, loc: list[str], message: str
) -> None:
    category = unique("c")
    good = written([book_fields(category=category)], media_type).splitlines()[-1]
    begin = [HEADER.strip()] if media_type == CSV else []
    outcome = imported(api, alice, "\n".join([*begin, good, bad, good]), media_type)
    assert (outcome["imported"], outcome["rejected"]) == (2, 1)
    (error,) = outcome["errors"]
    assert (error["line"], error["loc"]) == (len(begin) + 2, loc)
    assert message in error["msg"]
    assert len(stored(api, category)) == 2


def test_all_that_is_wrong_with_a_record_is_told_by_the_line_on_which_it_begins(api: Api, alice: User) -> None:
    outcome = imported(api, alice, f'{HEADER}\r\nT,A,"c\nd\ne",,5,\n,A,c,,9,x\n')
    assert (outcome["imported"], outcome["rejected"]) == (1, 1)
    told = [(error["line"], error["loc"]) for error in outcome["errors"]]
    assert told == [(6, ["title"]), (6, ["rating"]), (6, ["published_year"])]


def test_every_rejected_record_is_counted_and_the_first_hundred_flaws_are_told(api: Api, alice: User) -> None:
    outcome = imported(api, alice, HEADER + ",A,c,,9,1900\n" * 300)
    assert (outcome["imported"], outcome["rejected"]) == (0, 300)
    assert [error["line"] for error in outcome["errors"]] == [line for line in range(2, 52) for _ in range(2)]


def test_what_was_sent_is_not_repeated_in_errors(api: Api, alice: User) -> None:
    secret = unique("secret")
    answer = send(api, alice, f"{HEADER}T,A,c,,{secret},{secret}\n")
    assert answer.status_code == 200
    assert secret not in answer.text
    assert secret not in send(api, alice, f"title,author,category,rating,{secret}\n").text
    assert secret not in send(api, alice, f'{{"<{secret}>": 1}}\n', NDJSON).text


GOOD = b"T,A,{category},,5,1900\n"
GOOD_LINE = lines([book_fields(category="{category}")]).encode()
BROKEN: dict[str, tuple[str, bytes, int]] = {
    "no-header": (CSV, b"", 1),
    "blank-header": (CSV, b"\n", 1),
    "no-author": (CSV, b"title,category,rating\n", 1),
    "two-titles": (CSV, b"title,author,category,rating,title\n", 1),
    "unknown-column": (CSV, b"title,author,category,rating,isbn\n", 1),
    "broken-header": (CSV, b'"title"x\n', 1),
    "open-quote": (CSV, HEADER.encode() + GOOD * 3 + b'"T,A,c,,5,1900\nT,A,c,,5,1900\n', 5),
    "endless-quote": (CSV, HEADER.encode() + GOOD + b'"T' + b",A\n" * 100_000, 3),
    "endless-line": (CSV, HEADER.encode() + GOOD * 2 + b"x" * 1_000_000, 4),
    "not-utf-8": (CSV, HEADER.encode() + GOOD * 2 + b"caf\xe9,A,c,,5,1900\n" + GOOD, 4),
    "half-a-character": (CSV, HEADER.encode() + GOOD + b"caf\xc3", 3),
    "utf-16": (CSV, HEADER.encode("utf-16"), 1),
    "ndjson-not-utf-8": (NDJSON, GOOD_LINE + b'{"title": "\xff"}\n', 2),
    "ndjson-endless-line": (NDJSON, GOOD_LINE + b"[" * 1_000_000, 2),
}


@pytest.mark.parametrize(("media_type", "content", "line"), BROKEN.values(), ids=BROKEN.keys())
def test_a_stream_that_cannot_be_read_is_400_with_the_line_and_nothing_is_added(
    api: Api, alice: User, media_type: str, content: bytes, line: int
) -> None:
    category = unique("c")
    response = send(api, alice, content.replace(b"{category}", category.encode()), media_type)
    problem = assert_problem(response, 400, "malformed-request")
    assert problem["detail"].startswith(f"Line {line}: ")
    assert stored(api, category) == []


@pytest.mark.parametrize("content_type", [NDJSON, f"{CSV}; charset=utf-8", "Text/CSV;header=present"])
def test_an_import_without_records_adds_nothing(api: Api, alice: User, content_type: str) -> None:
    content = "" if content_type == NDJSON else HEADER
    assert imported(api, alice, content, content_type) == {"imported": 0, "rejected": 0, "errors": []}


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/tab-separated-values", f"{CSV}; charset=latin-1", f"{NDJSON}; charset=utf-16"],
)
def test_another_media_type_or_charset_is_415(api: Api, alice: User, content_type: str) -> None:
    assert_problem(send(api, alice, HEADER, content_type), 415, "unsupported-media-type")


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("media_type", TYPES)
def test_a_stream_may_be_cut_anywhere(api: Api, alice: User, media_type: str, size: int) -> None:
    category = unique("c")
    books = many(30, category)
    content = written(books, media_type).encode()
    pieces = (content[begin : begin + size] for begin in range(0, len(content), size))
    assert imported(api, alice, pieces, media_type)["imported"] == len(books)
    assert stored(api, category) == books


def test_a_broken_quote_in_row_500000_adds_nothing(api: Api, alice: User) -> None:
    category = unique("c")
    rows = f"T,A,{category},,5,1900\n".encode() * 1000

    def stream() -> Iterator[bytes]:
        yield HEADER.encode()
        yield from (rows for _ in range(500))
        yield b'"'
        yield from (rows for _ in range(20))

    problem = assert_problem(send(api, alice, stream()), 400, "malformed-request")
    assert problem["detail"].startswith("Line 500002: ")
    assert stored(api, category) == []


def head(api: Api, user: User, framing: str) -> bytes:
    """Of an import whose body is sent by hand."""
    lines = [f"Authorization: {user.auth['Authorization']}", f"Content-Type: {CSV}", framing]
    return raw.head(api, "POST", "/books/import", lines)


# A server may wait for the whole of what is no longer than a document in JSON, and read longer ones as they come.
@pytest.mark.parametrize("books", [20, 400], ids=["short", "long"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
def test_a_stream_that_ends_early_adds_nothing(api: Api, alice: User, chunked: bool, books: int) -> None:
    category = unique("c")
    content = table([book_fields(category=category, description="x" * 4_000)] * books).encode()
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(content)}"
    body = raw.chunked(content, 10_000) if chunked else content
    with raw.connected(api) as connection:
        raw.send(connection, head(api, alice, framing) + body[:-5])
        connection.shutdown(socket.SHUT_WR)
        assert b"imported" not in raw.rest(connection)
    assert stored(api, category) == []


def test_a_client_that_sends_byte_by_byte_holds_up_nobody_who_writes(api: Api, alice: User) -> None:
    content = table([book_fields()]).encode()
    with raw.connected(api) as connection:
        raw.send(connection, head(api, alice, f"Content-Length: {len(content)}") + content[:-3])
        for byte in content[-3:]:
            assert api.add(alice).status_code == 201
            raw.send(connection, bytes([byte]))
        assert raw.receive(connection).json()["imported"] == 1


def test_after_an_import_the_connection_carries_the_next_request(api: Api, alice: User) -> None:
    with raw.connected(api) as connection:
        for content in (HEADER.encode(), b'"broken', HEADER.encode()):
            raw.send(connection, head(api, alice, f"Content-Length: {len(content)}") + content)
            assert raw.receive(connection).status_code == (400 if content == b'"broken' else 200)
