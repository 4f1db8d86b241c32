"""What a server may have lying about: sources, keys, consoles, other methods and other doors."""

import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, url

pytestmark = pytest.mark.before_the_database

FILES = [
    "/.git/HEAD", "/.git/config", "/.gitignore", "/.svn/entries", "/.env", "/.env.production", "/.htaccess",
    "/.DS_Store",
    "/pyproject.toml", "/requirements.txt", "/Makefile", "/README.md", "/shared/config.py", "/shared/openapi.json",
    "/flask_impl/app.py", "/fastapi_impl/app.py", "/var/secret_key", "/var/books.sqlite3", "/var/files/",
    "/books.sqlite3",
    "/static/app.css.bak", "/static/app.css~", "/static/.app.css.swp", "/static/js/main.js.map", "/backup.zip",
    "/dump.sql",
    "/robots.txt", "/sitemap.xml", "/crossdomain.xml", "/.well-known/security.txt", "/web.config", "/server-status",
    "/proc/self/environ", "/etc/passwd", "/C:/boot.ini",
]  # fmt: skip
DOORS = [
    "/admin", "/admin/", "/console", "/debug", "/debug/pprof/", "/actuator/env", "/phpmyadmin/", "/graphql",
    "/graphiql",
    "/swagger.json", "/api-docs", "/v1/", "/api/", "/_debug_toolbar/", "/__debug__/", "/redoc",
    "/docs/oauth2-redirect", "/users",
    "/auth/users", "/auth/users/1", "/auth/sessions", "/auth/tokens", "/auth/password", "/auth/reset", "/auth/forgot",
    "/internal", "/private", "/test", "/status", "/trace", "/eval", "/cgi-bin/", "/login", "/logout", "/register",
]  # fmt: skip
ESCAPES = [
    "../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "%252e%252e%252f", "..;/", ".%00./", "....//",
    "%c0%ae%c0%ae/",
    "%uff0e%uff0e/", "/", "%2f", "file:///", "~/", "C:/",
]  # fmt: skip


@pytest.mark.parametrize("path", [*FILES, *DOORS])
def test_what_is_not_in_the_contract_is_not_there(api: Api, path: str) -> None:
    assert_problem(raw.ask(api, "GET", path), 404, "path-not-found")


@pytest.mark.parametrize("folder", ["/static/", "/docs/assets/", "/static/js/"])
def test_no_path_leads_out_of_a_folder_of_files(api: Api, folder: str) -> None:
    for escape in ESCAPES:
        for target in ("config.py", "etc/passwd", "index.html"):
            for depth in (1, 5):
                response = raw.ask(api, "GET", f"{folder}{escape * depth}{target}")
                assert response.status_code in {400, 404}, (escape, target)
                assert "root:" not in response.text
                assert "import " not in response.text


@pytest.mark.parametrize(
    "query",
    ["?__debugger__=yes&cmd=resource&f=debugger.js", "?debug=1", "?XDEBUG_SESSION_START=1", "?_method=DELETE",
     "?trace=1",
     "?profile=1", "?source=1", "?pretty=1", "?format=html", "?view=source"],
)  # fmt: skip
def test_no_word_in_a_query_opens_anything(api: Api, alice: User, query: str) -> None:
    book = api.new_book(alice)
    assert api.http.get(url(book) + query, headers=alice.auth).json() == book
    assert api.http.get("/health/live" + query).json() == {"status": "ok"}
    assert "debugger" not in api.http.get("/" + query).text.lower()
    assert api.read(book) == book


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "DEBUG", "CONNECT", "PURGE", "PROPFIND", "MOVE", "PRI", "LINK"])
def test_no_other_method_does_anything(api: Api, alice: User, method: str) -> None:
    book = api.new_book(alice)
    for path in ("/", url(book), "/books/", "/auth/me"):
        secret = "Cookie: session=not-to-be-repeated"
        response = raw.ask(
            api, method, path, [secret, f"Authorization: {alice.auth['Authorization']}", "Content-Length: 0"]
        )
        assert response.status_code in {400, 405, 501}
        assert "not-to-be-repeated" not in response.text
    assert api.read(book) == book


@pytest.mark.parametrize("name", ["_method", "method", "_METHOD", "X-HTTP-Method-Override"])
def test_no_member_replaces_the_method(api: Api, alice: User, name: str) -> None:
    book = api.new_book(alice)
    assert api.http.post(url(book), data={name: "DELETE"}, headers=alice.auth).status_code == 405
    assert api.http.post(url(book), params={name: "DELETE"}, headers=alice.auth).status_code == 405
    assert api.http.get(url(book), params={name: "DELETE"}, headers=alice.auth).status_code == 200
    assert api.read(book) == book


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_is_safe_changes_nothing(api: Api, alice: User, method: str) -> None:
    """A link or a picture that a browser follows by itself does no harm, whatever its words."""
    book = api.new_book(alice)
    session = api.session(alice.username)
    for path in (url(book), f"{url(book)}/cover", "/auth/me", "/todo/", "/auth/session"):
        body = {"refresh_token": session.refresh_token, "title": "x"}
        api.http.request(method, path, json=body, params={"delete": "1"}, headers=session.auth)
    for path in ("/auth/logout", "/auth/refresh", "/auth/login", "/auth/register"):
        expected = 204 if method == "OPTIONS" else 405
        assert api.http.request(method, path, params={"refresh_token": session.refresh_token}).status_code == expected
    assert api.read(book) == book
    assert api.http.get("/auth/me", headers=session.auth).status_code == 200
