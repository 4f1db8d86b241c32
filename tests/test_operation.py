"""What an operator meets: starts that cannot be, a database that goes away and comes back, memory, start-up time."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from shared.config import Settings
from shared.cover_files import CoverFiles
from tests import forks
from tests.contract.client import Api, client_of
from tests.contract.pictures import cover_of, put_cover
from tests.databases import fresh_postgresql
from tests.postgres import Cluster, NoPostgres, own_cluster
from tests.servers import ROOT, TWINS, await_ready, free_port, listeners, serving

SWEPT_WITHIN_S = 30
SECRET = "a secret of at least thirty-two bytes"


def start(twin: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a server that is expected to give up by itself."""
    return subprocess.run(
        [sys.executable, "-m", f"{twin}_impl", *arguments],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def one_line(done: "subprocess.CompletedProcess[str]", twin: str) -> str:
    """The reason that a server gave for not starting; fails if it gave more than one line, or none."""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(f"{twin}_impl: error: ")
    return lines[0]


@pytest.fixture
def sqlite(tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3", "SECRET_KEY": SECRET}


@pytest.mark.parametrize("twin", TWINS)
def test_a_server_with_nothing_set_keeps_what_it_is_given_where_it_was_started(twin: str, tmp_path: Path) -> None:
    with (
        serving(twin, {"PYTHONPATH": str(ROOT)}, tmp_path / "log", workers=1, folder=tmp_path) as url,
        client_of(url) as http,
    ):
        api = Api(http)
        user = api.new_user()
        book = api.new_book(user)
        put_cover(api, user, book)
        assert api.read(book)["title"] == book["title"]
        assert http.get(cover_of(book)).status_code == 200
    assert {path.name for path in (tmp_path / "var").iterdir()} >= {"books.sqlite3", "files", "secret_key"}


@pytest.mark.parametrize("twin", TWINS)
def test_a_start_on_another_database_leaves_the_covers_of_the_first_alone(
    twin: str, sqlite: dict[str, str], tmp_path: Path
) -> None:
    first = sqlite | {"FILES_DIR": str(tmp_path / "files")}
    other = first | {"DATABASE_URL": f"sqlite:///{tmp_path}/other.sqlite3"}
    with forks.serving(twin, first, tmp_path / "log") as url, client_of(url) as http:
        api = Api(http)
        book = api.new_book(user := api.new_user())
        put_cover(api, user, book)
    files = CoverFiles(Settings(database_url=other["DATABASE_URL"], files_dir=Path(first["FILES_DIR"])))
    with files.add(b"what a crash forgot"):
        pass
    with forks.serving(twin, other, tmp_path / "log"):
        deadline = time.monotonic() + SWEPT_WITHIN_S
        while files.names():
            assert time.monotonic() < deadline, "it was not swept"
            time.sleep(0.05)
    with forks.serving(twin, first, tmp_path / "log") as url, client_of(url) as http:
        assert http.get(cover_of(book)).status_code == 200


@pytest.mark.parametrize("twin", TWINS)
def test_production_without_a_secret_does_not_start(twin: str, sqlite: dict[str, str]) -> None:
    done = start(twin, **{**sqlite, "APP_ENV": "production", "SECRET_KEY": ""})
    assert done.returncode == 2
    assert "SECRET_KEY is not set" in one_line(done, twin)


@pytest.mark.parametrize("twin", TWINS)
def test_a_short_secret_does_not_start_and_is_not_shown(twin: str, sqlite: dict[str, str]) -> None:
    done = start(twin, **{**sqlite, "SECRET_KEY": "swordfish"})
    assert done.returncode == 2
    assert "SECRET_KEY is too short: 9 bytes" in one_line(done, twin)
    assert "swordfish" not in done.stderr


@pytest.mark.parametrize("twin", TWINS)
def test_a_port_in_use_is_one_line(twin: str, sqlite: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = start(twin, "--port", str(port), **sqlite)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in one_line(done, twin)


@pytest.mark.parametrize("twin", TWINS)
def test_an_operators_port_in_use_is_one_line_and_so_is_that_of_everybody_else(
    twin: str, sqlite: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = start(twin, "--port", str(free_port()), OPERATOR_PORT=port, **sqlite)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in one_line(done, twin)
    done = start(twin, "--port", port, OPERATOR_PORT=port, **sqlite)
    assert done.returncode == 2
    assert "OPERATOR_PORT" in one_line(done, twin)


@pytest.mark.parametrize("twin", TWINS)
def test_a_database_that_is_away_at_the_start_is_one_line(twin: str) -> None:
    url = f"postgresql://nobody:swordfish@127.0.0.1:{free_port()}/books"
    done = start(twin, DATABASE_URL=url, SECRET_KEY=SECRET)
    assert done.returncode == 1
    assert "the database cannot be reached" in one_line(done, twin)
    assert "swordfish" not in done.stderr


@pytest.mark.parametrize("twin", TWINS)
def test_a_database_that_is_silent_at_the_start_is_one_line_in_the_time_of_a_request(twin: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/books"
        began = time.monotonic()
        done = start(twin, DATABASE_URL=url, SECRET_KEY=SECRET, DATABASE_TIMEOUT_SECONDS="2")
    assert done.returncode == 1
    assert "the database cannot be reached" in one_line(done, twin)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("twin", TWINS)
def test_an_option_that_the_driver_does_not_know_is_one_line_without_the_password(twin: str) -> None:
    url = "postgresql://nobody:swordfish@127.0.0.1/books?no_such_option=1"
    done = start(twin, DATABASE_URL=url, SECRET_KEY=SECRET)
    assert done.returncode == 2
    assert "no_such_option" in one_line(done, twin)
    assert "swordfish" not in done.stderr


@pytest.mark.parametrize("twin", TWINS)
def test_a_folder_that_cannot_hold_the_database_is_one_line(twin: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = start(twin, DATABASE_URL=f"sqlite:///{tmp_path}/file/books.sqlite3", SECRET_KEY=SECRET)
    assert done.returncode == 1
    assert f"cannot use {tmp_path}/file" in one_line(done, twin)


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("text", ["--port=0", "--port=x", "--workers=0", "--threads=-1", "--nope"])
def test_a_wrong_option_is_explained(twin: str, text: str) -> None:
    done = start(twin, text)
    assert done.returncode == 2
    assert text.partition("=")[0] in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("twin", TWINS)
def test_a_worker_idles_under_80_mb_and_answers_within_two_seconds(
    twin: str, sqlite: dict[str, str], tmp_path: Path
) -> None:
    begun = time.monotonic()
    with serving(twin, sqlite, tmp_path / "log", workers=1) as url:
        # Generous, for a machine that is busy with other tests; the benchmark gives the figure.
        assert time.monotonic() - begun < 10
        assert httpx2.get(f"{url}/books/").status_code == 200
        assert max(_pss_mb(pid) for pid in listeners(url)) < 80


def _pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Cluster]:
    try:
        with own_cluster() as own:
            yield own
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("twin", TWINS)
def test_a_database_that_goes_away_is_503_and_service_returns_by_itself(
    twin: str, postgresql: Cluster, tmp_path: Path
) -> None:
    with (
        fresh_postgresql(postgresql.url) as database,
        serving(twin, {"DATABASE_URL": database, "SECRET_KEY": SECRET}, tmp_path / "log") as url,
        client_of(url, 30) as http,
    ):
        assert http.get("/books/").status_code == 200
        postgresql.stop()
        try:
            for path in ("/books/", "/books/1", "/health/ready"):
                answer = http.get(path)
                assert answer.status_code == 503
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.headers["retry-after"] == "1"
                assert answer.json()["type"] == "urn:problem:database-away"
            assert http.get("/health/live").status_code == 200
        finally:
            postgresql.start()
        back = time.monotonic()
        while http.get("/books/").status_code != 200:
            assert time.monotonic() - back < 5, (tmp_path / "log").read_text()
        assert [http.get("/books/").status_code for _ in range(20)] == [200] * 20


@pytest.mark.parametrize("twin", TWINS)
def test_a_schema_of_another_revision_is_503_and_says_what_to_do(
    twin: str, sqlite: dict[str, str], tmp_path: Path
) -> None:
    with serving(twin, sqlite, tmp_path / "log", workers=1) as url:
        with sqlite3.connect(tmp_path / "books.sqlite3") as connection:
            connection.execute("UPDATE alembic_version SET version_num = 'older'")
        answer = httpx2.get(f"{url}/health/ready", timeout=30)
        connection.close()
    assert answer.status_code == 503
    assert "python -m shared.migrate" in answer.json()["detail"]


@pytest.mark.parametrize("twin", TWINS)
def test_a_server_stops_at_a_signal_and_leaves_no_process(twin: str, sqlite: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", f"{twin}_impl", "--port", str(port), "--workers", "2"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **sqlite}, stderr=log, stdout=log, start_new_session=True
        )
    try:
        await_ready(f"http://127.0.0.1:{port}", process, tmp_path / "log")
        assert len(_running(process.pid)) >= 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        # Python's own resource tracker ends a moment after the process that it serves.
        deadline = time.monotonic() + 5
        while _running(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not _running(process.pid)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _running(group: int) -> list[int]:
    """The processes of a group that still run; an ended one may wait to be collected."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = stat.read_text().partition(" (")
        except OSError:  # it ended meanwhile
            continue
        state, _parent, its_group = rest.rpartition(") ")[2].split()[:3]
        if int(its_group) == group and state != "Z":
            found.append(int(pid))
    return found
