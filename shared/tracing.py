"""What is known of every exchange: who asked (X-Request-ID), who answered (X-Served-By) and how long it took."""

import re
import secrets
from time import perf_counter

from shared import logs
from shared.metrics import Metrics

_SAFE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id(sent: str | None) -> str:
    """The client's own id if it is one, and harmless in a log and a header; else a new one."""
    text = (sent or "").strip(" \t")
    return text if _SAFE.fullmatch(text) else secrets.token_hex(8)


class Trace:
    """One exchange, from the head of its request until its answer has gone out: then it is counted and logged."""

    __slots__ = ("_ended", "_gauge", "_metrics", "_server", "_started", "request_id")

    def __init__(self, server: str, metrics: Metrics, sent_id: str | None) -> None:
        self._started = perf_counter()
        self._server, self._metrics = server, metrics
        self._ended = False
        self._gauge = metrics.in_flight
        self._gauge.inc()
        self.request_id = request_id(sent_id)
        logs.current_request.set(self.request_id)

    def headers(self) -> dict[str, str]:
        """Headers of the answer, which begins now."""
        return {
            "X-Request-ID": self.request_id,
            "X-Process-Time": f"{perf_counter() - self._started:.6f}",
            "X-Served-By": self._server,
            "X-Content-Type-Options": "nosniff",
        }

    def is_socket(self, route: str) -> None:
        """The request turned out to be a WebSocket, which stays open: it is counted among its like."""
        self._gauge.dec()
        self._gauge = self._metrics.open_sockets.labels(route)
        self._gauge.inc()

    def end(self, method: str, path: str, route: str, status: int | None, close_code: int | None = None) -> None:
        """The answer has gone out, or will not (`status` is None); what is said a second time changes nothing.

        A socket is counted as the answer that opened it, and logged with the code that closed it.
        """
        if self._ended:
            return
        self._ended = True
        self._gauge.dec()
        if status is not None:
            seconds = perf_counter() - self._started
            self._metrics.count(method, route, status, seconds)
            duration_ms = round(seconds * 1000, 3)
            said = (method, path, route, status) if close_code is None else ("WS", path, route, close_code)
            logs.log_exchange(logs.Exchange(*said, duration_ms, self.request_id))
        logs.current_request.set(None)
