"""Files of books, read while they come."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import MalformedRequest
from shared.records import CsvRecords, NdjsonRecords, RecordParser, Rejected
from shared.records.cells import read_text, write_cell
from shared.records.lines import MAX_RECORD_BYTES, Lines
from shared.schemas import NewBook

HEADER = b"title,author,category,rating\n"
Outcome = tuple[list[NewBook | Rejected], str | None]

# Small alphabets, in which quotes, ends of lines and parts of characters meet often.
SCRAPS = [
    b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"x", b"5", b"{", b"}", b"\x00", b"\xc3\xa9", b"\xf0\x9f\x93\x9a",
    b"\xff", b'"T","A, B",c,5\n', b"T,A,c,5\r\n", b'{"title":"T","author":"A","category":"c","rating":1}\n',
]  # fmt: skip
scraps = st.lists(st.sampled_from(SCRAPS)).map(b"".join)
cuts = st.lists(st.integers(0, 200))


def outcome(parser: RecordParser, chunks: Iterable[bytes]) -> Outcome:
    """All that a parser says of a stream, and why it gave up, if it did."""
    found: list[NewBook | Rejected] = []
    try:
        for chunk in chunks:
            found += parser.feed(chunk)
        found += parser.close()
    except MalformedRequest as error:
        return found, str(error)
    return found, None


def cut(data: bytes, places: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(places), len(data)]
    return (data[begin:end] for begin, end in pairwise(edges))


def read_csv(text: str) -> list[NewBook | Rejected]:
    found, fault = outcome(CsvRecords(), [text.encode()])
    assert fault is None
    return found


def told(record: NewBook | Rejected) -> tuple[int, list[tuple[list[str | int], str]]]:
    assert isinstance(record, Rejected)
    return record.line, [(item.loc, item.msg) for item in record.items]


@given(scraps, cuts, st.integers(1, 40))
@pytest.mark.parametrize("begin", [HEADER, b""], ids=["header", "no header"])
def test_csv_reads_the_same_however_it_is_cut(begin: bytes, scrap: bytes, places: list[int], block: int) -> None:
    data = begin + scrap
    assert outcome(CsvRecords(Lines(block)), cut(data, places)) == outcome(CsvRecords(), [data])


@given(scraps, cuts, st.integers(1, 40))
def test_ndjson_reads_the_same_however_it_is_cut(data: bytes, places: list[int], block: int) -> None:
    assert outcome(NdjsonRecords(Lines(block)), cut(data, places)) == outcome(NdjsonRecords(), [data])


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40).filter(str.strip)
books = st.builds(
    NewBook,
    title=texts,
    author=texts,
    category=texts,
    description=texts | st.just(""),
    rating=st.integers(1, 5),
    published_year=st.none() | st.integers(-9999, 9999),
)


def written(found: list[NewBook], dialect: str) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, dialect)
    writer.writerow(NewBook.model_fields)
    writer.writerows([write_cell(value) for value in book.model_dump().values()] for book in found)
    return file.getvalue().encode()


@given(st.lists(books), st.sampled_from(["excel", "unix"]))
def test_books_written_as_csv_are_read_unchanged(found: list[NewBook], dialect: str) -> None:
    assert outcome(CsvRecords(), [written(found, dialect)]) == (found, None)


@given(st.text(st.sampled_from("'=+-@\t\r\n＝ab")))
def test_no_text_is_written_as_a_formula_and_each_is_read_back(text: str) -> None:
    cell = write_cell(text)
    assert isinstance(cell, str)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert read_text(cell) == text


@pytest.mark.parametrize("cell", ["'tis", "''", "it's", "'a=b", "x=1", ""])
def test_a_harmless_apostrophe_stays(cell: str) -> None:
    assert write_cell(cell) == read_text(cell) == cell


def test_numbers_are_no_formulas() -> None:
    assert write_cell(-44) == -44
    assert read_csv("title,author,category,rating,published_year\nOdes,Horace,poetry,5,-23\n") == [
        NewBook(title="Odes", author="Horace", category="poetry", rating=5, published_year=-23)
    ]


def test_columns_may_come_in_any_order_and_with_those_of_an_export() -> None:
    (book,) = read_csv("\ufeffversion,rating,owner,id,category,author,title,updated_at,created_at\r\n1,5,x,7,c,A,T,y,z")
    assert book == NewBook(title="T", author="A", category="c", rating=5)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('"T"x,A,c,5', "not CSV: ',' expected after '\"'"),
        ('T"x,A,c,5', "not CSV: a quote within a field that does not begin with one"),
        ('"a ""b""",A"b"c,c,5', "not CSV: a quote within a field that does not begin with one"),
        ("T\rx,A,c,5", "not CSV: new-line character seen in unquoted field"),
        ("T,A,c", "3 fields under 4 columns"),
        ("T,A,c,5,", "5 fields under 4 columns"),
        (" ", "1 fields under 4 columns"),
    ],
)
def test_a_row_that_is_no_record_is_rejected_and_the_next_is_read(row: str, reason: str) -> None:
    first, second = read_csv(f"{HEADER.decode()}{row}\nNext,A,c,5\n")
    assert told(first) == (2, [([], reason)])
    assert isinstance(second, NewBook)


def test_a_row_is_told_all_that_is_wrong_with_it_by_the_line_on_which_it_begins() -> None:
    _, bad = read_csv(HEADER.decode() + '"two\nlines",A,c,5\n\n,A,c,4.0\n')
    assert told(bad) == (
        5,
        [(["title"], "String should have at least 1 character"), (["rating"], "Input should be a valid integer")],
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Line 1: there is no header with the names of the columns."),
        (b"\nT,A,c,5\n", "Line 1: there is no header with the names of the columns."),
        (b'"title"x\n', "Line 1: the header is not CSV."),
        (b"title,category\n", "Line 1: the header lacks author, rating."),
        (b"title,author,category,rating,title\n", "Line 1: the header repeats a name."),
        (HEADER + b'T,A,c,5\n"open\nx,y', "Line 3: a quote is opened and never closed."),
        (HEADER + b"T,A,c,5\nT,\xff,c,5\n", "Line 3: it is not valid UTF-8."),
        (HEADER + b"T,\xc3", "Line 2: it is not valid UTF-8."),
    ],
)
def test_a_csv_stream_that_cannot_be_read_names_the_line(data: bytes, reason: str) -> None:
    for parser in (CsvRecords(), CsvRecords(Lines(1))):
        assert outcome(parser, [data])[1] == reason


def test_a_column_that_no_book_has_is_refused() -> None:
    fault = outcome(CsvRecords(), [b"title,author,category,rating,isbn\n"])[1]
    assert fault is not None
    assert fault.startswith("Line 1: the header has a name other than id, title,")
    assert "isbn" not in fault


@pytest.mark.parametrize(
    "record", [b'"' + b"x,\n" * 30_000, b"x" * 70_000, b'"' + b"x" * 70_000, b"\n\n" + b"y" * 65_537 + b"\nT,A,c,5\n"]
)
def test_a_record_without_an_end_is_given_up_before_much_of_it_is_kept(record: bytes) -> None:
    fault = f"the record is longer than {MAX_RECORD_BYTES} bytes; a quote may be left open."
    line = 2 + record[:2].count(b"\n")
    assert outcome(CsvRecords(), [HEADER + record])[1] == f"Line {line}: {fault}"
    parser = CsvRecords()
    with pytest.raises(MalformedRequest):
        list(parser.feed(HEADER + record + b"x" * MAX_RECORD_BYTES))


def test_the_longest_record_is_read() -> None:
    row = b'"' + b"x" * (MAX_RECORD_BYTES - 10) + b'",A,c,5\n'
    assert told(outcome(CsvRecords(), [HEADER + row])[0][0])[0] == 2


def line_of(**members: Any) -> str:
    return json.dumps({"title": "T", "author": "A", "category": "c", "rating": 5} | members)


@pytest.mark.parametrize(
    ("line", "items"),
    [
        ("{bad}", [([], "The body is not JSON: Expecting property name enclosed in double quotes at column 2.")]),
        ("[]", [([], "Input should be a JSON object")]),
        ('{"title": "a", "title": "b"}', [([], "The JSON document repeats a name within an object.")]),
        (line_of(isbn="x"), [(["isbn"], "Extra inputs are not permitted")]),
        (line_of(rating="5"), [(["rating"], "Input should be a valid integer")]),
    ],
)
def test_a_line_that_is_no_book_is_rejected_and_the_next_is_read(
    line: str, items: list[tuple[list[str | int], str]]
) -> None:
    found, fault = outcome(NdjsonRecords(), [f"\n{line}\r\n\n{line_of(id=3, owner='x', version=1)}".encode()])
    assert fault is None
    assert told(found[0]) == (2, items)
    assert isinstance(found[1], NewBook)


def test_an_empty_ndjson_stream_has_no_records() -> None:
    assert outcome(NdjsonRecords(), []) == ([], None)


@pytest.mark.parametrize("data", [b'{"a": "\xff"}\n', b"x" * 65_537])
def test_an_ndjson_stream_that_cannot_be_read_is_given_up(data: bytes) -> None:
    found, fault = outcome(NdjsonRecords(), [line_of().encode() + b"\n" + data])
    assert fault is not None
    assert fault.startswith("Line 2: ")
    assert len(found) <= 1
