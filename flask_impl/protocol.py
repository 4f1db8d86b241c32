"""What gunicorn refuses before the application sees it, in the words of the contract."""

from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.errors import ExpectationFailed, LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from shared import errors, problems
from shared.errors import DomainError

_FACTS: dict[type[Exception], type[DomainError]] = {
    ExpectationFailed: errors.ExpectationFailed,
    LimitRequestHeaders: errors.HeadersTooLarge,
    LimitRequestLine: errors.TargetTooLong,
}


class ServerLog(Logger):
    """gunicorn's records, which go where all others go."""

    def setup(self, cfg: Config) -> None:
        """Leave out the handlers of gunicorn's own."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class ProblemWorker(ThreadWorker):
    """gunicorn's worker with threads, whose refusals are problem documents."""

    def load_wsgi(self) -> None:
        """Load the application, and announce the end of a connection whose body nobody will read.

        gunicorn ends it after the answer, but says keep-alive before: a client that believes it loses a request.
        """
        super().load_wsgi()
        application = self.wsgi

        def announcing(environ: Any, start_response: Any) -> Any:
            def start(status: str, *arguments: Any) -> Any:
                if status.startswith("413"):
                    start_response.__self__.force_close()
                return start_response(status, *arguments)

            return application(environ, start)

        self.wsgi = announcing

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what could not be read, and a fault that the application let through."""
        if isinstance(exc, ParseException):
            self.log.info("refused a request from %s: %s", addr, type(exc).__name__)
            answer = problems.answer(_FACTS.get(type(exc), errors.MalformedRequest)())
        else:
            # gunicorn would log the target, and with it the query.
            self.log.error("fault outside the application", exc_info=exc)
            answer = problems.internal_answer()
        write_nonblock(client, answer.raw())
