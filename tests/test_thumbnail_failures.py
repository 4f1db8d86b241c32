"""A thumbnail that cannot be made is tried a few times, given up, and says so; one that nobody needs is not."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import update

from shared.config import Settings
from shared.engine import Engines
from shared.tables import covers
from tests.conftest import CHEAP_HASHES, SECRET
from tests.contract.client import Api, assert_problem, client_of, url
from tests.contract.pictures import picture, upload
from tests.forks import serving
from tests.servers import TWINS

GIVEN_UP_WITHIN_S = 30


def spoil(settings: Settings) -> None:
    """Leave the one cover as it would be if the disk had eaten its picture before there was a thumbnail."""
    engines = Engines(settings)
    with engines.writes.begin() as connection:
        connection.execute(update(covers).values(thumbnail=None, thumbnail_sha256=None))
        file = connection.execute(covers.select()).one().file
    engines.dispose()
    (settings.files_dir / file).write_bytes(b"no picture")


def thumbnail(api: Api, book: dict[str, object]) -> httpx2.Response:
    """What is answered once nothing is pending any more."""
    deadline = time.monotonic() + GIVEN_UP_WITHIN_S
    while (response := api.http.get(f"{url(book)}/thumbnail")).status_code == 202:
        assert time.monotonic() < deadline, "it is still pending"
        time.sleep(0.1)
    return response


@pytest.mark.parametrize("twin", TWINS)
def test_what_cannot_be_made_is_given_up_and_made_of_the_next_cover(twin: str, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3", files_dir=tmp_path / "files")
    environment = {
        "DATABASE_URL": settings.database_url,
        "FILES_DIR": str(settings.files_dir),
        "SECRET_KEY": SECRET,
        **CHEAP_HASHES,
    }
    log = tmp_path / "log"
    with serving(twin, environment, log) as base_url, client_of(base_url, 30) as http:
        api = Api(http)
        user = api.new_user()
        book = api.new_book(user)
        assert upload(api, user, book, picture("PNG", (300, 300))).status_code == 201
        assert thumbnail(api, book).status_code == 200
    spoil(settings)
    with serving(twin, environment, log) as base_url, client_of(base_url, 30) as http:
        api = Api(http)
        assert_problem(thumbnail(api, book), 404, "thumbnail-not-found")
        assert log.read_text().count("no thumbnail of") == 3
        assert upload(api, user, book, picture("PNG", (200, 200))).status_code == 200
        assert thumbnail(api, book).status_code == 200


@pytest.mark.parametrize("twin", TWINS)
def test_covers_that_are_replaced_before_their_thumbnails_are_made_are_no_faults(twin: str, tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3",
        "FILES_DIR": str(tmp_path / "files"),
        "SECRET_KEY": SECRET,
        **CHEAP_HASHES,
    }
    log, covers_of_a_book, books = tmp_path / "log", 20, 4
    with serving(twin, environment, log) as base_url, client_of(base_url, 30) as http:
        api = Api(http)
        user = api.new_user()

        def replace(book: dict[str, object]) -> None:
            for number in range(covers_of_a_book):
                assert upload(api, user, book, picture("JPEG", (600, 900 + number))).status_code in {200, 201}

        shelf = [api.new_book(user) for _ in range(books)]
        with ThreadPoolExecutor(books) as pool:
            list(pool.map(replace, shelf))
        assert all(thumbnail(api, book).status_code == 200 for book in shelf)
    assert "no thumbnail of" not in log.read_text()
