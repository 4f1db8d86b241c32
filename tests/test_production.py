"""In production nothing is told that only a developer should see, whatever else is in the environment."""

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastapi_impl.app import create_app as create_fastapi
from flask_impl.app import create_app as create_flask
from shared.config import Settings
from shared.migrate import upgrade
from tests.contract.client import Api, assert_problem, client_of, unique
from tests.servers import ROOT, TWINS, serving, workers
from tests.test_operation import one_line, start

SECRET = "the key of a server in production"
# What turns on debuggers, reloads and talk in the frameworks, the servers and their commands.
LOUD = {
    "DEBUG": "1",
    "FLASK_DEBUG": "1",
    "FLASK_ENV": "development",
    "FASTAPI_DEBUG": "1",
    "STARLETTE_DEBUG": "1",
    "GUNICORN_CMD_ARGS": "--reload --log-level debug --spew",
    "UVICORN_RELOAD": "1",
    "UVICORN_LOG_LEVEL": "trace",
}
SPOILT = "$argon2id$ and not a hash"
# A change is looked for every quarter of a second (uvicorn) or every second (gunicorn).
RELOAD_S = 1.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("production")


@pytest.fixture(scope="module", params=TWINS)
def production(request: pytest.FixtureRequest, folder: Path) -> Iterator[Api]:
    """A server in production, in an environment that asks for everything else."""
    environment = {
        "APP_ENV": "production",
        "DATABASE_URL": f"sqlite:///{folder}/books.sqlite3",
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": SECRET,
        **LOUD,
    }
    with (
        serving(request.param, environment, folder / "log", workers=1) as url,
        client_of(url) as http,
    ):
        yield Api(http)


def test_a_fault_in_production_is_told_to_the_log_and_to_nobody_else(production: Api, folder: Path) -> None:
    user = unique("user")
    assert production.register(user).status_code == 201
    database = sqlite3.connect(folder / "books.sqlite3")
    with database:
        # A fault of ours that a client can reach: nobody expects the column to hold this.
        database.execute("UPDATE users SET password_hash = ? WHERE username = ?", (SPOILT, user))
    database.close()
    answer = production.log_in(user)
    assert_problem(answer, 500, "internal-error")
    assert not [word for word in ("Traceback", ".py", "argon2", SPOILT, user) if word in answer.text]
    log = (folder / "log").read_text()
    assert "Traceback" in log
    assert SPOILT not in log


def test_no_debugger_answers_in_production(production: Api) -> None:
    assert_problem(production.http.get("/console"), 404, "path-not-found")
    page = production.http.get("/")
    asked = production.http.get("/", params={"__debugger__": "yes", "cmd": "resource", "f": "debugger.js"})
    assert (asked.status_code, asked.content) == (page.status_code, page.content)


def test_a_changed_file_restarts_nothing_in_production(production: Api, folder: Path) -> None:
    before = workers(str(production.http.base_url))
    os.utime(ROOT / "shared" / "__init__.py")
    time.sleep(RELOAD_S)
    assert workers(str(production.http.base_url)) == before
    assert "reload" not in (folder / "log").read_text().lower()


@pytest.mark.parametrize("twin", TWINS)
def test_production_does_not_start_with_reload(twin: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3", "SECRET_KEY": SECRET}
    done = start(twin, "--reload", **environment, APP_ENV="production")
    assert done.returncode == 2
    assert "--reload is for development" in one_line(done, twin)


def test_the_environment_cannot_make_an_application_debug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LOUD.items():
        monkeypatch.setenv(name, value)
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/books.sqlite3", secret_key=SECRET, files_dir=tmp_path / "files"
    )
    upgrade(settings)
    assert not create_flask(settings).debug
    assert not create_fastapi(settings).debug
