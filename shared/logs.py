"""Logging, the same for both servers: each record on standard error, as a line of text or as a JSON object."""

import logging
import logging.config
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import NamedTuple

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from shared.config import Settings

requests = logging.getLogger("books.requests")
faults = logging.getLogger("books.faults")
# The id of the exchange that runs, so that whatever is logged meanwhile can be found by it.
current_request: ContextVar[str | None] = ContextVar("current_request", default=None)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def configure(settings: Settings) -> None:
    """Send every record of level `log_level` and above to standard error."""
    logging.captureWarnings(True)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"request": {"()": OfRequest}},
            "formatters": {"text": {"()": TextLine}, "json": {"()": JsonLine}},
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": settings.log_format,
                    "filters": ["request"],
                }
            },
            # Libraries write what they send and receive at DEBUG, secrets and all: never for them.
            "root": {"level": "INFO" if settings.log_level == "DEBUG" else settings.log_level, "handlers": ["stderr"]},
            "loggers": {
                "alembic": {"level": "WARNING"},
                "httpcore2": {"level": "WARNING"},
                "httpx2": {"level": "WARNING"},
                "books": {"level": settings.log_level},
                "books.requests": {"level": requests_level(settings)},
                # It repeats what clients send: queries, and bytes that are no text.
                "uvicorn.sockets": {"level": "CRITICAL"},
            },
        }
    )


def requests_level(settings: Settings) -> str:
    """Requests are logged at INFO; turned off, not even the record is made."""
    return settings.log_level if settings.access_log else "WARNING"


class OfRequest(logging.Filter):
    """Notes on each record which request it belongs to, if any."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Pass every record."""
        if not hasattr(record, "request_id"):
            record.request_id = current_request.get()
        return True


@contextmanager
def faults_of(work: str) -> Iterator[None]:
    """Record what goes wrong in work that nobody waits for, and let the rest of it be."""
    try:
        yield
    except Exception:
        faults.exception("%s", work)


class TextLine(logging.Formatter):
    """Time, level, logger, message and request; a traceback follows, each of its lines behind a bar.

    Control characters are escaped: nothing that a client sends can look like another line, or command a terminal.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's own name
        line = _escaped(super().formatMessage(record))
        request = getattr(record, "request_id", None)
        return f"{line} {request}" if request else line

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return "\n".join(f"  | {_escaped(line)}" for line in super().formatException(ei).splitlines())


class JsonLine(JsonFormatter):
    """One object a line: time (UTC), level, logger, message, and what else is known; a traceback is one member."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            timestamp="time",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            # uvicorn's messages in colour.
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],
        )

    def process_log_record(self, log_data: dict[str, object]) -> dict[str, object]:
        """The time first, and no request where there is none."""
        known = {name: value for name, value in log_data.items() if value is not None}
        return {"time": known.pop("time"), **known}


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Exchange(NamedTuple):
    """One request and its answer, for the log."""

    method: str
    path: str
    route: str
    status: int
    duration_ms: float
    request_id: str


def log_exchange(exchange: Exchange) -> None:
    """One line a request: no query, no header and no body, which may hold secrets."""
    if requests.isEnabledFor(logging.INFO):
        method, path, route, status, duration_ms, _request_id = exchange
        message = (method, ascii(path)[1:-1], route, status, duration_ms)
        requests.info("%s %s %s %d %.1fms", *message, extra=exchange._asdict())
