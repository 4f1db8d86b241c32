"""How bodies are read: media types, JSON and forms that do not parse, sizes, and framing."""

import json

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, book_fields, locations, url
from tests.contract.routes import FORM, JSON, MERGE_PATCH, READING_BODIES, READING_JSON, Route

LIMIT = 1024 * 1024
BOOK = json.dumps(book_fields(description="")).encode()
DEEPEST = 20

NOT_JSON = {
    "empty": b"",
    "blank": b" \r\n\t",
    "cut-short": b'{"title": "a',
    "only-a-brace": b"{",
    "closed-twice": b"{}}",
    "two-documents": b"{}{}",
    "trailing-word": b"{} x",
    "trailing-comma": b'{"rating": 1,}',
    "missing-comma": b'{"rating": 1 "title": "a"}',
    "single-quotes": b"{'rating': 1}",
    "unquoted-name": b"{rating: 1}",
    "comment": b'{"rating": 1} // one',
    "python-literal": b'{"rating": None}',
    "cut-literal": b'{"rating": nul}',
    "nan": b'{"rating": NaN}',
    "infinity": b'{"rating": Infinity}',
    "minus-infinity": b'{"rating": -Infinity}',
    "too-large-a-float": b'{"rating": 1e999}',
    "too-small-a-float": b'{"rating": -1e999}',
    "too-long-an-integer": b'{"rating": ' + b"9" * 401 + b"}",
    "endless-integer": b'{"rating": ' + b"9" * 100_000 + b"}",
    "leading-zero": b'{"rating": 01}',
    "plus-sign": b'{"rating": +1}',
    "bare-point": b'{"rating": .5}',
    "hexadecimal": b'{"rating": 0x1}',
    "raw-line-break": b'{"title": "a\nb"}',
    "raw-nul": b'{"title": "a\x00b"}',
    "nul-after": b"{}\x00",
    "unknown-escape": b'{"title": "\\x41"}',
    "cut-escape": b'{"title": "\\u00"}',
    "no-break-space": b"{}\xc2\xa0",
    "byte-order-mark": b"\xef\xbb\xbf{}",
    "latin-1": b'{"title": "caf\xe9"}',
    "overlong-utf-8": b'{"title": "\xc0\xaf"}',
    "surrogate-in-utf-8": b'{"title": "\xed\xa0\x80"}',
    "beyond-unicode": b'{"title": "\xf4\x90\x80\x80"}',
    "utf-16": '{"rating": 1}'.encode("utf-16"),
    "utf-16-without-mark": '{"rating": 1}'.encode("utf-16-le"),
    "utf-32": '{"rating": 1}'.encode("utf-32-be"),
    "repeated-name": b'{"rating": 1, "rating": 1}',
    "repeated-name-in-disguise": b'{"rating": 1, "\\u0072ating": 2}',
    "repeated-name-inside": b'{"title": {"a": 1, "a": 2}}',
    "too-deep-arrays": b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
    "too-deep-objects": b'{"a":' * DEEPEST + b"{}" + b"}" * DEEPEST,
    "bottomless": b"[" * 200_000,
    "too-many-members": json.dumps({f"name{number}": 1 for number in range(101)}).encode(),
    "form": b"title=a&rating=1",
    "xml": b"<book/>",
}
NOT_OBJECTS = {
    "array": b"[]",
    "array-of-one": b"[" + BOOK + b"]",
    "null": b"null",
    "true": b"true",
    "number": b"1",
    "text": b'"title"',
    "empty-text": b'""',
    "longest-integer": b"9" * 400,
    "deepest-array": b"[" * DEEPEST + b"]" * DEEPEST,
}
UNREADABLE_TYPES = [
    "", "text/plain", "text/json", "json", "application/jsonx", "application/json5", "application/x-json",
    "application/vnd.api+json", "application/octet-stream", "multipart/form-data; boundary=x", "*/*", "application/*",
    "application/json; charset=latin-1", "application/json; charset=utf-16",
    'application/json; charset="utf-16"', "application/json; a=b; Charset=ascii",
]  # fmt: skip
READABLE_TYPES = [
    "application/json",
    "application/json;charset=utf-8",
    'application/json; charset="UTF-8"',
    "Application/JSON; Charset=Utf-8",
    "application/json ; charset=utf-8",
    "application/json; profile=books",
]
MALFORMED_FORMS = {
    "repeated-username": b"username=a&username=b&password=c",
    "repeated-with-same-value": b"username=a&password=c&password=c",
    "repeated-unknown": b"username=a&password=c&scope=x&scope=y",
    "latin-1-encoded": b"username=caf%E9&password=c",
    "latin-1-raw": b"username=caf\xe9&password=c",
    "not-utf-8-name": b"%FF=1&username=a&password=c",
    "surrogate": b"username=%ED%A0%80&password=c",
}


def post(api: Api, user: User, body: bytes, content_type: str = JSON) -> httpx2.Response:
    """Send `body` as a new book."""
    return api.http.post("/books/", content=body, headers={**user.auth, "Content-Type": content_type})


def send(api: Api, user: User, route: Route, body: bytes, content_type: str | None) -> httpx2.Response:
    """Send `body` to any route, with credentials, to the id of no book."""
    headers = user.auth | ({"Content-Type": content_type} if content_type is not None else {})
    return api.http.request(route.method, route.at(1), content=body, headers=headers)


def authorised(user: User, *lines: str) -> list[str]:
    """Header lines of a JSON request by `user`, for raw requests."""
    return [f"Authorization: {user.auth['Authorization']}", f"Content-Type: {JSON}", *lines]


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_a_body_that_is_not_json_is_400(api: Api, alice: User, body: bytes) -> None:
    problem = assert_problem(post(api, alice, body), 400, "malformed-request")
    assert "errors" not in problem


@pytest.mark.parametrize("name", ["empty", "cut-short", "nan", "latin-1", "repeated-name", "bottomless", "form"])
@pytest.mark.parametrize("route", READING_JSON, ids=str)
def test_every_route_that_reads_json_reads_it_strictly(api: Api, alice: User, route: Route, name: str) -> None:
    assert_problem(send(api, alice, route, NOT_JSON[name], route.media_type), 400, "malformed-request")


@pytest.mark.parametrize("body", NOT_OBJECTS.values(), ids=NOT_OBJECTS.keys())
def test_json_that_is_not_an_object_is_422(api: Api, alice: User, body: bytes) -> None:
    problem = assert_problem(post(api, alice, body), 422, "invalid-input")
    assert locations(problem) == [["body"]]


@pytest.mark.parametrize("name", ["array", "null", "text", "number"])
@pytest.mark.parametrize("route", READING_JSON, ids=str)
def test_every_route_that_reads_json_wants_an_object(api: Api, alice: User, route: Route, name: str) -> None:
    problem = assert_problem(send(api, alice, route, NOT_OBJECTS[name], route.media_type), 422, "invalid-input")
    assert locations(problem) == [["body"]]


def test_depth_counts_brackets_not_those_inside_texts(api: Api, alice: User) -> None:
    title = '[{"\\' * 50
    response = api.add(alice, title=title)
    assert response.status_code == 201
    assert response.json()["title"] == title


def test_many_brackets_side_by_side_are_not_deep(api: Api, alice: User) -> None:
    problem = assert_problem(post(api, alice, b"[" + b"[],{}," * 500 + b"[]]"), 422)
    assert locations(problem) == [["body"]]


@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "utf-8"])
def test_a_text_is_the_same_however_it_is_written_in_json(api: Api, alice: User, escaped: bool) -> None:
    fields = book_fields(title="Caf\u00e9 \U0001f4da")
    response = post(api, alice, json.dumps(fields, ensure_ascii=escaped).encode())
    assert response.status_code == 201
    assert response.json()["title"] == fields["title"]


@pytest.mark.parametrize("content_type", READABLE_TYPES)
def test_a_media_type_is_read_in_any_spelling(api: Api, alice: User, content_type: str) -> None:
    assert post(api, alice, BOOK, content_type).status_code == 201


@pytest.mark.parametrize("content_type", [*UNREADABLE_TYPES, MERGE_PATCH, FORM])
def test_another_media_type_is_415(api: Api, alice: User, content_type: str) -> None:
    problem = assert_problem(post(api, alice, BOOK, content_type), 415, "unsupported-media-type")
    assert "errors" not in problem


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/octet-stream"], ids=str)
@pytest.mark.parametrize("route", READING_BODIES, ids=str)
def test_every_route_that_reads_a_body_wants_its_type(
    api: Api, alice: User, route: Route, content_type: str | None
) -> None:
    assert_problem(send(api, alice, route, b"{}", content_type), 415, "unsupported-media-type")


@pytest.mark.parametrize("length", ["", "Content-Length: 0"], ids=["no-length", "length-0"])
@pytest.mark.parametrize("route", READING_BODIES, ids=str)
def test_no_body_and_no_type_is_415(api: Api, route: Route, length: str) -> None:
    response = raw.ask(api, route.method, route.at(1), [length] if length else [])
    assert_problem(response, 415, "unsupported-media-type")


def test_two_content_types_are_400(api: Api, alice: User) -> None:
    lines = authorised(alice, "Content-Type: text/plain", f"Content-Length: {len(BOOK)}")
    assert_problem(raw.ask(api, "POST", "/books/", lines, BOOK), 400, "malformed-request")


def test_two_content_types_on_one_line_are_400(api: Api, alice: User) -> None:
    headers = {**alice.auth, "Content-Type": f"{JSON}, {JSON}"}
    assert_problem(api.http.post("/books/", content=BOOK, headers=headers), 400, "malformed-request")


@pytest.mark.parametrize("content_type", [JSON, MERGE_PATCH, f"{MERGE_PATCH}; charset=utf-8"])
def test_a_patch_is_read_under_both_of_its_types(api: Api, alice: User, content_type: str) -> None:
    book = api.new_book(alice)
    headers = {**alice.auth, "Content-Type": content_type}
    response = api.http.patch(url(book), content=b'{"rating": 1}', headers=headers)
    assert response.status_code == 200
    assert response.json()["rating"] == 1


@pytest.mark.parametrize("content_type", [JSON, "multipart/form-data; boundary=x", f"{FORM}; charset=utf-16"])
def test_a_login_is_read_as_a_form_only(api: Api, content_type: str) -> None:
    response = api.http.post("/auth/login", content=b"{}", headers={"Content-Type": content_type})
    assert_problem(response, 415, "unsupported-media-type")


@pytest.mark.parametrize("body", MALFORMED_FORMS.values(), ids=MALFORMED_FORMS.keys())
def test_a_form_that_repeats_a_name_or_is_not_utf_8_is_400(api: Api, body: bytes) -> None:
    response = api.http.post("/auth/login", content=body, headers={"Content-Type": FORM})
    assert_problem(response, 400, "malformed-request")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("content_type", [JSON, "text/plain", None], ids=str)
def test_a_body_that_a_route_does_not_read_is_ignored(
    api: Api, alice: User, method: str, content_type: str | None
) -> None:
    book = api.new_book(alice)
    route = Route(method, url(book))
    assert send(api, alice, route, b"{nonsense", content_type).is_success
