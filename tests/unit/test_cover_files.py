"""The folder of covers: what is in it at any moment, and who may clear it up."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import covers
from shared.config import Settings
from shared.cover_files import CoverFiles
from shared.engine import Engines
from shared.errors import CoverNotFound, StorageAway
from shared.migrate import upgrade


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3", files_dir=tmp_path / "files")


@pytest.fixture
def files(settings: Settings) -> CoverFiles:
    return CoverFiles(settings)


@pytest.fixture
def engines(settings: Settings) -> Iterator[Engines]:
    upgrade(settings)
    opened = Engines(settings)
    yield opened
    opened.dispose()


def sweep(engines: Engines, files: CoverFiles) -> int:
    with engines.reads.connect() as connection:
        return covers.sweep(connection, files)


def test_a_folder_that_does_not_exist_is_empty_and_made_when_it_is_needed(files: CoverFiles) -> None:
    assert files.names() == set()
    with files.add(b"content") as name:
        assert files.path(name).read_bytes() == b"content"
    assert files.names() == {name}


def test_a_refusal_takes_the_new_file_with_it(files: CoverFiles) -> None:
    with pytest.raises(CoverNotFound), files.add(b"content"):
        raise CoverNotFound
    assert files.names() == set()


def test_after_any_other_failure_the_file_is_left_to_the_sweep(files: CoverFiles, engines: Engines) -> None:
    with pytest.raises(ConnectionError), files.add(b"content") as name:
        raise ConnectionError
    assert files.names() == {name}
    assert sweep(engines, files) == 1
    assert files.names() == set()


def test_a_file_that_somebody_works_on_is_not_swept_away(files: CoverFiles, engines: Engines) -> None:
    with files.add(b"content") as name:
        assert sweep(engines, files) == 0
        assert files.names() == {name}


def test_of_two_who_want_a_file_one_has_it(files: CoverFiles) -> None:
    with files.add(b"content") as name, files.locked(name) as mine:
        assert not mine
    with files.locked(name) as mine, files.locked(name) as another:
        assert (mine, another) == (True, False)


def test_the_orphan_of_a_crash_is_swept_away_finished_or_not(files: CoverFiles, engines: Engines) -> None:
    with files.add(b"content") as finished:
        pass
    half = f"{finished[:-4]}0000.draft"
    files.path(half).write_bytes(b"con")
    assert files.names() == {finished, half}
    assert sweep(engines, files) == 2
    assert files.names() == set()


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        ("sqlite:///{}/books.sqlite3", "sqlite:///{}/other.sqlite3"),
        ("sqlite:///{}/books.sqlite3", "postgresql://me@localhost/books"),
        ("postgresql://me@localhost/books", "postgresql://me@localhost/other"),
        ("postgresql://me@localhost/books", "postgresql://me@elsewhere/books"),
        ("postgresql://me@localhost/books", "postgresql://me@localhost:5433/books"),
        ("postgresql://me@localhost/books", "postgresql://me@localhost/books?options=-csearch_path%3Dother"),
        ("postgresql://me@/books?host=/run/a", "postgresql://me@/books?host=/run/b"),
    ],
)
def test_the_files_of_another_database_are_somebody_elses(mine: str, other: str, tmp_path: Path) -> None:
    own, foreign = (
        CoverFiles(Settings(database_url=url.format(tmp_path), files_dir=tmp_path / "files")) for url in (mine, other)
    )
    with own.add(b"content") as name:
        pass
    assert (own.names(), foreign.names()) == ({name}, set())


@pytest.mark.parametrize(
    "urls",
    [
        ("sqlite:///{}/books.sqlite3", "sqlite:///{}/files/../books.sqlite3"),
        ("postgresql://me:old@localhost/books", "postgresql+asyncpg://me:new@localhost/books"),
        ("postgresql://me@localhost/books?password=old", "postgresql+psycopg://me@localhost/books"),
        ("postgresql://me:old@localhost/books", "postgresql://me@localhost/books"),
        ("postgresql://me@/books?host=a&options=b", "postgresql://me@/books?options=b&host=a"),
    ],
)
def test_one_database_has_one_kind_of_names_whoever_asks(urls: tuple[str, str], tmp_path: Path) -> None:
    first, second = (
        CoverFiles(Settings(database_url=url.format(tmp_path), files_dir=tmp_path / "files")) for url in urls
    )
    with first.add(b"content") as name:
        pass
    assert second.names() == {name}


def test_what_somebody_else_keeps_in_the_folder_is_not_swept_away(
    files: CoverFiles, engines: Engines, settings: Settings
) -> None:
    with files.add(b"content"):
        pass
    content = {"books.sqlite3": "a database", "d41d8cd98f00b204e9800998ecf8427e": "named by its sum", "notes.draft": ""}
    for name, text in content.items():
        files.path(name).write_text(text)
    files.path("folder").mkdir()
    assert sweep(engines, files) == 1
    assert {path.name for path in settings.files_dir.iterdir()} == {*content, "folder"}
    assert all(files.path(name).read_text() == text for name, text in content.items())


def test_a_sweep_and_those_who_add_files_do_not_disturb_each_other(files: CoverFiles, engines: Engines) -> None:
    done = threading.Event()

    def sweep_all_the_time() -> None:
        while not done.is_set():
            sweep(engines, files)

    sweeper = threading.Thread(target=sweep_all_the_time)
    sweeper.start()
    try:
        for _ in range(100):
            with files.add(b"content") as name:
                assert files.path(name).read_bytes() == b"content"
    finally:
        done.set()
        sweeper.join()


def test_what_cannot_be_finished_leaves_nothing(files: CoverFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageAway):
        files.add(b"content")
    assert files.names() == set()


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_client(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageAway):
        CoverFiles(Settings(files_dir=tmp_path / "file" / "files")).add(b"content")


def test_files_that_are_gone_already_may_be_removed(files: CoverFiles) -> None:
    with files.add(b"content") as name:
        pass
    files.remove([name, name, "never-there"])
    assert files.names() == set()
