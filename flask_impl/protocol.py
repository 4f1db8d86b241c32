"""What gunicorn refuses before the application sees it, in the words of the contract."""

from typing import Any

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
        """Answer what could not be read; anything else stays gunicorn's affair."""
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        self.log.info("refused a request from %s: %s", addr, type(exc).__name__)
        fact = _FACTS.get(type(exc), errors.MalformedRequest)
        write_nonblock(client, problems.answer(fact()).raw())
