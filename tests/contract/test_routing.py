"""Which paths exist, which methods each has, and what an id looks like."""

from typing import Any

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, book_fields, locations, url
from tests.contract.routes import NEEDING_COOKIES, NEEDING_USERS, NO_SUCH_ID, ROUTES, methods_by_path

ALLOWED = methods_by_path()
PRIVATE = sorted(route.path for route in NEEDING_USERS + NEEDING_COOKIES if route.method == "GET")
# Neither a user nor an id is needed, and the answer has a length, which no request changes.
READABLE = [
    route.path
    for route in ROUTES
    if route.method == "GET"
    and not (route.user or route.cookie or route.query)
    and route.at(1) == route.path
    and route.path != "/metrics"
]
KNOWN_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]
MISSING_PATHS = [
    "/nothing",
    "/books",
    "//books/",
    "///books/",
    "/books//",
    "/books/1/",
    "/books//1",
    "/books/1/2",
    "/books/1%2F2",
    "/books/./",
    "/books/../books/",
    "/books/%2e%2e/books/",
    "/Books/",
    "/BOOKS/1",
    "/books/Author/x/y",
    "/books.json",
    "/auth",
    "/auth/",
    "/auth/me/",
    "/auth/login/",
    "/auth/users",
    "/health",
    "/health/live/",
    "/docs/",
    "/docs/assets/",
    "/docs/assets/nothing.js",
    "/docs/assets/..%2f..%2f__init__.py",
    "/redoc",
    "/openapi.yaml",
    "/index.html",
    "/static",
    "/static/",
    "/static/index.html",
    "/static/docs.html",
    "/static/js",
    "/static/js/",
    "/static//app.css",
    "/static/js/../app.css",
    "/static/js/%2e%2e/app.css",
    "/static/app.css/",
    "/static/../shared/config.py",
    "/static/../../config.py",
    "/static/%2e%2e/%2e%2e/config.py",
    "/static/..%2f..%2fconfig.py",
    "/static/..%5c..%5cconfig.py",
    "/static/%2fetc%2fpasswd",
    "/static/app.css%00",
    "/static/app.css%0A",
    "/%0A",
    "/docs%0A",
    "/books/1/cover%0A",
    "/books/author/nobody%0A",
    "/auth/me%0A",
    "/.env",
    "/console",
]
NOT_IDS = [
    "0", "00", "01", "-1", "-0", "+1", "1.0", "1.", "1e3", "0x1", "1_000", "1,000", "abc", "null", "1a", "*",
    "%201", "1%20", "1%0A", "1%00", "1;v=2", "%D9%A1", "%EF%BC%91", "%C2%B2", "%FF", "author", "export-x",
]  # fmt: skip
IDS_OUT_OF_RANGE = [str(NO_SUCH_ID), str(NO_SUCH_ID + 1), str(2**64 + 1), "9" * 30, "9" * 5000]
CHANGING = {"PUT": book_fields(), "PATCH": {"rating": 1}, "DELETE": None}


def change(api: Api, user: User, method: str, path: str, **headers: str) -> httpx2.Response:
    """A valid request that changes the book at `path`."""
    return api.http.request(method, path, json=CHANGING[method], headers={**user.auth, **headers})


def compared(response: httpx2.Response) -> dict[str, str]:
    """The headers that two answers to one question have in common."""
    own = {"date", "x-request-id", "x-process-time", "connection", "transfer-encoding"}
    return {name: value for name, value in response.headers.items() if name not in own}


@pytest.mark.parametrize("path", MISSING_PATHS)
def test_a_path_that_is_not_in_the_contract_is_404(api: Api, path: str) -> None:
    response = raw.ask(api, "GET", path)
    problem = assert_problem(response, 404, "path-not-found")
    assert "errors" not in problem
    assert "location" not in response.headers


@pytest.mark.parametrize("method", [*KNOWN_METHODS, "OPTIONS"])
@pytest.mark.parametrize("path", ["/nothing", "/books", "/books/1/"])
def test_a_missing_path_is_404_whatever_the_method(api: Api, path: str, method: str) -> None:
    response = raw.ask(api, method, path, ["Content-Length: 0"])
    assert_problem(response, 404, "path-not-found")
    assert "allow" not in response.headers


def test_a_head_of_a_missing_path_is_404(api: Api) -> None:
    response = raw.ask(api, "HEAD", "/nothing")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "method"),
    [(path, method) for path, allowed in ALLOWED.items() for method in KNOWN_METHODS if method not in allowed],
)
def test_a_method_that_a_path_does_not_have_is_405_and_allow_lists_those_it_has(
    api: Api, path: str, method: str
) -> None:
    response = raw.ask(api, method, path, ["Content-Length: 0"])
    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == ", ".join(ALLOWED[path])


@pytest.mark.parametrize("path", [path for path, allowed in ALLOWED.items() if "HEAD" not in allowed])
def test_head_is_405_where_there_is_no_get(api: Api, path: str) -> None:
    response = raw.ask(api, "HEAD", path)
    assert response.status_code == 405
    assert response.headers["allow"] == ", ".join(ALLOWED[path])


@pytest.mark.parametrize("method", ["FOO", "QUERYBOOKS", "BREW-COFFEE"])
def test_a_method_that_nobody_knows_is_refused(api: Api, method: str) -> None:
    # A server whose parser knows only registered methods never learns which path was meant: 400 or 501 from there.
    response = raw.ask(api, method, "/books/")
    if response.status_code == 405:
        assert_problem(response, 405, "method-not-allowed")
        assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    else:
        assert response.status_code in {400, 501}
        assert_problem(response, response.status_code)


@pytest.mark.parametrize("path", ALLOWED)
def test_options_lists_the_methods_of_a_path(api: Api, path: str) -> None:
    response = raw.ask(api, "OPTIONS", path)
    assert response.status_code == 204
    assert response.headers["allow"] == ", ".join(ALLOWED[path])
    assert response.content == b""
    assert "content-type" not in response.headers


@pytest.mark.parametrize("book_id", ["0", "abc", str(NO_SUCH_ID)])
def test_options_does_not_judge_the_id(api: Api, book_id: str) -> None:
    response = api.http.options(f"/books/{book_id}")
    assert response.status_code == 204
    assert response.headers["allow"] == ", ".join(ALLOWED["/books/1"])


@pytest.mark.parametrize("path", READABLE)
def test_head_answers_as_get_does_without_the_body(api: Api, path: str) -> None:
    got, headed = api.http.get(path), api.http.head(path)
    assert headed.status_code == got.status_code == 200
    assert compared(headed) == compared(got)
    assert headed.content == b""


def test_head_of_a_book_has_its_etag_and_length(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    got, headed = api.http.get(url(book)), api.http.head(url(book))
    assert headed.status_code == 200
    assert headed.headers["etag"] == got.headers["etag"]
    assert headed.headers["content-length"] == str(len(got.content))


def test_head_with_the_current_etag_is_304(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    response = api.http.head(url(book), headers={"If-None-Match": '"1"'})
    assert response.status_code == 304
    assert response.headers["etag"] == '"1"'


@pytest.mark.parametrize("path", ["/nothing", "/books/abc", f"/books/{NO_SUCH_ID}", "/books/?limit=0", *PRIVATE])
def test_head_is_refused_as_get_is(api: Api, path: str) -> None:
    got, headed = api.http.get(path), api.http.head(path)
    assert headed.status_code == got.status_code >= 400
    assert compared(headed) == compared(got)


@pytest.mark.parametrize("path", ["/books/", "/nothing", "/auth/login", "/docs"])
def test_after_a_head_the_connection_carries_the_next_answer(api: Api, path: str) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "HEAD", path))
        raw.receive(connection, "HEAD")
        raw.send(connection, raw.head(api, "GET", "/health/live", ["Connection: close"]))
        assert raw.receive(connection).json() == {"status": "ok"}


@pytest.mark.parametrize("book_id", NOT_IDS)
def test_what_is_not_an_id_is_422(api: Api, book_id: str) -> None:
    problem = assert_problem(raw.ask(api, "GET", f"/books/{book_id}"), 422, "invalid-input")
    assert locations(problem) == [["path", "book_id"]]


@pytest.mark.parametrize("method", CHANGING)
@pytest.mark.parametrize("book_id", ["0", "01", "-1", "1.0", "+1", "abc"])
def test_what_is_not_an_id_cannot_be_changed(api: Api, alice: User, book_id: str, method: str) -> None:
    problem = assert_problem(change(api, alice, method, f"/books/{book_id}"), 422, "invalid-input")
    assert locations(problem) == [["path", "book_id"]]


@pytest.mark.parametrize("book_id", IDS_OUT_OF_RANGE, ids=lambda text: f"{len(text)}-digits-{text[-3:]}")
def test_an_id_that_no_book_has_is_404_however_long(api: Api, book_id: str) -> None:
    problem = assert_problem(api.http.get(f"/books/{book_id}"), 404, "book-not-found")
    assert "errors" not in problem


@pytest.mark.parametrize("method", CHANGING)
@pytest.mark.parametrize("book_id", IDS_OUT_OF_RANGE[:4])
def test_an_id_that_no_book_has_cannot_be_changed(api: Api, alice: User, book_id: str, method: str) -> None:
    assert_problem(change(api, alice, method, f"/books/{book_id}"), 404, "book-not-found")


def test_a_percent_encoded_path_is_the_path_that_it_encodes(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    encoded = "".join(f"%{ord(digit):x}" for digit in str(book["id"]))
    assert raw.ask(api, "GET", f"/%62ook%73/{encoded}").json() == book


def test_a_whole_url_as_request_target_is_read_as_its_path(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    host_and_end = raw.head(api, "GET", url(book), ["Connection: close"]).partition(b"\r\n")[2]
    target = str(api.http.base_url).rstrip("/") + url(book)
    with raw.connected(api) as connection:
        raw.send(connection, f"GET {target} HTTP/1.1\r\n".encode() + host_and_end)
        assert raw.receive(connection).json() == book


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_replaces_the_method(api: Api, alice: User, header: str) -> None:
    book = api.new_book(alice)
    response = api.http.post(url(book), headers={**alice.auth, header: "DELETE"})
    assert_problem(response, 405, "method-not-allowed")
    assert api.read(book) == book


@pytest.mark.parametrize("header", ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Script-Name"])
def test_no_header_replaces_the_path(api: Api, alice: User, header: str) -> None:
    book: dict[str, Any] = api.new_book(alice)
    response = api.http.get(url(book), headers={header: "/health/live"})
    assert response.json() == book
