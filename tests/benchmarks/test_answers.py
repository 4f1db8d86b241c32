"""Judges of answers: the right one passes, and each one that was broken on purpose is told apart."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import pytest

from benchmarks.answers import Expected, a_book, a_page, a_token_pair, an_account, begins_a_word, is_by, nothing
from benchmarks.file_checks import wrong_cover, wrong_file
from benchmarks.stream_checks import Event, ExportedLines, Question, events, wrong_echoes, wrong_numbers

BOOK = {
    "id": 7, "title": "Emma", "author": "Jane Austen", "category": "novel", "description": "", "rating": 5,
    "published_year": 1815, "owner": "catalogue", "version": 1,
}  # fmt: skip
PAGE = {"items": [BOOK], "next": None}
PAIR = {"access_token": "a", "refresh_token": "r", "token_type": "bearer", "expires_in": 900}
ME = {"id": 1, "username": "jane", "email": None, "created_at": "2026-01-31T12:00:00.000000Z"}
COVER = {"media_type": "image/jpeg", "width": 60, "height": 90, "bytes": 1234, "sha256": "abc"}


class Answer(NamedTuple):
    """What the judges look at."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[bytes, bytes] = MappingProxyType({})


def of(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


def without(document: dict[str, object], member: str) -> dict[str, object]:
    return {name: value for name, value in document.items() if name != member}


@pytest.mark.parametrize(
    ("shape", "right", "wrong"),
    [
        (
            a_book,
            BOOK,
            [without(BOOK, name) for name in ("id", "title", "owner", "version")] + [BOOK | {"id": "7"}, []],
        ),
        (a_page, PAGE, [{"items": [BOOK]}, {"items": [], "next": None}, {"items": [BOOK, {}], "next": None}, BOOK]),
        (a_token_pair, PAIR, [without(PAIR, name) for name in PAIR] + [PAIR | {"more": 1}, None]),
        (an_account, ME, [without(ME, "email"), ME | {"password": "x"}, [ME]]),
        (nothing, None, [{}, 0, ""]),
    ],
)
def test_a_shape_is_known_and_nothing_else_is(
    shape: Callable[[object], bool], right: object, wrong: list[object]
) -> None:
    assert shape(right)
    assert [broken for broken in wrong if shape(broken)] == []


def test_a_right_answer_is_kept() -> None:
    expected = Expected(200, a_book, lambda book: book["id"] == 7, "another book")
    assert expected(of(BOOK)) is None
    assert expected.body == BOOK


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (of(BOOK, 500), "status 500 instead of 200"),
        (Answer(200, json.dumps(BOOK).encode()[:-9]), "an answer that is not JSON"),
        (Answer(200, b"\xff"), "an answer that is not JSON"),
        (Answer(200), "an answer that is not a book"),
        (of({"id": 7}), "an answer that is not a book"),
        (of(BOOK | {"id": 8}), "another book"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(answer: Answer, said: str) -> None:
    assert Expected(200, a_book, lambda book: book["id"] == 7, "another book")(answer) == said


def test_a_hit_has_a_word_that_begins_so_in_title_author_or_category() -> None:
    book = BOOK | {"title": "L’Été, again", "author": "Zoë Quill", "category": "Essays"}
    found = Expected(200, a_book, lambda hit: begins_a_word("Et", hit) and begins_a_word("zoe", hit), "no hit")
    assert found(of(book)) is None
    for word in ("gain", "emma", "quills"):
        assert Expected(200, a_book, partial(begins_a_word, word), "no hit")(of(book)) == "no hit"


def test_an_author_is_the_same_in_another_spelling() -> None:
    assert Expected(200, a_book, lambda book: is_by("JANE AUSTEN", book), "another author")(of(BOOK)) is None
    assert Expected(200, a_book, lambda book: is_by("Jane", book), "another author")(of(BOOK)) == "another author"


def cover(status: int = 200, tag: bytes = b'"abc"', **changes: object) -> Answer:
    return of(COVER | changes, status)._replace(headers={b"etag": tag})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (cover(), None),
        (cover(201), "status 201 instead of 200"),
        (cover(tag=b'"def"'), "an ETag that is not made of the picture"),
        (of(COVER), "an ETag that is not made of the picture"),
        (cover(width=61), "another picture than was sent"),
        (cover(media_type="image/png"), "another picture than was sent"),
        (of({"sha256": "abc"}), "an answer that is not a cover"),
    ],
)
def test_a_cover_has_the_size_that_was_sent_and_its_hash_as_etag(answer: Answer, said: str | None) -> None:
    assert wrong_cover(answer, 200, (60, 90)) == said


def file(body: bytes = b"body {}", length: bytes = b"7", tag: bytes = b'"1"', status: int = 200) -> Answer:
    return Answer(status, body, {b"content-length": length, b"etag": tag})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (file(), None),
        (file(status=304), "status 304 instead of 200"),
        (file(length=b"8"), "a file without its length"),
        (Answer(200, b"body {}", {b"etag": b'"1"'}), "a file without its length"),
        (file(tag=b'W/"1"'), "a file without a strong ETag"),
        (file(tag=b'"2"'), "another file than before"),
        (file(b"BODY {}"), "another file than before"),
        (file(b"body", b"4"), "another file than before"),
    ],
)
def test_a_file_has_its_length_and_is_the_same_each_time(answer: Answer, said: str | None) -> None:
    assert wrong_file(answer, file()) == said


def test_texts_on_a_socket_come_back_exactly_and_in_order() -> None:
    one, two = "Message text was: Ökonomie 5", "Message text was: b"
    assert wrong_echoes(Answer(101, f"{one}\n{two}".encode()), ["Ökonomie 5", "b"]) is None
    for other in (f"{two}\n{one}", one, "", f"{one}\nb", f"{one}\n{two} ", f"{one}\n{two}\n{two}"):
        assert wrong_echoes(Answer(101, other.encode()), ["Ökonomie 5", "b"]) == "other texts than were sent"


SAID = (
    b'event: token\ndata: {"text":"word0 "}\n\n: ping\n\nevent: token\ndata: {"text":"word1 "}\n\n'
    b'event: done\ndata: {"books":[1]}\n\n'
)


def stream(body: bytes, status: int = 200, media_type: bytes = b"text/event-stream; charset=utf-8") -> Answer:
    return Answer(status, body, {b"content-type": media_type})


def test_events_are_read_without_comments_and_without_one_that_is_cut() -> None:
    assert events(b": hello\n\ndata: a\ndata: b\n\nevent: x\ndata: c\n\ndata: cu") == [
        Event("message", "a\nb"),
        Event("x", "c"),
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (stream(SAID), None),
        (stream(SAID, 503), "status 503 instead of 200"),
        (stream(SAID, media_type=b"application/json"), "application/json instead of text/event-stream"),
        (stream(b""), "a chat that does not end with the event done"),
        (stream(SAID[: SAID.index(b"event: done")]), "a chat that does not end with the event done"),
        (stream(SAID[:-1]), "a chat that does not end with the event done"),
        (stream(SAID + SAID[:40]), "a chat that does not end with the event done"),
        (stream(SAID[SAID.index(b"event: done") :]), "a chat with other events than tokens before its end"),
        (stream(SAID * 2), "a chat with other events than tokens before its end"),
        (
            stream(SAID.replace(b"event: token", b"event: error", 1)),
            "a chat with other events than tokens before its end",
        ),
        (stream(SAID.replace(b'"books"', b'"found"')), "an event done without books"),
        (stream(SAID.replace(b"word1", b"word0")), "a chat that is not what benchmarks.chat_upstream was told to say"),
        (stream(SAID.replace(b"{", b"", 1)), "a chat that is not what benchmarks.chat_upstream was told to say"),
        (stream(SAID[SAID.index(b": ping") :]), "a chat that is not what benchmarks.chat_upstream was told to say"),
    ],
)
def test_a_chat_has_the_tokens_that_were_ordered_and_one_end(answer: Answer, said: str | None) -> None:
    assert Question(2).wrong(answer) == said


@pytest.mark.parametrize("body", [b"", b"data: 0\n\n", b"data: 0\n\ndata: 2\n\n", b"data: 0\n\ndata: 1\n\ndata: 2\n\n"])
def test_a_stream_that_counts_otherwise_is_wrong(body: bytes) -> None:
    assert wrong_numbers(stream(b"data: 0\n\ndata: 1\n\n"), 2) is None
    assert wrong_numbers(stream(body), 2) == "a stream that does not count to 2"


LINES = b"".join(json.dumps(BOOK | {"id": number}).encode() + b"\n" for number in range(1, 8))


def exported(
    body: bytes, cut: int = 100, known: tuple[int, ...] = (3, 7), status: int = 200
) -> tuple[ExportedLines, str | None]:
    lines = ExportedLines()
    for place in range(0, len(body), cut):
        lines.add(body[place : place + cut])
    return lines, lines.wrong(Answer(status, b"", {b"content-type": b"application/x-ndjson"}), known)


@pytest.mark.parametrize("cut", [1, 7, len(LINES) // 7, 1000, len(LINES)])
def test_the_lines_of_an_export_are_counted_however_it_is_cut(cut: int) -> None:
    lines, said = exported(LINES, cut)
    assert (lines.count, said) == (7, None)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (LINES[:-1], "an export that ends amid a line"),
        (LINES[: LINES.index(b'"id": 7')], "an export that ends amid a line"),
        (LINES[: LINES.rindex(b"{")], "an export without books that exist"),
        (LINES[LINES.rindex(b"{") :], "an export without books that exist"),
        (b"", "an export whose last line is not JSON"),
        (LINES + b"{\n", "an export whose last line is not JSON"),
        (LINES + b'{"error": 1}\n', "an export whose last line is not a book"),
    ],
)
def test_an_export_that_lacks_something_is_wrong(body: bytes, said: str) -> None:
    assert exported(body)[1] == said


def test_an_export_of_another_status_is_wrong() -> None:
    assert exported(LINES, status=503)[1] == "status 503 instead of 200"
