"""A fault in the log: found by its request, whole, and on its own lines."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx2
import pytest
from sqlalchemy import exc, text

from fastapi_impl.app import create_app as create_fastapi
from flask_impl.app import create_app as create_flask
from shared import logs
from shared.config import Settings
from shared.engine import Engines
from shared.migrate import upgrade

FORGED = "boom\n2026-01-01 00:00:00,000 INFO books.requests forged\x1b[31m\u2028forged"


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)


def settings(folder: Path, log_format: str) -> Settings:
    values = {
        "database_url": f"sqlite:///{folder}/b.sqlite3",
        "secret_key": "x" * 40,
        "files_dir": folder / "files",
        "log_format": log_format,
    }
    found = Settings.model_validate(values)
    # An application looks for lost work as soon as it is made, and would log that it cannot.
    upgrade(found)
    return found


def fail() -> str:
    raise RuntimeError(FORGED)


def flask_fault(settings: Settings) -> int:
    app = create_flask(settings)
    app.add_url_rule("/fault", view_func=fail)
    return app.test_client().get("/fault", headers={"X-Request-ID": "the-id"}, buffered=True).status_code


async def fastapi_fault(settings: Settings) -> int:
    app = create_fastapi(settings)
    app.get("/fault")(fail)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        return (await http.get("/fault", headers={"X-Request-ID": "the-id"})).status_code


@pytest.mark.parametrize("twin", ["flask", "fastapi"])
def test_a_fault_is_one_object_with_its_request_and_its_traceback(
    twin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(twin, settings(tmp_path, "json")) == 500
    fault, request = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (fault["level"], fault["logger"], fault["request_id"]) == ("ERROR", "books.faults", "the-id")
    assert "Traceback" in fault["traceback"]
    assert FORGED in fault["traceback"]
    assert (request["status"], request["request_id"], request["route"]) == (500, "the-id", "/fault")


@pytest.mark.parametrize("twin", ["flask", "fastapi"])
def test_a_fault_in_text_keeps_its_traceback_behind_a_bar(
    twin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(twin, settings(tmp_path, "text")) == 500
    first, *traceback, last = capsys.readouterr().err.splitlines()
    assert first.endswith("ERROR books.faults unhandled fault the-id")
    assert all(line.startswith("  | ") for line in traceback)
    assert "\x1b" not in "".join(traceback)
    assert last.endswith("ms the-id")


def run(twin: str, settings: Settings) -> int:
    if twin == "flask":
        return flask_fault(settings)
    return anyio.run(fastapi_fault, settings)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_message_is_one_line_whatever_it_holds(
    log_format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(settings(tmp_path, log_format))
    logs.faults.warning("database: %s", FORGED)
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 1
    assert "\x1b" not in written


def test_an_error_of_the_database_does_not_repeat_what_a_statement_was_given(tmp_path: Path) -> None:
    engines = Engines(settings(tmp_path, "text"))
    with engines.reads.connect() as connection, pytest.raises(exc.OperationalError) as caught:
        connection.execute(text("SELECT * FROM nothing WHERE password = :password"), {"password": "hush"})
    assert "hush" not in str(caught.value)
    engines.dispose()
