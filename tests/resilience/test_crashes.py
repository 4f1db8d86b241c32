"""Whatever is killed, and whenever: nothing half-written, nothing forgotten, nothing lost that was answered."""

import json
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from shared.config import Settings
from shared.engine import Engines
from shared.tables import books as books_table
from tests import forks
from tests.contract.client import Api, User, book_fields, client_of, unique, url
from tests.contract.pictures import FORMATS, decoded, picture, upload
from tests.resilience.conftest import Place
from tests.resilience.consistency import settled
from tests.resilience.kills import kill_a_worker, kill_all
from tests.servers import TWINS, serving

UPLOADERS = 4
KILLS = 3
MAX_KILLS = 20
IMPORTED = 2_000

# Starts of whole servers take their time on a machine that is busy with other tests.
pytestmark = pytest.mark.timeout(300)


@dataclass
class Uploader:
    """Changes the cover of one book over and over, and knows what it may be."""

    base_url: str
    user: User
    book: dict[str, Any]
    random: random.Random
    possible: set[str | None] = field(default_factory=lambda: {None})

    def run(self, stop: threading.Event, cut: threading.Event) -> None:
        """Upload and delete until told to stop, and tell of the first request that is cut short."""
        while not stop.is_set():
            try:
                with client_of(self.base_url, 30) as http:
                    while not stop.is_set():
                        self._change(Api(http))
            except httpx2.TransportError:
                cut.set()
                time.sleep(0.05)

    def _change(self, api: Api) -> None:
        if self.random.random() < 0.15:
            self.possible.add(None)
            answer = api.http.delete(f"{url(self.book)}/cover", headers=self.user.auth)
            after = None
        else:
            kind, side = self.random.choice(FORMATS), self.random.randrange(300, 900)
            content = picture(kind, (side, side))
            self.possible.add("anything")
            answer = upload(api, self.user, self.book, content)
            after = answer.headers.get("etag")
        if answer.status_code in {200, 201, 204, 404}:
            self.possible = {after}

    def assert_kept(self, api: Api) -> None:
        """What was answered last is there, unless something else was under way when the server was killed."""
        response = api.http.get(f"{url(self.book)}/cover")
        found = response.headers["etag"] if response.status_code == 200 else None
        assert found in self.possible or ("anything" in self.possible and found is not None)
        if found is not None:
            decoded(response.content)


@pytest.mark.flask_on("postgresql")
@pytest.mark.parametrize("twin", TWINS)
def test_workers_that_are_killed_amid_uploads_and_thumbnails_leave_nothing_behind(
    twin: str, place: Place, chance: random.Random, tmp_path: Path
) -> None:
    with serving(twin, place.environment, tmp_path / "log") as base_url:
        uploaders = [Uploader(base_url, user, book, random.Random(chance.random())) for user, book in books(base_url)]
        stop, cut = threading.Event(), threading.Event()
        with ThreadPoolExecutor(UPLOADERS) as pool:
            runs = [pool.submit(uploader.run, stop, cut) for uploader in uploaders]
            try:
                kill_until(cut, base_url, chance)
            finally:
                stop.set()
        for run in runs:
            run.result()
        assert cut.is_set(), "no request was cut short: the test proves nothing"
        # All at once, and perhaps while thumbnails wait.
        kill_all(base_url)
    with forks.serving(twin, place.environment, tmp_path / "log") as base_url:
        assert settled(place.settings) == []
        with client_of(base_url, 30) as http:
            for uploader in uploaders:
                uploader.assert_kept(Api(http))


def kill_until(cut: threading.Event, base_url: str, chance: random.Random) -> None:
    """Kill one worker after another, and a few more if none was working: an idle one dies without a trace."""
    for kills in range(MAX_KILLS):
        if kills >= KILLS and cut.is_set():
            break
        time.sleep(chance.uniform(0.3, 1.5))
        kill_a_worker(base_url, chance)


def books(base_url: str) -> list[tuple[User, dict[str, Any]]]:
    """A book for each uploader."""
    with client_of(base_url, 30) as http:
        user = Api(http).new_user()
        return [(user, Api(http).new_book(user)) for _ in range(UPLOADERS)]


@pytest.mark.flask_on("sqlite")
@pytest.mark.parametrize("twin", TWINS)
def test_a_server_that_is_killed_amid_thumbnails_makes_them_after_its_restart(
    twin: str, place: Place, tmp_path: Path
) -> None:
    with serving(twin, place.environment, tmp_path / "log") as base_url:
        with client_of(base_url, 30) as http:
            api = Api(http)
            user = api.new_user()
            large = picture("PNG", (1600, 1600))
            for _ in range(5):
                assert upload(api, user, api.new_book(user), large).status_code == 201
        kill_all(base_url)
    with forks.serving(twin, place.environment, tmp_path / "log"):
        assert settled(place.settings) == []


def importing(base_url: str, user: User, stop: threading.Event, cut: threading.Event) -> set[str]:
    """Import files, each a category of its own, until told to stop, and tell of the first that is cut short.

    Returns which were answered.
    """
    answered = set()
    while not stop.is_set():
        category = unique()
        try:
            response = httpx2.post(
                f"{base_url}/books/import",
                content=slowly(category),
                headers={**user.auth, "Content-Type": "application/x-ndjson"},
                timeout=60,
            )
        except httpx2.TransportError:
            cut.set()
            time.sleep(0.05)
        else:
            assert response.json() == {"imported": IMPORTED, "rejected": 0, "errors": []}
            answered.add(category)
    return answered


def slowly(category: str) -> Iterator[bytes]:
    """A file of books that takes about as long to come as to insert, so that a kill can meet either."""
    for _ in range(20):
        yield b"".join(json.dumps(book_fields(category=category)).encode() + b"\n" for _ in range(IMPORTED // 20))
        time.sleep(0.02)


def imported(settings: Settings) -> dict[str, int]:
    """How many books there are in each category."""
    engines = Engines(settings)
    try:
        with engines.reads.connect() as connection:
            rows = connection.execute(select(books_table.c.category, func.count()).group_by(books_table.c.category))
            return {row[0]: row[1] for row in rows}
    finally:
        engines.dispose()


@pytest.mark.flask_on("postgresql")
@pytest.mark.parametrize("twin", TWINS)
def test_workers_that_are_killed_amid_imports_leave_each_file_whole_or_none_of_it(
    twin: str, place: Place, chance: random.Random, tmp_path: Path
) -> None:
    with serving(twin, place.environment, tmp_path / "log") as base_url:
        with client_of(base_url, 30) as http:
            user = Api(http).new_user()
        stop, cut = threading.Event(), threading.Event()
        with ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(importing, base_url, user, stop, cut) for _ in range(2)]
            try:
                kill_until(cut, base_url, chance)
                # Time for one that nobody kills.
                time.sleep(2)
            finally:
                stop.set()
        assert cut.is_set(), "no import was cut short: the test proves nothing"
    with forks.serving(twin, place.environment, tmp_path / "log"):
        assert settled(place.settings) == []
    found = imported(place.settings)
    assert set(found.values()) <= {IMPORTED}
    assert set().union(*(run.result() for run in runs)) <= set(found)
