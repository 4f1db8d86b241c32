"""The walk of docs/migrating.md, with the files that it prints: traffic moves, and a user stays logged in."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from tests.conftest import CHEAP_HASHES, SECRET
from tests.contract.client import Api, User, book_fields, client_of, sending, url
from tests.differential.nginx import Nginx, binary, running
from tests.forks import serving
from tests.servers import ROOT, TWINS, free_port

DOCUMENT = (ROOT / "docs" / "migrating.md").read_text()
BOOKS, NOTHING, BY_PATH, BY_SHARE, ALL = re.findall(r"```nginx\n(.*?)```", DOCUMENT, re.DOTALL)
PORTS = {"127.0.0.1:5000": "flask", "127.0.0.1:8000": "fastapi", "127.0.0.1:8080": "proxy"}
# Clients of different addresses, all of this machine.
ADDRESSES = [f"127.0.0.{last}" for last in range(2, 22)]

pytestmark = pytest.mark.skipif(binary() is None, reason="nginx is missing")


class Behind(NamedTuple):
    """Both servers behind one proxy."""

    address: str
    nginx: Nginx
    # Closing it stops the new server.
    new: ExitStack

    @contextmanager
    def client(self, local_address: str = ADDRESSES[0]) -> Iterator[Api]:
        """A client with an address of its own."""
        with client_of(f"http://{self.address}", local_address=local_address) as http:
            yield Api(http)


@pytest.fixture
def behind(tmp_path: Path, own_servers: dict[str, str]) -> Iterator[Behind]:
    """Flask, the old one, and FastAPI, the new one; nothing has moved."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3",
        "SECRET_KEY": SECRET,
        "FILES_DIR": str(tmp_path / "files"),
        "TRUSTED_PROXIES": "127.0.0.1",
        **CHEAP_HASHES,
    }
    with ExitStack() as stack:
        addresses = {"proxy": f"127.0.0.1:{free_port()}"}
        contexts = {twin: stack.enter_context(ExitStack()) for twin in TWINS}
        for twin, context in contexts.items():
            where = context.enter_context(serving(twin, environment, tmp_path / f"{twin}.log"))
            addresses[twin] = where.removeprefix("http://")
        books = re.sub("|".join(PORTS), lambda found: addresses[PORTS[found[0]]], BOOKS)
        health = f"http://{addresses['proxy']}/health/live"
        yield Behind(
            addresses["proxy"], stack.enter_context(running(folder, books, NOTHING, health)), contexts["fastapi"]
        )


def served_by(response: httpx2.Response) -> str:
    assert response.is_success, response.text
    return response.headers["X-Served-By"]


def test_a_user_stays_logged_in_while_the_traffic_moves_there_and_back(behind: Behind) -> None:
    with behind.client() as api:
        user = api.new_user()
        cookie = sending(api.browser(user.username))
        book = api.new_book(user)
        for moved, expected in (
            (NOTHING, {"flask"}),
            (BY_PATH, {"flask", "fastapi"}),
            (ALL, {"fastapi"}),
            (NOTHING, {"flask"}),
        ):
            behind.nginx.move(moved)
            user, book, servers = one_round(api, user, cookie, book)
            assert servers == expected


def one_round(
    api: Api, user: User, cookie: dict[str, str], book: dict[str, object]
) -> tuple[User, dict[str, object], set[str]]:
    """What a user does between two moves: everything that one server began and another may have to go on with."""
    answers = [api.http.get("/auth/me", headers=user.auth), api.http.get("/auth/session", headers=cookie)]
    pair = api.http.post("/auth/refresh", json={"refresh_token": user.refresh_token})
    tokens = pair.json()
    user = User(user.username, tokens["access_token"], tokens["refresh_token"])
    current = {**user.auth, "If-Match": f'"{book["version"]}"'}
    changed = api.http.put(url(book), json=book_fields(), headers=current)
    answers += [pair, changed, api.http.post("/todo/", json={"book_id": api.new_book(user)["id"]}, headers=user.auth)]
    return user, changed.json(), {served_by(answer) for answer in answers}


def test_a_share_of_the_clients_moves_and_stays_where_it_is(behind: Behind) -> None:
    behind.nginx.move(BY_SHARE)
    with behind.client() as api:
        user = api.new_user()
    rounds = []
    for _ in range(2):
        found = {}
        for address in ADDRESSES:
            with behind.client(address) as api:
                found[address] = served_by(api.http.get("/auth/me", headers=user.auth))
        rounds.append(found)
    assert set(rounds[0].values()) == {"flask", "fastapi"}
    assert rounds[0] == rounds[1]


def test_when_the_new_server_is_down_the_old_one_answers(behind: Behind) -> None:
    behind.nginx.move(ALL)
    with behind.client() as api:
        user = api.new_user()
        assert served_by(api.http.get("/auth/me", headers=user.auth)) == "fastapi"
        behind.new.close()
        assert served_by(api.http.get("/auth/me", headers=user.auth)) == "flask"
