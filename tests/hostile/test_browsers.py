"""What a page of somebody else, a shared cache or a curious browser could make of the answers."""

import re
from urllib.parse import urljoin

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import PASSWORD, Api, User, book_fields, sending, url
from tests.contract.pictures import put_cover
from tests.contract.violations import BEYOND_THE_LIMIT
from tests.hostile.document import operations

pytestmark = pytest.mark.before_the_database

ELSEWHERE = "evil.example"
PAGES = ["/", "/docs"]
PUBLIC = ["/", "/docs", "/openapi.json", "/static/app.css", "/books/?limit=1", "/health/live", "/nothing", "/books/0"]
# What proxies and frameworks have been seen to believe.
POISON = {
    "X-Forwarded-Host": ELSEWHERE,
    "X-Forwarded-Server": ELSEWHERE,
    "X-Forwarded-Proto": "ftp",
    "X-Forwarded-Scheme": "ftp",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "203.0.113.9",
    "X-Host": ELSEWHERE,
    "X-Original-Host": ELSEWHERE,
    "X-HTTP-Host-Override": ELSEWHERE,
    "Forwarded": f"host={ELSEWHERE};proto=ftp",
    "X-Original-URL": "/auth/me",
    "X-Rewrite-URL": "/auth/me",
    "X-WAP-Profile": f"http://{ELSEWHERE}/",
    "Referer": f"http://{ELSEWHERE}/",
    "X-HTTP-Method-Override": "DELETE",
    "Front-End-Https": "on",
}
OWN = {"date", "x-request-id", "x-process-time", "connection"}


def compared(response: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    headers = {name: value for name, value in response.headers.items() if name not in OWN}
    return response.status_code, response.content, headers


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_it_may_load_and_who_may_frame_it(api: Api, path: str) -> None:
    response = api.http.get(path)
    policy = {
        name: sources for name, *sources in map(str.split, response.headers["content-security-policy"].split(";"))
    }
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == ["'none'"]
    assert not set(policy["script-src"]) & {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"}
    assert policy.get("object-src", ["'none'"]) == ["'none'"]
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_every_script_within_a_page_is_one_that_its_policy_names(api: Api, path: str) -> None:
    response = api.http.get(path)
    inline = re.findall(r"<script>(.+?)</script>", response.text, re.DOTALL)
    assert len(inline) == response.headers["content-security-policy"].count("'sha256-")
    assert not re.search(r"\son\w+\s*=|javascript:", response.text)


@pytest.mark.parametrize("path", PAGES)
def test_no_script_of_a_page_writes_markup(api: Api, path: str) -> None:
    """What a user wrote gets into a page as text only; of libraries, the policy is the guard."""
    scripts = {link for link in re.findall(r'src="([^"]+)"', api.http.get(path).text) if link.startswith("/static/")}
    seen: set[str] = set()
    while scripts - seen:
        link = (scripts - seen).pop()
        seen.add(link)
        text = api.http.get(link).text
        assert not re.search(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\()", text), (
            link
        )
        scripts |= {urljoin(link, name) for name in re.findall(r'from "([^"]+)"', text)}
    assert bool(seen) == (path == "/")


def test_what_is_private_is_kept_by_no_cache(api: Api, alice: User) -> None:
    ids = {"book_id": api.new_book(alice)["id"], "todo_id": api.new_todo(alice)["id"], "book_author": "x"}
    private = [item for item in operations(api) if item.guarded and item.method == "GET"]
    assert len(private) >= 3
    for operation in private:
        response = operation.send(api, ids, sending(api.browser(alice.username)))
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"
    for response in (api.log_in(alice.username), api.open_browser(alice.username)):
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/auth/me/x.css", "/auth/me.css", "/auth/me;x.css", "/auth/me%2fx.css", "/auth/me%0Ax.css", "/auth/me%00.css",
     "/auth/me%3fx.css", "/auth/me%23x.css", "/auth/session/x.js", "/todo/x.css", "/todo/%2e%2e/static/app.css",
     "/static/..%2fauth%2fme", "/static/../auth/me", "/books/..%2fauth%2fme"],
)  # fmt: skip
def test_what_is_private_is_not_found_under_a_name_that_caches_keep(api: Api, alice: User, path: str) -> None:
    cookie = sending(api.browser(alice.username))["Cookie"]
    for credentials in (f"Authorization: {alice.auth['Authorization']}", f"Cookie: {cookie}"):
        response = raw.ask(api, "GET", path, [credentials])
        assert response.status_code in {404, 405, 422}
        assert alice.username not in response.text


@pytest.mark.parametrize("path", PUBLIC)
def test_no_header_that_a_cache_does_not_know_of_changes_an_answer(api: Api, path: str) -> None:
    plain = compared(api.http.get(path))
    for name, value in POISON.items():
        assert compared(api.http.get(path, headers={name: value})) == plain, name
    assert ELSEWHERE.encode() not in plain[1]


@pytest.mark.parametrize("host", [ELSEWHERE, f"{ELSEWHERE}:1", "127.0.0.1:1", "localhost", "[::1]", ""])
@pytest.mark.parametrize("path", PUBLIC)
def test_no_answer_repeats_the_host_that_was_asked_for(api: Api, path: str, host: str) -> None:
    message = f"GET {api.http.base_url.path.rstrip('/')}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    with raw.connected(api) as connection:
        raw.send(connection, message.encode())
        response = raw.receive(connection)
    assert response.status_code < 500
    assert ELSEWHERE not in response.text + str(response.headers)
    assert "location" not in response.headers


@pytest.mark.parametrize(
    "target",
    [f"//{ELSEWHERE}", f"//{ELSEWHERE}/", f"//{ELSEWHERE}/%2e%2e", f"///{ELSEWHERE}", f"/%2f{ELSEWHERE}",
     f"/\\{ELSEWHERE}",
     f"/%5c{ELSEWHERE}", f"/%09/{ELSEWHERE}", f"/.{ELSEWHERE}", f"/books//{ELSEWHERE}/..", f"/docs//{ELSEWHERE}",
     f"/?next=//{ELSEWHERE}", f"/docs?url=//{ELSEWHERE}", f"/?redirect_uri=http://{ELSEWHERE}",
     f"/auth/login?next=http://{ELSEWHERE}", "/books", "/todo", "/upload", "/ws", "/docs/", "/static"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(api: Api, target: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        response = raw.ask(api, method, target, ["Content-Length: 0"])
        assert not 300 <= response.status_code < 400
        assert "location" not in response.headers
        assert "refresh" not in response.headers


@pytest.mark.parametrize("path", PUBLIC)
def test_nothing_is_said_to_pages_of_other_sites(api: Api, path: str) -> None:
    for origin in (f"https://{ELSEWHERE}", "null", f"{api.http.base_url.scheme}://{api.http.base_url.netloc.decode()}"):
        for method in ("GET", "OPTIONS"):
            headers = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
            response = api.http.request(method, path, headers=headers)
            assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("callback", ["callback", "jsonp", "_callback", "cb"])
def test_no_answer_is_a_script_around_data(api: Api, callback: str) -> None:
    for path in ("/books/", "/openapi.json", "/health/live"):
        response = api.http.get(path, params={callback: "alert"})
        assert "alert" not in response.text
        assert "javascript" not in response.headers["content-type"]


def test_every_answer_with_a_body_says_what_it_is(api: Api, alice: User) -> None:
    """Nothing that a user wrote is ever sent as what a browser would run."""
    book = api.new_book(alice, title="<script>alert(1)</script>")
    put_cover(api, alice, book)
    login = {"username": alice.username, "password": PASSWORD}
    answers = [
        *(api.http.get(path) for path in (url(book), "/books/", "/books/export", f"{url(book)}/cover", "/nothing")),
        api.http.get("/books/", params={"q": "<script>"}),
        api.http.post("/auth/login", data=login),
        api.http.post("/books/", json=book_fields(title="<script>"), headers={**alice.auth, "Accept": "text/html"}),
        api.http.post("/chat", json={"message": "<script>"}, headers=alice.auth),
        raw.ask(api, "POST", "/books/", [f"Content-Length: {BEYOND_THE_LIMIT}"]),
        raw.ask(api, "GET", "/<script>alert(1)</script>"),
    ]
    for response in answers:
        kind = response.headers["content-type"].partition(";")[0]
        assert kind in {
            "application/json", "application/problem+json", "application/x-ndjson", "image/png", "text/event-stream",
        }  # fmt: skip
        assert response.headers["x-content-type-options"] == "nosniff"
