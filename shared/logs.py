"""Logging, the same for both servers: time, level, logger, message."""

import logging
import logging.config
from contextvars import ContextVar
from typing import NamedTuple

from shared.config import Settings

requests = logging.getLogger("books.requests")
# The id of the exchange that runs, so that whatever is logged meanwhile can be found by it.
current_request: ContextVar[str | None] = ContextVar("current_request", default=None)
faults = logging.getLogger("books.faults")


def configure(settings: Settings) -> None:
    """Send every record of level `log_level` and above to standard error, one line each."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"level": settings.log_level, "handlers": ["stderr"]},
            "loggers": {
                "alembic": {"level": "WARNING"},
                # What the HTTP client does is its own affair, and its debugging would show headers.
                "httpcore2": {"level": "WARNING"},
                "httpx2": {"level": "WARNING"},
                "books.requests": {"level": requests_level(settings)},
            },
        }
    )


def requests_level(settings: Settings) -> str:
    """Requests are logged at INFO; turned off, not even the record is made."""
    return settings.log_level if settings.access_log else "WARNING"


class Exchange(NamedTuple):
    """One request and its answer, for the log."""

    method: str
    target: str
    route: str
    status: int
    seconds: float
    request_id: str


def log_exchange(exchange: Exchange) -> None:
    """One line a request: no query, no header and no body, which may hold secrets."""
    if requests.isEnabledFor(logging.INFO):
        method, target, route, status, seconds, request_id = exchange
        requests.info("%s %s %s %d %.1fms %s", method, ascii(target)[1:-1], route, status, seconds * 1000, request_id)
