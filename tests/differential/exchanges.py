"""Requests, good and bad, that two servers must answer with the same bytes.

`{book}`, `{author}`, `{category}` and `{title}` stand for a book of the owner's, `{name}` for a free username,
`{user}` for a taken one, `{refresh}` for a refresh token, `{cookie}` for a session of a browser.
"""

import json
from dataclasses import dataclass

from tests.contract.client import PASSWORD, book_fields

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
RIGHT_LOGIN = f"username={{user}}&password={PASSWORD.replace(' ', '+')}".encode()
COOKIE = ("Cookie", "session={cookie}")
VALID = json.dumps(book_fields(title="Twin title", author="Twin author")).encode()


@dataclass(frozen=True)
class Exchange:
    """One request; `who` sends it: owner, other or nobody."""

    method: str
    target: str
    body: bytes | None = None
    media_type: str | None = JSON
    who: str = "nobody"
    headers: tuple[tuple[str, str], ...] = ()


def read(target: str, *headers: tuple[str, str], method: str = "GET") -> Exchange:
    return Exchange(method, target, headers=headers)


def write(method: str, body: bytes | None = VALID, *headers: tuple[str, str], who: str = "owner") -> Exchange:
    return Exchange(method, "/books/" if method == "POST" else "/books/{book}", body, who=who, headers=headers)


def auth(path: str, body: bytes, media_type: str = JSON) -> Exchange:
    return Exchange("POST", f"/auth/{path}", body, media_type)


def chat(body: bytes, media_type: str = JSON, who: str = "owner") -> Exchange:
    return Exchange("POST", "/chat", body, media_type, who)


def table(body: bytes, media_type: str = "text/csv", who: str = "owner") -> Exchange:
    return Exchange("POST", "/books/import", body, media_type, who)


def member(name: str, value: str) -> bytes:
    return json.dumps({name: value}).encode()


EXCHANGES = {
    "book": read("/books/{book}"),
    "book-head": read("/books/{book}", method="HEAD"),
    "book-options": read("/books/{book}", method="OPTIONS"),
    "book-not-modified": read("/books/{book}", ("If-None-Match", 'W/"1", "9"')),
    "book-modified": read("/books/{book}", ("If-None-Match", '"0"')),
    "book-missing": read("/books/9223372036854775807"),
    "book-beyond-range": read("/books/" + "9" * 30),
    **{f"book-id-{text}": read(f"/books/{text}") for text in ("0", "-1", "+1", "01", "1.0", "abc", "%31%20", "%00")},
    "list-by-author": read("/books/?author={author}"),
    "list-by-category": read("/books/?category={category}&sort=-title&limit=1"),
    "list-search": read("/books/?q={title}&min_rating=1"),
    "list-ranked": read("/books/?q={title}%20{author}&sort=relevance&limit=1"),
    "list-ranked-nothing": read("/books/?sort=relevance&limit=0"),
    "list-head": read("/books/?author={author}", method="HEAD"),
    "list-empty": read("/books/?category=nothing%20like%20it"),
    "list-all-wrong": read("/books/?author=&category=&q=!&min_rating=9&sort=x&limit=0&cursor=&page=2&page=3"),
    "list-foreign-cursor": read("/books/?cursor=WyJhIiwxLDFd.x"),
    "list-repeated": read("/books/?limit=1&limit=2"),
    "list-not-utf-8": read("/books/?q=%FF"),
    "author": read("/books/author/{author}?sort=rating"),
    "author-with-slash": read("/books/author/a%2Fb/c"),
    "author-empty": read("/books/author/"),
    "author-wrong-query": read("/books/author/%20?q=a&limit=101"),
    "path-unknown": read("/nothing/here"),
    "path-without-slash": read("/books"),
    "path-with-extra-slash": read("/auth/me/"),
    "path-doubled-slash": read("//books/"),
    "method-not-allowed": read("/books/", method="DELETE"),
    "method-not-allowed-head": read("/auth/login", method="HEAD"),
    "options-list": read("/books/", method="OPTIONS"),
    "live": read("/health/live"),
    "ready": read("/health/ready"),
    "me": Exchange("GET", "/auth/me", who="owner"),
    "me-nobody": read("/auth/me"),
    "me-basic": read("/auth/me", ("Authorization", "Basic eDp5")),
    "me-nonsense": read("/auth/me", ("Authorization", "Bearer a.b.c")),
    "create": write("POST"),
    "create-nobody": write("POST", who="nobody"),
    "create-empty-object": write("POST", b"{}"),
    "create-all-wrong": write(
        "POST", b'{"title":"","author":5,"category":null,"rating":"5","published_year":1.5,"x":1}'
    ),
    **{f"create-{text.decode()}": write("POST", text) for text in (b"[]", b"null", b"5", b'"x"', b"true")},
    "patch-list": write("PATCH", b"[]"),
    "register-list": auth("register", b"[]"),
    "create-empty": write("POST", b""),
    "create-malformed": write("POST", b'{"title": }'),
    "create-nan": write("POST", b'{"rating": NaN}'),
    "create-duplicate": write("POST", b'{"rating": 1, "rating": 2}'),
    "create-deep": write("POST", b"[" * 30 + b"]" * 30),
    "create-not-utf-8": write("POST", b'{"title": "\xff"}'),
    "create-surrogate": write("POST", b'{"title": "\\ud800", "author": "\\u0000"}'),
    "create-text-plain": Exchange("POST", "/books/", VALID, "text/plain", "owner"),
    "create-latin-1": Exchange("POST", "/books/", VALID, "application/json; charset=latin-1", "owner"),
    "create-untyped": Exchange("POST", "/books/", VALID, None, "owner"),
    "create-too-large": write("POST", b" " * 3_000_000),
    "replace": write("PUT"),
    "replace-current": write("PUT", VALID, ("If-Match", '"1"')),
    "replace-stale": write("PUT", VALID, ("If-Match", '"7"')),
    "replace-unless-current": write("PUT", VALID, ("If-None-Match", "*")),
    "replace-incomplete": write("PUT", b'{"title": "x"}'),
    "replace-by-another": write("PUT", who="other"),
    "replace-wrong-id-and-body": Exchange("PUT", "/books/x", b'{"rating": 9}', who="owner"),
    "replace-missing": Exchange("PUT", "/books/9223372036854775807", VALID, who="owner"),
    "patch": write("PATCH", b'{"rating": 1, "published_year": null}'),
    "patch-merge": Exchange("PATCH", "/books/{book}", b'{"title": "y"}', "application/merge-patch+json", "owner"),
    "patch-nothing": write("PATCH", b"{}"),
    "patch-null": write("PATCH", b'{"title": null}'),
    "delete": write("DELETE", None),
    "delete-stale": write("DELETE", None, ("If-Match", 'W/"1"')),
    "delete-by-another": write("DELETE", None, who="other"),
    "chat": chat(b'{"message": "What did nobody at all write?"}'),
    "chat-nobody": chat(b'{"message": "hello"}', who="nobody"),
    "chat-empty": chat(b'{"message": ""}'),
    "chat-all-wrong": chat(b'{"message": 5, "model": "x"}'),
    "chat-long": chat(b'{"message": "' + b"x" * 100_000 + b'"}'),
    "chat-malformed": chat(b'{"message": '),
    "chat-form": chat(b"message=hello", FORM),
    "chat-get": read("/chat"),
    "export-head": read("/books/export", ("Accept", "text/csv"), method="HEAD"),
    "export-not-acceptable": read("/books/export", ("Accept", "text/html, application/json")),
    "export-not-allowed": read("/books/export", method="DELETE"),
    "import": table(b'title,author,category,rating\nT,A,c,5\nT,,c,6\n"T"x,A,c,5\nT,A,c\n'),
    "import-ndjson": table(VALID + b'\n{"title": 5, "x": null}\n[]\n{oops}\n', "application/x-ndjson"),
    "import-nothing": table(b"", "application/x-ndjson"),
    "import-empty": table(b""),
    "import-wrong-header": table(b"title,author,title,rating,isbn\n"),
    "import-open-quote": table(b'title,author,category,rating\nT,A,c,5\n"T,A,c,5\n'),
    "import-not-utf-8": table(b"title,author,category,rating\nT,\xff,c,5\n"),
    "import-json": table(VALID, JSON),
    "import-latin-1": table(b"", "text/csv; charset=latin-1"),
    "import-nobody": table(b"", who="nobody"),
    "import-not-allowed": read("/books/import"),
    "page": read("/"),
    "page-asset": read("/static/js/main.js"),
    "page-asset-head": read("/static/icon.svg", method="HEAD"),
    "page-asset-current": read("/static/app.css", ("If-None-Match", "*")),
    "page-asset-missing": read("/static/js/../app.css"),
    "register": auth("register", b'{"username": "{name}", "password": "long enough", "email": "a@example.org"}'),
    "register-taken": auth("register", b'{"username": "{user}", "password": "long enough"}'),
    "register-all-wrong": auth("register", b'{"username": "a b", "password": "short", "email": "x", "admin": true}'),
    "login": auth("login", RIGHT_LOGIN, FORM),
    "login-wrong": auth("login", b"username={user}&password=wrong", FORM),
    "login-unknown": auth("login", b"username={name}&password=wrong", FORM),
    "login-empty": auth("login", b"username=&grant_type=x", FORM),
    "login-repeated": auth("login", b"username=a&username=b&password=c", FORM),
    "login-json": auth("login", b'{"username": "{user}", "password": "x"}'),
    "refresh": auth("refresh", member("refresh_token", "{refresh}")),
    "refresh-unknown": auth("refresh", member("refresh_token", "unknown")),
    "refresh-wrong": auth("refresh", b'{"refresh_token": 5}'),
    "logout": auth("logout", member("refresh_token", "{refresh}")),
    "todo-nobody": read("/todo/"),
    "todo-wrong-query": Exchange("GET", "/todo/?done=1&limit=0&x=1", who="owner"),
    "todo-add": Exchange("POST", "/todo/", b'{"book_id": {book}, "note": "soon"}', who="owner"),
    "todo-add-missing": Exchange("POST", "/todo/", b'{"book_id": 9223372036854775808}', who="owner"),
    "todo-add-all-wrong": Exchange("POST", "/todo/", b'{"book_id": "1", "note": 5, "done": 1, "x": 1}', who="owner"),
    "todo-patch-missing": Exchange("PATCH", "/todo/9223372036854775807", b'{"done": true}', who="owner"),
    "todo-delete-missing": Exchange("DELETE", "/todo/9223372036854775807", who="owner"),
    "todo-delete-wrong": Exchange("DELETE", "/todo/01", who="owner"),
    "logout-unknown": auth("logout", member("refresh_token", "unknown")),
    "session-open": auth("session", RIGHT_LOGIN, FORM),
    "session-open-wrong": auth("session", b"username={user}&password=wrong", FORM),
    "session-open-empty": auth("session", b"", FORM),
    "session-open-json": auth("session", b"{}"),
    "session-open-cross-site": Exchange(
        "POST", "/auth/session", RIGHT_LOGIN, FORM, headers=(("Origin", "https://elsewhere.example"),)
    ),
    "session": read("/auth/session", COOKIE),
    "session-nobody": read("/auth/session"),
    "session-nonsense": read("/auth/session", ("Cookie", "session=x.y")),
    "session-doubled": read("/auth/session", ("Cookie", "session={cookie}; session={cookie}")),
    "session-close": read("/auth/session", COOKIE, method="DELETE"),
    "session-close-cross-site": read("/auth/session", COOKIE, ("Sec-Fetch-Site", "same-site"), method="DELETE"),
    "me-by-cookie": read("/auth/me", COOKIE),
    "me-by-cookie-and-empty-header": read("/auth/me", COOKIE, ("Authorization", "")),
    "book-if-match-empty": read("/books/{book}", ("If-Match", "")),
    "create-by-cookie": write("POST", VALID, COOKIE, who="nobody"),
    "create-by-cookie-cross-site": write("POST", VALID, COOKIE, ("Origin", "null"), who="nobody"),
}
