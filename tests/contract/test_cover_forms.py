"""The form that brings a cover: what is well-formed, what is in it, and how large it may be."""

from functools import partial

import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, locations
from tests.contract.pictures import (
    BOUNDARY,
    cover_of,
    form,
    part,
    picture,
    png_of,
    send_form,
    under,
    upload,
)
from tests.contract.routes import MULTIPART

LARGEST = 5 * 1024 * 1024
DELIMITER = f"--{BOUNDARY}".encode()
END = DELIMITER + b"--\r\n"
GOOD_PART = part("cover", "cover.png", picture())


NAMED = "Content-Disposition: form-data; name="

MALFORMED = {
    "empty": b"",
    "only-the-end": b"--\r\n",
    "another-boundary": form(("cover", "c", picture())).replace(BOUNDARY.encode(), b"another"),
    "no-end": DELIMITER + b"\r\n" + GOOD_PART,
    "cut-in-the-file": form(("cover", "c", picture()))[:200],
    "cut-in-the-headers": DELIMITER + b"\r\nContent-Disposition: form-data; na",
    "text-before": b"hello\r\n" + form(("cover", "c", picture())),
    "text-after": form(("cover", "c", picture())) + b"hello",
    "bare-line-feeds": form(("cover", "c", b"x")).replace(b"\r\n", b"\n"),
    "no-disposition": DELIMITER + b"\r\nContent-Type: image/png\r\n\r\nx\r\n" + END,
    "no-headers": DELIMITER + b"\r\n\r\nx\r\n" + END,
    "no-name": DELIMITER + b'\r\nContent-Disposition: form-data; filename="x"\r\n\r\nx\r\n' + END,
    "two-names": DELIMITER + b'\r\nContent-Disposition: form-data; name="cover"; name="x"\r\n\r\nx\r\n' + END,
    "attachment": DELIMITER + b'\r\nContent-Disposition: attachment; name="cover"\r\n\r\nx\r\n' + END,
    "header-without-colon": DELIMITER + b"\r\nnonsense\r\n" + GOOD_PART + END,
    "name-with-an-escape": DELIMITER + b'\r\nContent-Disposition: form-data; name="co\\ver"\r\n\r\nx\r\n' + END,
    "name-with-a-quote-in-disguise": under(f'{NAMED}"co%22ver"; filename="c"'),
    "unquoted-name-that-must-be-quoted": under(f"{NAMED}cover:; filename=c"),
    "unquoted-name-with-an-escape": under(f"{NAMED}\\cover; filename=c"),
    "extended-name": under(f"{NAMED}cover; name*=utf-8''other; filename=c"),
    "extended-file-name-alone": under(f"{NAMED}cover; filename*=utf-8''c"),
    "two-dispositions": under(f"{NAMED}cover; filename=c", "Content-Disposition: attachment; name=other"),
    "header-not-utf-8": DELIMITER + b'\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n' + END,
    "header-folded": DELIMITER + b'\r\nContent-Disposition: form-data;\r\n name="cover"\r\n\r\nx\r\n' + END,
    "boundary-in-the-file": form(("cover", "c", b"x\n" + DELIMITER + b"\ny")),
    "too-many-parts": form(*[("cover", "c", b"x")] * 11),
}
CONTENT_TYPES = {
    "none": (MULTIPART, 400),
    "empty": (f"{MULTIPART}; boundary=", 400),
    "two": (f"{MULTIPART}; boundary={BOUNDARY}; boundary={BOUNDARY}", 400),
    "too-long": (f"{MULTIPART}; boundary={'a' * 71}", 400),
    "other-parameter": (f"{MULTIPART}; border={BOUNDARY}", 400),
    "mixed": (f"multipart/mixed; boundary={BOUNDARY}", 415),
    "form": ("application/x-www-form-urlencoded", 415),
    "picture": ("image/png", 415),
    "latin-1": (f"{MULTIPART}; boundary={BOUNDARY}; charset=latin-1", 415),
    "unquoted-that-must-be-quoted": (f"{MULTIPART}; boundary={BOUNDARY}:", 400),
    "escaped": (f'{MULTIPART}; boundary="{BOUNDARY[0]}\\{BOUNDARY[1:]}"', 400),
    "extended": (f"{MULTIPART}; boundary={BOUNDARY}; boundary*=utf-8''other", 400),
    "charset-twice": (f"{MULTIPART}; charset=utf-8; boundary={BOUNDARY}; charset=latin-1", 400),
    "parameter-without-value": (f"{MULTIPART}; charset; boundary={BOUNDARY}", 400),
    "other-parameters": (f'{MULTIPART}; x="; y"; boundary={BOUNDARY}; charset="utf-8";', 201),
    "quoted": (f'{MULTIPART}; boundary="{BOUNDARY}"', 201),
    "other-case": (f"Multipart/Form-Data;BOUNDARY={BOUNDARY}", 201),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_form_that_is_not_well_formed_is_400(api: Api, alice: User, body: bytes) -> None:
    assert_problem(send_form(api, alice, api.new_book(alice), body), 400, "malformed-request")


@pytest.mark.parametrize(("content_type", "status"), CONTENT_TYPES.values(), ids=CONTENT_TYPES.keys())
def test_the_media_type_needs_one_boundary(api: Api, alice: User, content_type: str, status: int) -> None:
    body = form(("cover", "c", picture()))
    response = send_form(api, alice, api.new_book(alice), body, **{"Content-Type": content_type})
    assert response.status_code == status, response.text


@pytest.mark.parametrize("boundary", ["a:b", "a=b/c?", "a (b), c", "a;b", "'a'"])
def test_a_quoted_boundary_has_any_characters(api: Api, alice: User, boundary: str) -> None:
    body = form(("cover", "c", picture())).replace(BOUNDARY.encode(), boundary.encode())
    kind = f'{MULTIPART}; boundary="{boundary}"'
    response = send_form(api, alice, api.new_book(alice), body, **{"Content-Type": kind})
    assert response.status_code == 201, response.text


DISPOSITIONS = {
    "unquoted": f"{NAMED}cover; filename=cover.png",
    "other-case": 'content-DISPOSITION:form-DATA;NAME="cover";FileName="c"',
    "extended-and-plain-file-name": f'{NAMED}"cover"; filename="c"; filename*=utf-8\'\'%C3%A9',
    "odd-file-name": f'{NAMED}"cover"; filename="a\\"; name=\\"b%22 \\\\é"',
    "other-parameters": f'{NAMED}"cover"; size=12; creation-date="Wed, 12 Feb 1997"; filename="c"',
}


@pytest.mark.parametrize("header", DISPOSITIONS.values(), ids=DISPOSITIONS.keys())
def test_a_disposition_has_several_forms(api: Api, alice: User, header: str) -> None:
    response = send_form(api, alice, api.new_book(alice), under("X-Other: é", header, "Content-Type: text/plain"))
    assert response.status_code == 201, response.text


WRONG_PARTS: dict[str, tuple[tuple[tuple[str, str | None, bytes], ...], list[list[str]]]] = {
    "nothing": ((("cover", "", b""),), [["body", "cover"]]),
    "text": ((("cover", None, b"text"),), [["body", "cover"]]),
    "empty-text": ((("cover", None, b""),), [["body", "cover"]]),
    "two-covers": ((("cover", "a", picture()), ("cover", "b", picture())), [["body", "cover"]]),
    "file-and-text": ((("cover", "a", picture()), ("cover", None, b"b")), [["body", "cover"]]),
    "other-name": ((("Cover", "a", picture()),), [["body", "Cover"], ["body", "cover"]]),
    "other-part": ((("cover", "a", picture()), ("more", None, b"b")), [["body", "more"]]),
    "other-file": ((("cover", "a", picture()), ("more", "b", b"b")), [["body", "more"]]),
}


@pytest.mark.parametrize(("parts", "places"), WRONG_PARTS.values(), ids=WRONG_PARTS.keys())
def test_a_form_of_anything_but_one_file_named_cover_is_422(
    api: Api, alice: User, parts: tuple[tuple[str, str | None, bytes], ...], places: list[list[str]]
) -> None:
    problem = assert_problem(send_form(api, alice, api.new_book(alice), form(*parts)), 422, "invalid-input")
    assert sorted(map(str, locations(problem))) == sorted(map(str, places))


def test_an_empty_form_lacks_its_cover(api: Api, alice: User) -> None:
    body = form(("cover", "", b""), ("more", None, b""))
    problem = assert_problem(send_form(api, alice, api.new_book(alice), body), 422, "invalid-input")
    assert problem["errors"] == [{"loc": ["body", "cover"], "msg": "Field required", "type": "missing"}]


@pytest.mark.parametrize("content", [b"no picture", png_of(50_000, 50_000)], ids=["no-picture", "bomb"])
def test_an_invalid_id_and_picture_are_reported_together(api: Api, alice: User, content: bytes) -> None:
    response = send_form(api, alice, {"id": "x"}, form(("cover", "c", content)))
    assert locations(assert_problem(response, 422, "invalid-input")) == [["path", "book_id"], ["body", "cover"]]


def test_an_invalid_id_and_form_are_reported_together(api: Api, alice: User) -> None:
    response = send_form(api, alice, {"id": "x"}, form(("cover", None, b"text")))
    assert locations(assert_problem(response, 422, "invalid-input")) == [["path", "book_id"], ["body", "cover"]]


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_413(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    padded = picture() + bytes(LARGEST - len(picture()))
    assert upload(api, alice, book, padded).status_code == 201
    assert_problem(upload(api, alice, book, padded + b"\0"), 413, "body-too-large")
    assert_problem(upload(api, alice, book, padded * 2), 413, "body-too-large")


def test_a_body_in_chunks_is_bounded_too(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    headers = [f"Content-Type: {MULTIPART}; boundary={BOUNDARY}", "Transfer-Encoding: chunked"]
    headers.append(f"Authorization: {alice.auth['Authorization']}")
    send = partial(raw.ask, api, "PUT", cover_of(book), headers)
    assert send(raw.chunked(form(("cover", "c", picture())), 100)).status_code == 201
    assert_problem(send(raw.chunked(form(("cover", "c", bytes(LARGEST + 100_000))))), 413, "body-too-large")


def test_a_body_that_ends_before_its_length_leaves_no_cover(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    body = form(("cover", "c", picture()))
    lines = [f"Content-Type: {MULTIPART}; boundary={BOUNDARY}", f"Content-Length: {len(body)}"]
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "PUT", cover_of(book), [*lines, *auth_line(alice)]) + body[:-10])
        connection.shutdown(1)
        raw.rest(connection)
    assert_problem(api.http.get(cover_of(book)), 404, "cover-not-found")


def auth_line(user: User) -> list[str]:
    return [f"Authorization: {user.auth['Authorization']}"]
