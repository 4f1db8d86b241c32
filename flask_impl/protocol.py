"""What gunicorn refuses before the application sees it, in the words of the contract."""

import signal
import time
from typing import Any

from gunicorn.http.errors import ExpectationFailed, LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.http.wsgi import FileWrapper
from gunicorn.util import write_nonblock

from flask_impl.arrivals import PatientWorker
from flask_impl.wire import WAITED_S
from shared import errors, problems
from shared.errors import DomainError
from shared.turns import Turns

_FACTS: dict[type[Exception], type[DomainError]] = {
    ExpectationFailed: errors.ExpectationFailed,
    LimitRequestHeaders: errors.HeadersTooLarge,
    LimitRequestLine: errors.TargetTooLong,
}
# How long the door stays open after the signal.
DOOR_S = 0.05


class ProblemWorker(PatientWorker):
    """gunicorn's worker with threads, whose refusals are problem documents."""

    def load_wsgi(self) -> None:
        """Load the application, and announce the end of a connection whose body nobody will read, or of all at a stop.

        gunicorn ends it after the answer, but says keep-alive before: a client that believes it loses a request.
        """
        super().load_wsgi()
        application: Any = self.wsgi
        self._stopping = application.extensions["stopping"]
        self.settings = application.extensions["services"].settings
        self.metrics = application.extensions["metrics"]
        self.most_at_once = self.settings.max_requests + self.settings.lasting
        self.queue = Turns()

        def announcing(environ: Any, start_response: Any) -> Any:
            def start(status: str, *arguments: Any) -> Any:
                if status.startswith("413") or self._ends(environ):
                    start_response.__self__.force_close()
                return start_response(status, *arguments)

            environ[WAITED_S] = self.turn.waited_s
            body = application(environ, start)
            if isinstance(body, FileWrapper):
                # The system sends the file, whose waiting only Python's own timer ends.
                environ["gunicorn.socket"].settimeout(self.settings.answer_stall_seconds)
            return body

        self.wsgi = announcing

    def _ends(self, environ: Any) -> bool:
        # A client that waits to be asked for its body may send it unasked or not at all: what follows is uncertain.
        return not self.alive or environ["wsgi.input"].failed or "HTTP_EXPECT" in environ

    def init_signals(self) -> None:
        """Leave Ctrl-C, which a terminal sends to all processes, to the master."""
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def set_accept_enabled(self, enabled: bool | None) -> None:
        """Accept connections or not; a worker that stops takes in who is at the door, and closes it."""
        super().set_accept_enabled(enabled)
        if not (enabled or self.alive):
            self._stopping.set()
            # When all processes are told at once, the master needs this moment to turn newcomers away.
            time.sleep(DOOR_S)
            for listener in self.sockets:
                self._accept_all(listener)
                listener.close()

    def _accept_all(self, listener: Any) -> None:
        listener.setblocking(False)
        before = None
        while before != self.nr_conns:
            before = self.nr_conns
            self.accept(listener)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what could not be read, and a fault that the application let through."""
        if isinstance(exc, ParseException | DomainError):
            self.log.info("refused a request from %s: %s", addr, type(exc).__name__)
            fact = exc if isinstance(exc, DomainError) else _FACTS.get(type(exc), errors.MalformedRequest)()
            self.metrics.count_refusal(problems.KINDS[type(fact)].slug)
            answer = problems.answer(fact)
        else:
            # gunicorn would log the target, and with it the query.
            self.log.error("fault outside the application", exc_info=exc)
            answer = problems.internal_answer()
        write_nonblock(client, answer.raw())
