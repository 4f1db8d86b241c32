"""What the servers write: every request once, in either format, and never a secret."""

import json
import re
import socket
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.contract.client import Api, book_fields, client_of, unique
from tests.servers import TWINS, serving

SECRET = "swordfish-the-signing-key-of-this-run"
FORMATS = ("text", "json")
TRACE = "trace-of-this-test"


def asked_with_secrets(api: Api, secret: str) -> set[str]:
    """Put a secret wherever a request has a place for one, in requests that succeed and that fail; all the secrets."""
    user = api.new_user()
    http, auth = api.http, user.auth
    http.post("/books/", json=book_fields(description=secret), headers=auth)
    http.post("/books/", json=book_fields(title=secret, rating=9), headers=auth)
    http.post("/books/", content=f'{{"title": "{secret}"', headers={**auth, "Content-Type": "application/json"})
    http.get("/books/", params={"q": secret, secret: "1", "cursor": secret})
    http.get("/books/0", headers={"Authorization": f"Bearer {secret}", "Cookie": f"session={secret}"})
    http.get(
        "/auth/me", headers={"Authorization": f"Bearer {secret}", "If-Match": secret, "X-Request-ID": secret + "!"}
    )
    http.post("/auth/login", data={"username": user.username, "password": secret})
    http.post("/auth/register", json={"username": unique("user"), "password": secret})
    http.post("/auth/register", json={"username": user.username, "password": secret, "email": f"{secret}@example.org"})
    http.post("/auth/refresh", json={"refresh_token": secret})
    http.get("/nothing", params={"token": secret}, headers=auth)
    http.delete("/books/", params={"token": secret}, headers=auth)
    for broken in (
        f"GET /?{secret} HTTP/9.9\r\n\r\n",
        f"GET / HTTP/1.1\r\n{secret}: x\r\n{secret}\r\n\r\n",
        f"{secret}\r\n\r\n",
    ):
        send_raw(str(http.base_url), broken.encode())
    assert http.post("/auth/logout", json={"refresh_token": user.refresh_token}).status_code == 204
    return {secret, SECRET, user.access_token, user.refresh_token, "a password, long enough"}


def send_raw(url: str, data: bytes) -> None:
    address = urlsplit(url)
    with closing(socket.create_connection((address.hostname or "", address.port or 80), 10)) as connection:
        connection.sendall(data)
        connection.recv(65_536)


@pytest.mark.parametrize("log_format", FORMATS)
@pytest.mark.parametrize("twin", TWINS)
def test_no_secret_is_logged_and_no_client_writes_a_line(twin: str, log_format: str, tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3",
        "SECRET_KEY": SECRET,
        "LOG_FORMAT": log_format,
        "LOG_LEVEL": "DEBUG",
        "FILES_DIR": str(tmp_path / "files"),
        "ARGON2_MEMORY_KIB": "8",
        "ARGON2_TIME_COST": "1",
    }
    log = tmp_path / "log"
    with serving(twin, environment, log, workers=1) as url, client_of(url) as http:
        secrets = asked_with_secrets(Api(http), unique("hush"))
        http.get("/no%0Aforged%0D%1B%5B31m%E2%80%A8/%F0%9F%93%9A")
        http.get("/books/7", headers={"X-Request-ID": TRACE})
    text = log.read_text()
    assert not {secret for secret in secrets if secret in text}
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line.startswith("forged")]
    (lines_of_json if log_format == "json" else lines_of_text)(text)


def lines_of_json(text: str) -> None:
    """Each line is an object; that of a request has what an operator asks for."""
    records = [json.loads(line) for line in text.splitlines()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", record["time"]) for record in records)
    assert all({"level", "logger", "message"} <= set(record) for record in records)
    [found] = [record for record in records if record.get("request_id") == TRACE]
    assert found["duration_ms"] > 0
    assert {name: found[name] for name in ("logger", "method", "path", "route", "status")} == {
        "logger": "books.requests", "method": "GET", "path": "/books/7", "route": "/books/{book_id}", "status": 404,
    }  # fmt: skip


def lines_of_text(text: str) -> None:
    """Each line begins with a time, a level and a logger; that of a request ends with its id."""
    start = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ (DEBUG|INFO|WARNING|ERROR) [\w.]+ .+")
    assert not [line for line in text.splitlines() if not start.match(line)]
    assert re.search(rf" books\.requests GET /books/7 /books/\{{book_id\}} 404 \d+\.\d+ms {TRACE}$", text, re.MULTILINE)
