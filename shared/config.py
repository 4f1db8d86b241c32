"""Settings, read once from the environment and passed on from there."""

import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from shared.proxies import TrustedProxies

# RFC 7518 section 3.2: a key for HS256 has at least the size of the hash output.
MIN_KEY_BYTES = 32
_GIB = 1_073_741_824


class ConfigError(Exception):
    """The environment does not describe a server that may start; the text is one line for the operator."""


class Settings(BaseSettings):
    """Everything an operator can set; each field is the environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    app_env: Literal["development", "production"] = "development"
    database_url: str = "sqlite:///var/books.sqlite3"
    database_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    secret_key: SecretStr | None = None
    secret_key_file: Path = Path("var/secret_key")
    request_wait_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    threads: Annotated[int, Field(ge=1, le=256)] = 8
    pool_size: Annotated[int, Field(ge=1, le=256)] | None = None
    access_token_seconds: Annotated[int, Field(ge=1, le=86_400)] = 900
    refresh_token_seconds: Annotated[int, Field(ge=1, le=31_536_000)] = 2_592_000
    argon2_time_cost: Annotated[int, Field(ge=1, le=100)] = 2
    argon2_memory_kib: Annotated[int, Field(ge=8, le=4_194_304)] = 19_456
    argon2_parallelism: Annotated[int, Field(ge=1, le=64)] = 1
    password_hash_slots: Annotated[int, Field(ge=1, le=256)] = 2
    password_hash_wait_seconds: Annotated[float, Field(ge=0, le=60)] = 2.0
    session_seconds: Annotated[int, Field(ge=1, le=31_536_000)] = 604_800
    login_failures_per_account: Annotated[int, Field(ge=1, le=1_000_000)] = 10
    login_failures_per_address: Annotated[int, Field(ge=1, le=1_000_000)] = 300
    login_window_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300
    trusted_proxies: str | None = None
    request_head_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    request_body_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    request_body_bytes_per_second: Annotated[int, Field(ge=1, le=_GIB)] = 1024
    answer_stall_seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    max_connections: Annotated[int, Field(ge=1, le=65_536)] = 1000
    max_requests: Annotated[int, Field(ge=1, le=65_536)] = 256
    operator_port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    max_page_size: Annotated[int, Field(ge=1, le=100)] = 100
    max_body_bytes: Annotated[int, Field(ge=1024, le=_GIB)] = 1_048_576
    max_cover_bytes: Annotated[int, Field(ge=1024, le=_GIB)] = 5_242_880
    max_cover_pixels: Annotated[int, Field(ge=1, le=1_000_000_000)] = 25_000_000
    max_upload_bytes: Annotated[int, Field(ge=1024, le=1024 * _GIB)] = 1_073_741_824
    max_import_bytes: Annotated[int, Field(ge=1024, le=1024 * _GIB)] = 1_073_741_824
    max_transfers: Annotated[int, Field(ge=1, le=256)] = 4
    max_streams: Annotated[int, Field(ge=1, le=4096)] = 32
    max_sockets: Annotated[int, Field(ge=1, le=4096)] = 32
    max_message_bytes: Annotated[int, Field(ge=1024, le=16_777_216)] = 65_536
    socket_ping_seconds: Annotated[float, Field(gt=0, le=3600)] = 20.0
    socket_idle_seconds: Annotated[float, Field(gt=0, le=86_400)] = 300.0
    files_dir: Path = Path("var/files")
    chat_upstream_url: str | None = None
    chat_upstream_key: SecretStr | None = None
    chat_upstream_model: str = "librarian"
    chat_upstream_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    access_log: bool = True
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, text: str) -> str:
        try:
            url = make_url(text)
        # A port that is no number is a ValueError, which repeats it; where an @ is missing, that is the password.
        except (ArgumentError, ValueError):
            raise ValueError("is not a database URL such as sqlite:///books.sqlite3") from None
        if url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise ValueError("names neither SQLite nor PostgreSQL")
        if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
            raise ValueError("needs a file: an in-memory database is not shared by workers")
        if url.get_backend_name() == "postgresql":
            _require_known_options(url)
        return text

    @field_validator("chat_upstream_url")
    @classmethod
    def _web_address(cls, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            url = urlsplit(text)
            usable = url.scheme in {"http", "https"} and url.hostname and url.port != 0
        except ValueError:
            usable = False
        if not usable or re.search(r"[\s?#]", text):
            raise ValueError("is not the address of an endpoint such as http://127.0.0.1:9000/v1")
        return text

    @field_validator("chat_upstream_key")
    @classmethod
    def _fit_for_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        if key and not re.fullmatch(r"[\x21-\x7e]+", key.get_secret_value()):
            raise ValueError("holds what no header can carry")
        return key

    @field_validator("trusted_proxies")
    @classmethod
    def _known_proxies(cls, text: str | None) -> str | None:
        try:
            TrustedProxies(text or "127.0.0.1")
        except ValueError:
            raise ValueError("is not a list of addresses or networks, separated by commas") from None
        return text

    @classmethod
    def load(cls) -> Self:
        """The settings of this process.

        Raises ConfigError when a variable is invalid, or when production has no usable secret.
        """
        try:
            settings = cls()
        except ValidationError as error:
            raise ConfigError(_one_line(error)) from None
        settings.signing_key()
        return settings

    @property
    def database(self) -> URL:
        """The database with its driver: psycopg 3 for PostgreSQL, on both sides."""
        url = make_url(self.database_url)
        return url if url.get_backend_name() == "sqlite" else url.set(drivername="postgresql+psycopg")

    @property
    def connections(self) -> int:
        """Pool size of a worker: one for each request and each transfer at once, so that none waits for another."""
        return self.pool_size or self.threads + self.max_transfers

    @property
    def lasting(self) -> int:
        """Places of what lasts in a worker: event streams and chats, sockets and transfers."""
        return self.max_streams + self.max_sockets + self.max_transfers

    def signing_key(self) -> bytes:
        """The secret that signs tokens and cursors; development makes one and keeps it, production refuses."""
        if self.secret_key is not None:
            key = self.secret_key.get_secret_value().encode()
        elif self.app_env == "production":
            raise ConfigError(f"SECRET_KEY is not set: production needs one of at least {MIN_KEY_BYTES} bytes")
        else:
            key = _kept_key(self.secret_key_file)
        if len(key) < MIN_KEY_BYTES:
            raise ConfigError(f"SECRET_KEY is too short: {len(key)} bytes, at least {MIN_KEY_BYTES} are needed")
        return key


def _one_line(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{str(first['loc'][0]).upper()}: {first['msg'].removeprefix('Value error, ')}"


def _require_known_options(url: URL) -> None:
    """Raise ValueError with the name of an option that libpq does not have."""
    # Nobody else needs the driver.
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    for name in url.query:
        try:
            make_conninfo(**{name: "1"})
        except ProgrammingError:
            raise ValueError(f"has an option that PostgreSQL's driver does not know: {name}") from None


def _kept_key(path: Path) -> bytes:
    """The development key in `path`, made on first use; several processes starting at once agree on one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into place, so that nobody ever reads half a key.
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(MIN_KEY_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"SECRET_KEY is not set and {path} cannot be used: {error.strerror}") from None
