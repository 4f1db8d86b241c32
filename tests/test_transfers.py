"""What an operator's limits mean for imports and exports, and what clients that leave or read slowly can hold up.

Each server here has one worker with one place for a transfer, so that a place that is lost is missed at once.
"""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPResponse

import httpx2
import pytest
from sqlalchemy import create_engine, make_url, text

from tests.conftest import CHEAP_HASHES, SECRET
from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, book_fields, client_of, unique
from tests.databases import fresh_postgresql
from tests.forks import serving
from tests.postgres import NoPostgres, cluster
from tests.servers import TWINS

LIMITS = {"MAX_TRANSFERS": "1", "POOL_SIZE": "3", "MAX_IMPORT_BYTES": "10000000"}
ROWS = 2_000


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('books')}/books.sqlite3"
        return
    try:
        with cluster() as own, fresh_postgresql(own) as url:
            yield url
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=TWINS)
def api(request: pytest.FixtureRequest, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    environment = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET, **CHEAP_HASHES, **LIMITS}
    log = tmp_path_factory.mktemp("log") / "log"
    with (
        serving(request.param, environment, log) as url,
        client_of(url) as http,
    ):
        yield Api(http)


@pytest.fixture(scope="module")
def alice(api: Api) -> User:
    """A user with more books than fit between a server and a client that does not read."""
    user = api.new_user()
    book = json.dumps(book_fields(description="long " * 800))
    assert send(api, user, f"{book}\n" * ROWS, "application/x-ndjson").json()["imported"] == ROWS
    return user


def send(api: Api, user: User, content: str | Iterator[bytes], media_type: str = "text/csv") -> httpx2.Response:
    headers = {**user.auth, "Content-Type": media_type}
    return api.http.post("/books/import", content=content, headers=headers, timeout=60)


@contextmanager
def begun_import(api: Api, user: User) -> Iterator[socket.socket]:
    """A connection on which an import has begun that wants two more bytes."""
    header = b"title,author,category,rating\n"
    lines = [f"Authorization: {user.auth['Authorization']}", "Content-Type: text/csv", f"Content-Length: {len(header)}"]
    # Else Flask's server collects so small a body before the application hears of it.
    lines.append("Expect: 100-continue")
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "POST", "/books/import", lines) + header[:-2])
        # Asked too early, an export would take the place itself.
        time.sleep(0.5)
        eventually(api, 503)
        yield connection


@contextmanager
def slow_export(api: Api) -> Iterator[HTTPResponse]:
    """An export of which little is read and less is buffered."""
    url = api.http.base_url
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((url.host, url.port))
        connection.settimeout(raw.TIMEOUT_S)
        raw.send(connection, raw.head(api, "GET", "/books/export"))
        with closing(HTTPResponse(connection)) as answer:
            answer.begin()
            assert answer.status == 200
            answer.read(1000)
            yield answer


def eventually(api: Api, status: int) -> None:
    """Wait until an export is answered so."""
    deadline = time.monotonic() + 10
    while (answer := status_of_export(api)) != status:
        assert time.monotonic() < deadline, f"{answer}, not {status}"
        time.sleep(0.05)


def status_of_export(api: Api) -> int:
    """Of a whole one: its place is free again once it has been read."""
    return api.http.get("/books/export").status_code


def assert_plain_requests_are_answered(api: Api, user: User) -> None:
    assert api.add(user).status_code == 201
    assert api.http.get("/health/ready").status_code == 200


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
def test_an_import_beyond_the_limit_is_413_and_adds_nothing(api: Api, alice: User, chunked: bool) -> None:
    category = unique("c")
    # Long books, for it is their bytes that count, and each costs its time.
    content = "title,author,category,rating,description\n" + f"T,A,{category},5,{'long ' * 800}\n" * 3_000
    pieces = (content[begin : begin + 65_536].encode() for begin in range(0, len(content), 65_536))
    with raw.connected(api) as connection:
        lines = [f"Authorization: {alice.auth['Authorization']}", "Content-Type: text/csv"]
        if chunked:
            lines.append("Transfer-Encoding: chunked")
            raw.send(connection, raw.head(api, "POST", "/books/import", lines))
            for piece in pieces:
                raw.send(connection, b"%x\r\n%b\r\n" % (len(piece), piece))
        else:
            raw.send(connection, raw.head(api, "POST", "/books/import", [*lines, f"Content-Length: {len(content)}"]))
        assert_problem(raw.receive(connection), 413, "body-too-large")
    assert api.page(category=category)["items"] == []


def test_a_transfer_beyond_the_places_is_503_and_plain_requests_are_answered(api: Api, alice: User) -> None:
    with begun_import(api, alice) as connection:
        for refused in (api.http.get("/books/export"), send(api, alice, "title,author,category,rating\n")):
            assert_problem(refused, 503, "no-free-place")
            assert refused.headers["retry-after"] == "1"
        assert api.http.head("/books/export").status_code == 200
        assert_plain_requests_are_answered(api, alice)
        raw.send(connection, b"g\n")
        assert raw.receive(connection).json()["imported"] == 0
    eventually(api, 200)


def test_an_import_whose_client_leaves_gives_its_place_back(api: Api, alice: User) -> None:
    with begun_import(api, alice):
        pass
    eventually(api, 200)


def test_an_export_whose_client_leaves_gives_its_place_and_its_connection_back(api: Api, alice: User) -> None:
    for _ in range(4):
        with slow_export(api):
            assert status_of_export(api) == 503
            assert_plain_requests_are_answered(api, alice)
        eventually(api, 200)


def test_an_export_is_the_catalogue_of_one_moment(api: Api, alice: User) -> None:
    before = api.page(sort="-id", limit=2)["items"]
    with slow_export(api) as answer:
        api.http.delete(f"/books/{before[0]['id']}", headers=alice.auth).raise_for_status()
        api.http.patch(f"/books/{before[1]['id']}", json={"rating": 1}, headers=alice.auth).raise_for_status()
        api.new_book(alice)
        last = answer.read().splitlines()[-2:]
    assert [json.loads(line) for line in reversed(last)] == before


def test_an_export_that_fails_in_the_middle_has_no_clean_end(api: Api, alice: User, database_url: str) -> None:
    book = api.new_book(alice)
    with spoiled(database_url, book["id"]):
        with pytest.raises(httpx2.RemoteProtocolError):
            api.http.get("/books/export")
        assert_plain_requests_are_answered(api, alice)
    eventually(api, 200)


@contextmanager
def spoiled(database_url: str, book_id: int) -> Iterator[None]:
    """A book holds an instant that the database gives and no Python program can read."""
    url = make_url(database_url)
    sqlite = url.get_backend_name() == "sqlite"
    engine = create_engine(url if sqlite else url.set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            spoil = text("UPDATE books SET created_at = :instant WHERE id = :id")
            connection.execute(spoil, {"instant": "x" if sqlite else "infinity", "id": book_id})
        yield
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM books WHERE id = :id"), {"id": book_id})
    finally:
        engine.dispose()
