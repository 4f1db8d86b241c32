"""The disk is full, or may only be read: 503, nothing half-written, and all is well again by itself."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.config import Settings
from tests.contract.client import Api, User, assert_problem, client_of, url
from tests.contract.pictures import picture, upload
from tests.forks import serving
from tests.resilience.conftest import Place
from tests.resilience.consistency import faults, settled
from tests.servers import ROOT, TWINS

DISK_KIB = 12_288
# What is left once the filler is there.
LEFT_KIB = 600
MAX_WRITES = 2000

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, which only root can make."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    options = f"size={DISK_KIB}k"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no small disk can be mounted: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def full(disk: Path, left_kib: int) -> Iterator[None]:
    """The disk, with so much left."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - left_kib * 1024)
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """The disk, as one that must not be written."""
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)


def wide(number: int) -> dict[str, str]:
    """Fields that take room."""
    words = random.Random(number).choices("abcdefghijklmnopqrstuvwxyz ", k=4900)
    return {"description": "".join(words).strip()}


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_database_on_a_full_disk_refuses_writes_and_takes_them_again(
    twin: str, place: Place, disk: Path, tmp_path: Path
) -> None:
    environment = {**place.environment, "DATABASE_URL": f"sqlite:///{disk}/books.sqlite3"}
    settings = Settings(database_url=environment["DATABASE_URL"], files_dir=place.settings.files_dir)
    with (
        serving(twin, environment, tmp_path / "log") as base_url,
        client_of(base_url, 30) as http,
    ):
        api = Api(http)
        user = api.new_user()
        acknowledged = [api.new_book(user)]
        with full(disk, LEFT_KIB):
            refused = 0
            for number in range(MAX_WRITES):
                answer = api.add(user, **wide(number))
                if answer.status_code == 201:
                    acknowledged.append(answer.json())
                    continue
                assert int(answer.headers["retry-after"]) >= 1
                assert_problem(answer, 503)
                assert api.read(acknowledged[-1]) == acknowledged[-1]
                refused += 1
                if refused == 5:
                    break
            assert refused == 5
            assert http.get("/health/live").status_code == 200
        acknowledged.append(api.new_book(user))
        assert sorted(api.walk(limit=100), key=lambda book: book["id"]) == acknowledged
    assert faults(settings) == []
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_server_does_not_start_on_a_database_that_it_may_only_read(twin: str, place: Place, disk: Path) -> None:
    environment = {**os.environ, **place.environment, "DATABASE_URL": f"sqlite:///{disk}/books.sqlite3"}
    command = ["timeout", "60", sys.executable, "-m", f"{twin}_impl"]
    with read_only(disk):
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"{twin}_impl: error: the database cannot be reached: ")


@contextmanager
def on_the_disk(twin: str, place: Place, disk: Path, log: Path) -> Iterator[tuple[Api, User]]:
    """A server whose files are on the small disk, and a user of it."""
    environment = {**place.environment, "FILES_DIR": str(disk / "files")}
    with (
        serving(twin, environment, log) as base_url,
        client_of(base_url, 30) as http,
    ):
        yield Api(http), Api(http).new_user()


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_folder_of_files_that_takes_nothing_refuses_covers_and_takes_them_again(
    twin: str, place: Place, disk: Path, tmp_path: Path
) -> None:
    large = picture("PNG", (300, 300))
    with on_the_disk(twin, place, disk, tmp_path / "log") as (api, user):
        book = api.new_book(user)
        etag = upload(api, user, book, picture("JPEG", (40, 40))).headers["etag"]
        settings = place.settings.model_copy(update={"files_dir": disk / "files"})
        # A thumbnail that is just being written would take some of the room that the filler is to take.
        assert settled(settings) == []
        for state in (full(disk, 0), read_only(disk)):
            with state:
                for _ in range(3):
                    answer = upload(api, user, book, large)
                    assert_problem(answer, 503, "storage-away")
                    assert int(answer.headers["retry-after"]) >= 1
                assert api.http.get(f"{url(book)}/cover").headers["etag"] == etag
                assert_problem(api.http.get("/health/ready"), 503, "storage-away")
                assert api.http.get("/health/live").status_code == 200
            answer = upload(api, user, book, large)
            assert answer.status_code == 200
            etag = answer.headers["etag"]
            assert api.http.get("/health/ready").status_code == 200
            assert settled(settings) == []
    # A thumbnail that could not be written is told of.
    assert "unhandled fault" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_thumbnail_for_which_there_was_no_room_is_made_once_there_is(
    twin: str, place: Place, disk: Path, tmp_path: Path
) -> None:
    with on_the_disk(twin, place, disk, tmp_path / "log") as (api, user):
        book = api.new_book(user)
        # The folder is made by the first that needs it.
        assert api.http.get("/health/ready").status_code == 200
        # Room for one file: the smallest takes a page.
        with full(disk, os.sysconf("SC_PAGE_SIZE") // 1024):
            assert upload(api, user, book, picture("JPEG", (40, 40))).status_code == 201
            deadline = time.monotonic() + 10
            while "thumbnails have to wait" not in (tmp_path / "log").read_text():
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert api.http.get(f"{url(book)}/thumbnail").status_code == 202
        while api.http.get(f"{url(book)}/thumbnail").status_code == 202:
            assert time.monotonic() < deadline + 10
            time.sleep(0.1)
        assert api.http.get(f"{url(book)}/thumbnail").status_code == 200
