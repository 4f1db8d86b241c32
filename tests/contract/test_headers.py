"""Headers of every answer: who asked, how long it took, what the body is, and what is never said."""

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from time import perf_counter, sleep

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import Api, User, book_fields, fields_of, unique, url
from tests.contract.routes import JSON, NO_SUCH_ID
from tests.contract.violations import ONE_EACH, Attempt, Violation

HTML = "text/html; charset=utf-8"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
MADE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
HTTP_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
UTC_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")

# What each success is: how to get it, its status, its media type (None: there is no body).
SUCCESSES: dict[str, tuple[Callable[[Api, User], httpx2.Response], int, str | None]] = {
    "list": (lambda api, user: api.http.get("/books/?limit=2"), 200, JSON),
    "list-of-nobody": (lambda api, user: api.http.get("/books/author/nobody"), 200, JSON),
    "read": (lambda api, user: api.http.get(url(api.new_book(user))), 200, JSON),
    "not-modified": (
        lambda api, user: api.http.get(url(api.new_book(user)), headers={"If-None-Match": "*"}),
        304,
        None,
    ),
    "create": (lambda api, user: api.add(user), 201, JSON),
    "replace": (lambda api, user: change(api, user, "PUT"), 200, JSON),
    "patch": (lambda api, user: change(api, user, "PATCH"), 200, JSON),
    "delete": (lambda api, user: api.http.delete(url(api.new_book(user)), headers=user.auth), 204, None),
    "register": (lambda api, user: api.register(unique("user")), 201, JSON),
    "log-in": (lambda api, user: api.log_in(user.username), 200, JSON),
    "refresh": (lambda api, user: with_refresh_token(api, user, "refresh"), 200, JSON),
    "log-out": (lambda api, user: with_refresh_token(api, user, "logout"), 204, None),
    "me": (lambda api, user: api.http.get("/auth/me", headers=user.auth), 200, JSON),
    "live": (lambda api, user: api.http.get("/health/live"), 200, JSON),
    "ready": (lambda api, user: api.http.get("/health/ready"), 200, JSON),
    "metrics": (lambda api, user: api.http.get("/metrics"), 200, PROMETHEUS),
    "contract": (lambda api, user: api.http.get("/openapi.json"), 200, JSON),
    "docs": (lambda api, user: api.http.get("/docs"), 200, HTML),
    "page": (lambda api, user: api.http.get("/"), 200, HTML),
    "options": (lambda api, user: api.http.options("/books/"), 204, None),
}
ANSWERS: dict[str, Callable[[Api, User], httpx2.Response]] = {
    **{name: ask for name, (ask, _status, _type) in SUCCESSES.items()},
    "no-path": lambda api, user: api.http.get("/nothing"),
    "no-method": lambda api, user: api.http.delete("/books/"),
    "no-book": lambda api, user: api.http.get(f"/books/{NO_SUCH_ID}"),
    "head": lambda api, user: api.http.head("/books/"),
    "head-of-nothing": lambda api, user: api.http.head("/nothing"),
}
every_answer = pytest.mark.parametrize("ask", ANSWERS.values(), ids=ANSWERS.keys())
every_problem = pytest.mark.parametrize("broken", ONE_EACH, ids=str)


def change(api: Api, user: User, method: str) -> httpx2.Response:
    book = api.new_book(user)
    return api.http.request(method, url(book), json=fields_of(book) | {"rating": 1}, headers=user.auth)


def with_refresh_token(api: Api, user: User, action: str) -> httpx2.Response:
    token = api.session(user.username).refresh_token
    return api.http.post(f"/auth/{action}", json={"refresh_token": token})


def assert_common_headers(response: httpx2.Response) -> None:
    """Each of them once: a second line of the same name would be another header's fault."""
    assert len(response.headers.get_list("x-request-id")) == 1
    assert MADE_ID.fullmatch(response.headers["x-request-id"])
    assert len(response.headers.get_list("x-process-time")) == 1
    assert re.fullmatch(r"\d+\.\d+", response.headers["x-process-time"])
    assert len(response.headers.get_list("x-served-by")) == 1
    assert re.fullmatch(r"[a-z][a-z0-9-]*", response.headers["x-served-by"])
    assert response.headers.get_list("x-content-type-options") == ["nosniff"]
    assert len(response.headers.get_list("date")) == 1
    assert HTTP_DATE.fullmatch(response.headers["date"])
    assert len(response.headers.get_list("content-type")) <= 1


def assert_nothing_said_in_vain(response: httpx2.Response) -> None:
    assert "set-cookie" not in response.headers
    assert "x-powered-by" not in response.headers
    assert not re.search(r"\d", response.headers.get("server", ""))


@every_answer
def test_every_answer_has_the_common_headers(
    api: Api, alice: User, ask: Callable[[Api, User], httpx2.Response]
) -> None:
    assert_common_headers(ask(api, alice))


@every_problem
def test_every_problem_has_the_common_headers(api: Api, alice: User, bob: User, broken: Violation) -> None:
    assert_common_headers(Attempt(api, alice, bob, ONE_EACH[broken], {broken}).send())


@every_answer
def test_no_answer_sets_cookies_or_names_versions(
    api: Api, alice: User, ask: Callable[[Api, User], httpx2.Response]
) -> None:
    assert_nothing_said_in_vain(ask(api, alice))


@every_problem
def test_no_problem_sets_cookies_or_names_versions(api: Api, alice: User, bob: User, broken: Violation) -> None:
    assert_nothing_said_in_vain(Attempt(api, alice, bob, ONE_EACH[broken], {broken}).send())


@pytest.mark.parametrize(("ask", "status", "media_type"), SUCCESSES.values(), ids=SUCCESSES.keys())
def test_a_success_has_its_status_and_says_what_its_body_is(
    api: Api, alice: User, ask: Callable[[Api, User], httpx2.Response], status: int, media_type: str | None
) -> None:
    response = ask(api, alice)
    assert response.status_code == status
    assert response.headers.get("content-type") == media_type
    if media_type:
        assert int(response.headers["content-length"]) == len(response.content) > 0
    else:
        assert response.content == b""
        assert status == 304 or response.headers.get("content-length") is None


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", ""])
def test_a_success_is_json_whatever_the_client_accepts(api: Api, accept: str) -> None:
    response = api.http.get("/books/?limit=1", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == JSON


@pytest.mark.parametrize("sent", ["a", "Z9", "0" * 64, "a.b_c-d", "...", "6f1c0e5e-8a1b-4d6c-9b8e-0f3a2d1c4b5a"])
@pytest.mark.parametrize("path", ["/health/live", "/nothing", "/books/0"])
def test_a_harmless_request_id_is_echoed(api: Api, path: str, sent: str) -> None:
    assert api.http.get(path, headers={"X-Request-ID": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize(
    "sent", ["", "0" * 65, "a b", "a,b", "a/b", "a:b", "<b>", "a%0d%0ab", '"a"', "a\\nb", "\xe9", "a=b", "${x}", "a;b"]
)
def test_any_other_request_id_is_replaced(api: Api, sent: str) -> None:
    response = raw.ask(api, "GET", "/health/live", [f"X-Request-ID: {sent}"])
    assert response.status_code == 200
    assert response.headers["x-request-id"] != sent
    assert MADE_ID.fullmatch(response.headers["x-request-id"])


def test_two_request_ids_are_replaced_by_one(api: Api) -> None:
    response = raw.ask(api, "GET", "/health/live", ["X-Request-ID: first", "X-Request-ID: second"])
    assert response.headers["x-request-id"] not in {"first", "second"}
    assert len(response.headers.get_list("x-request-id")) == 1


def test_made_request_ids_differ(api: Api) -> None:
    made = {api.http.get("/health/live").headers["x-request-id"] for _ in range(20)}
    assert len(made) == 20


def test_the_process_time_is_in_seconds_and_within_what_the_client_waited(api: Api) -> None:
    began = perf_counter()
    response = api.http.get("/health/ready")
    waited_s = perf_counter() - began
    assert 0 < float(response.headers["x-process-time"]) < waited_s


@pytest.mark.parametrize("name", ["X_Request_ID", "X.Request.ID"])
def test_a_header_of_a_similar_name_is_another_header(api: Api, name: str) -> None:
    response = raw.ask(api, "GET", "/health/live", [f"{name}: mine"])
    assert response.status_code == 200
    assert response.headers["x-request-id"] != "mine"


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title], ids=["lower", "upper", "title"])
def test_names_of_headers_are_read_in_any_case(api: Api, alice: User, case: Callable[[str], str]) -> None:
    body = b'{"rating": 1}'
    sent = {
        "content-type": JSON,
        "content-length": str(len(body)),
        "authorization": alice.auth["Authorization"],
        "if-match": '"1"',
        "x-request-id": "mine",
    }
    response = raw.ask(
        api, "PATCH", url(api.new_book(alice)), [f"{case(name)}: {value}" for name, value in sent.items()], body
    )
    assert response.status_code == 200
    assert response.headers["etag"] == '"2"'
    assert response.headers["x-request-id"] == "mine"


def test_white_space_around_a_header_is_not_part_of_it(api: Api, alice: User) -> None:
    headers = [f"Authorization:   {alice.auth['Authorization']} \t", "X-Request-ID:\tmine  "]
    response = raw.ask(api, "GET", "/auth/me", headers)
    assert response.status_code == 200
    assert response.headers["x-request-id"] == "mine"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:99", "localhost"])
def test_the_location_of_a_new_book_does_not_trust_the_host_header(api: Api, alice: User, host: str) -> None:
    headers = {**alice.auth, "Host": host, "X-Forwarded-Host": host, "X-Forwarded-Proto": "ftp"}
    response = api.http.post("/books/", json=book_fields(), headers=headers)
    assert response.status_code == 201
    assert response.headers["location"] == f"/books/{response.json()['id']}"


def test_the_date_is_that_of_the_answer(api: Api) -> None:
    first, second = (parsedate_to_datetime(api.http.get("/health/live").headers["date"]) for _ in range(2))
    assert first <= second
    assert (second - first).total_seconds() < 60


def test_instants_are_written_in_utc(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    me = api.http.get("/auth/me", headers=alice.auth).json()
    for instant in (book["created_at"], book["updated_at"], me["created_at"]):
        assert UTC_INSTANT.fullmatch(instant)


def test_json_is_utf_8_without_a_mark(api: Api, alice: User) -> None:
    book = api.new_book(alice, title="Caf\u00e9 \U0001f4da")
    content = api.http.get(url(book)).content
    assert content.startswith(b"{")
    assert "Caf\u00e9 \U0001f4da".encode() in content


def test_a_connection_is_kept_for_the_next_request(api: Api) -> None:
    with raw.connected(api) as connection:
        for path in ("/health/live", "/nothing", "/books/0", "/books/?limit=1", "/docs"):
            # A server that closes it now might still take what comes at once.
            sleep(0.05)
            raw.send(connection, raw.head(api, "GET", path))
            assert raw.receive(connection).status_code in {200, 404, 422}


def test_a_client_that_wants_the_connection_closed_gets_that(api: Api) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", "/health/live", ["Connection: close"]))
        assert raw.receive(connection).headers["connection"] == "close"
        assert connection.recv(1) == b""
