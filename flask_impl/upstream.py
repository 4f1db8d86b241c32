"""Relays questions to a language model, when there is one to speak for the librarian.

A thread that reads from the model cannot look at anything else: one more in each worker sees for all of them that a
client has left, or that the next token is late, and ends the connection that is read from.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from time import monotonic, sleep
from typing import Any

import httpx2

from shared import completions
from shared.config import Settings
from shared.errors import DomainError, Interrupted, UpstreamFailed

_GLANCE_S = 0.25


class Upstream:
    """A chat endpoint, asked over one connection a question."""

    def __init__(self, settings: Settings) -> None:
        self._endpoint = completions.endpoint(settings)
        self._model = settings.chat_upstream_model
        self._patience_s = settings.chat_upstream_timeout_seconds
        # A kept connection may have been closed at the other end, and a question is not safe to repeat. Without kept
        # ones nothing is left open when the worker ends, for which Flask has no hook.
        self._client = httpx2.Client(
            headers=completions.request_headers(settings.chat_upstream_key),
            timeout=self._patience_s,
            limits=httpx2.Limits(max_keepalive_connections=0),
        )
        self._watch = _Watch()

    def tokens(self, question: str, finding: str, deserted: Callable[[], bool]) -> Iterator[str]:
        """The answer as it comes, until `deserted`; raises UpstreamFailed, UpstreamTimeout or Interrupted."""
        line = _Line(self._patience_s, deserted)
        body = completions.request_body(self._model, question, finding)
        with self._watch.over(line):
            try:
                yield from self._relay(body, line)
            except (httpx2.HTTPError, UpstreamFailed) as error:
                raise line.explain(error) from None

    def _relay(self, body: dict[str, object], line: "_Line") -> Iterator[str]:
        reader = completions.TokenReader()
        trace = {"trace": line.trace}
        with self._client.stream("POST", self._endpoint, json=body, extensions=trace) as response:
            completions.check_head(response.status_code, response.headers)
            for chunk in response.iter_raw():
                for token in reader.feed(chunk):
                    line.hold()
                    yield token
                    line.wait()
                if reader.done:
                    return
        reader.close()


class _Line:
    """A connection to the model: who waits for it, and until when."""

    def __init__(self, patience_s: float, deserted: Callable[[], bool]) -> None:
        self._patience_s = patience_s
        self._deserted = deserted
        self._socket: socket.socket | None = None
        self._end: Callable[[], DomainError] | None = None
        self.wait()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Learn the connection from the client's own tracing; TLS replaces it by another."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._socket = info["return_value"].get_extra_info("socket")

    def wait(self) -> None:
        """From now on the next token is waited for."""
        self._deadline = monotonic() + self._patience_s

    def hold(self) -> None:
        """The client takes its token; that may take long, and is not the model's fault."""
        self._deadline = float("inf")

    def glance(self) -> None:
        """End the connection if nobody waits for it any more, or nobody should."""
        if self._deserted():
            self._end = Interrupted
        elif monotonic() > self._deadline:
            self._end = completions.timed_out
        if self._end and self._socket:
            # Closing it here would not wake the thread that reads; and TLS has its own shutdown, which is not meant.
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def explain(self, error: httpx2.HTTPError | UpstreamFailed) -> DomainError:
        """The fact behind what the reading thread saw."""
        if self._end:
            return self._end()
        if isinstance(error, httpx2.TimeoutException):
            return completions.timed_out()
        return error if isinstance(error, UpstreamFailed) else completions.failed(type(error).__name__)


class _Watch:
    """One thread that glances at every line while there are any."""

    def __init__(self) -> None:
        self._lines: set[_Line] = set()
        self._changed = Condition()
        self._thread: Thread | None = None

    @contextmanager
    def over(self, line: _Line) -> Iterator[None]:
        """Watch a line for the length of a block."""
        with self._changed:
            self._lines.add(line)
            self._changed.notify()
            if self._thread is None:
                self._thread = Thread(target=self._run, name="upstream-watch", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._lines.discard(line)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines)
                lines = list(self._lines)
            for line in lines:
                line.glance()
            sleep(_GLANCE_S)
