"""Settings: what may start, and what is refused in one line."""

import multiprocessing
import os
import re
import stat
from pathlib import Path

import pytest

from shared.config import ConfigError, Settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_development_needs_no_settings_and_keeps_its_key(tmp_path: Path) -> None:
    key = Settings.load().signing_key()
    assert len(key) >= 32
    assert Settings.load().signing_key() == key
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "var") == ["secret_key"]


def _key(folder: str) -> bytes:
    os.chdir(folder)
    return Settings.load().signing_key()


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_key, [str(tmp_path)] * 8, chunksize=1))) == 1


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"APP_ENV": "production"}, "SECRET_KEY is not set"),
        ({"APP_ENV": "production", "SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short: 5 bytes"),
        ({"APP_ENV": "production", "SECRET_KEY": "é" * 15}, "SECRET_KEY is too short: 30 bytes"),
        ({"APP_ENV": "prod"}, "APP_ENV: "),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL: names neither SQLite nor PostgreSQL"),
        ({"DATABASE_URL": "books.sqlite3"}, "DATABASE_URL: is not a database URL"),
        ({"DATABASE_URL": "postgresql://u:swordfish/d"}, "DATABASE_URL: is not a database URL"),
        ({"DATABASE_URL": "postgresql://u:swordfish@h:x/d"}, "DATABASE_URL: is not a database URL"),
        (
            {"DATABASE_URL": "postgresql://u:swordfish@h/d?sslmode=require&tls=1"},
            "DATABASE_URL: has an option that PostgreSQL's driver does not know: tls",
        ),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL: needs a file"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL: needs a file"),
        *(
            ({"CHAT_UPSTREAM_URL": url}, "CHAT_UPSTREAM_URL: is not the address of an endpoint")
            for url in ("x", "ftp://x/v1", "http://", "http://x:y/v1", "http://x/v1?key=y", "http://x /v1", "http://[x")
        ),
        ({"CHAT_UPSTREAM_KEY": "a\nb"}, "CHAT_UPSTREAM_KEY: holds what no header can carry"),
        ({"CHAT_UPSTREAM_KEY": "é"}, "CHAT_UPSTREAM_KEY: holds what no header can carry"),
        ({"TRUSTED_PROXIES": "*"}, "TRUSTED_PROXIES: is not a list of addresses"),
        ({"TRUSTED_PROXIES": "127.0.0.1 localhost"}, "TRUSTED_PROXIES: is not a list of addresses"),
        ({"THREADS": "0"}, "THREADS: "),
        ({"THREADS": "many"}, "THREADS: "),
        ({"ACCESS_TOKEN_SECONDS": "-1"}, "ACCESS_TOKEN_SECONDS: "),
    ],
    ids=str,
)
def test_an_environment_that_cannot_serve_is_one_line(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}") as caught:
        Settings.load()
    assert "\n" not in str(caught.value)
    assert "swordfish" not in str(caught.value)


def test_a_folder_that_cannot_hold_the_key_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder")
    with pytest.raises(ConfigError, match="SECRET_KEY is not set and var/secret_key cannot be used"):
        Settings.load()


def test_the_secret_does_not_show_in_a_printed_settings_object() -> None:
    assert "swordfish" not in repr(Settings(secret_key="swordfish" * 5))


def test_postgresql_is_reached_by_psycopg_3_and_each_request_and_transfer_may_have_a_connection() -> None:
    settings = Settings(database_url="postgresql://u@h/d", threads=5, max_transfers=3)
    assert settings.database.drivername == "postgresql+psycopg"
    assert (settings.connections, Settings(threads=5, pool_size=2).connections) == (8, 2)
