"""The strict reading of bodies, forms, queries and credentials."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import MalformedRequest, Unauthorized, UnsupportedMediaType
from shared.parsing import (
    FORM,
    JSON,
    MAX_DEPTH,
    MERGE_PATCH,
    bearer_token,
    check_media_type,
    once,
    parse_form,
    parse_json,
    parse_query,
)

texts = st.text(st.characters(codec="utf-8"))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**50), 10**50)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values)
def test_every_shallow_json_document_reads_as_what_it_says(value: object) -> None:
    document = json.dumps(value, ensure_ascii=False).encode()
    assert parse_json(document) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(MalformedRequest):
        parse_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{", b"{]", b"nul", b"{} {}", b"{'a': 1}", b'{"a": 1,}', b"[1,]", b"// x\n{}", b"\xef\xbb\xbf{}",
        b'{"a": 1, "a": 1}', b'[{"a": {"b": 1, "b": 2}}]', b"NaN", b"[Infinity]", b"-Infinity", b"1e999", b"[-1e999]",
        b'"\xff"', b'"\x00"', b'"a\nb"', b"01", b"1.", b"+1", b"1" * 401, b"\x00{}", "{}".encode("utf-16"),
        b"[" * 100_000, b"[" * 21 + b'"' + b'\\"' * 500_000,
        b'{"a": 1' + b"".join(b', "%d": 1' % n for n in range(100)) + b"}", b'{"a":' * 1000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    ],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_json(body)


def test_the_deepest_document_allowed_is_read() -> None:
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


def test_brackets_within_texts_are_not_depth() -> None:
    text = "[{" * 100 + '"' + "\\" + "[" * 50
    assert parse_json(json.dumps({"a": text}).encode()) == {"a": text}


def test_a_lone_surrogate_is_left_to_the_schemas() -> None:
    assert parse_json(b'"\\ud800"') == "\ud800"


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", JSON), ("Application/JSON", JSON), ("application/json; charset=utf-8", JSON),
        ('application/json;charset="UTF-8"', JSON), ("application/json; profile=x", JSON), ("application/json ", JSON),
        ("application/json", MERGE_PATCH), ("application/merge-patch+json", MERGE_PATCH),
        ("application/x-www-form-urlencoded", FORM),
    ],
)  # fmt: skip
def test_a_media_type_is_read_in_all_its_spellings(content_type: str, expected: str) -> None:
    check_media_type(content_type, expected)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (None, JSON), ("", JSON), ("text/plain", JSON), ("application/jsonx", JSON), ("text/json", JSON),
        ("application/json; charset=latin-1", JSON), ("application/json;charset=", JSON), ("application/*", JSON),
        ("application/merge-patch+json", JSON), (JSON, FORM), ("multipart/form-data; boundary=x", FORM),
        ("application/problem+json", JSON), (FORM, JSON),
    ],
)  # fmt: skip
def test_another_media_type_is_refused(content_type: str | None, expected: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        check_media_type(content_type, expected)


def test_two_media_types_are_malformed() -> None:
    with pytest.raises(MalformedRequest):
        check_media_type(f"{JSON}, {JSON}", JSON)


def test_a_form_is_read_by_name_and_empty_members_are_left_out() -> None:
    assert parse_form(b"a=1&b=%C3%A9+x&c=&d") == [("a", "1"), ("b", "é x")]


@pytest.mark.parametrize("body", [b"a=1&a=2", b"a=%FF", b"a=\xc3\xa9", b"&".join(b"x%d=1" % n for n in range(101))])
def test_a_form_that_repeats_a_name_or_is_not_utf8_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_form(body)


def test_a_query_keeps_order_blanks_and_repetitions() -> None:
    pairs = parse_query(b"a=1&b=&a=%2B")
    assert pairs == [("a", "1"), ("b", ""), ("a", "+")]
    assert once(pairs) == {"a": ["1", "+"], "b": ""}


@pytest.mark.parametrize("query", [b"a=%FF", b"a=\xff", b"%ED%A0%80=1"])
def test_a_query_that_is_not_utf8_is_refused(query: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_query(query)


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER   abc"])
def test_the_scheme_is_read_in_any_case(header: str) -> None:
    assert bearer_token(header) == "abc"


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer a, Bearer b", "Bearer a,b", "Bearer a\n"],
)
def test_anything_but_one_bearer_header_is_no_credential(header: str | None) -> None:
    with pytest.raises(Unauthorized):
        bearer_token(header)
