"""A Locust user that asks over the lean connection."""

import time
from collections.abc import Callable, Mapping
from typing import ClassVar, TypeAlias

from locust import User
from locust.env import Environment
from locust.exception import RescheduleTask, StopTest

from benchmarks.lean.connection import Answer, Connection, ConnectionFailed
from benchmarks.lean.course import Free

# What is wrong with an answer, or nothing.
Check: TypeAlias = Callable[[Answer], str | None]

_NOTHING: Mapping[str, str] = {}
_NO_ANSWER = Answer(0, {}, b"")


class LeanClient:
    """Sends the requests of one user, has each answer judged, and tells Locust and the course what became of it."""

    def __init__(self, user: "LeanUser") -> None:
        self._user = user
        self._fire = user.environment.events.request.fire
        try:
            self.connection = Connection(user.host or "")
        except ValueError as error:
            # As with Locust's own clients it says so once and ends, but not as if all had gone well.
            user.environment.process_exit_code = 1
            raise StopTest(f"Host: {error}") from None

    def request(
        self,
        method: str,
        path: str,
        *,
        name: str,
        headers: Mapping[str, str] = _NOTHING,
        body: bytes = b"",
        check: Check | None = None,
    ) -> Answer:
        """The answer to a request that counts.

        Raises RescheduleTask, which ends the task, when there is none, or when `check` says what is wrong with it.
        """
        return self.measured(method, name, lambda: self.connection.request(method, path, headers, body), check)

    def measured(self, kind: str, name: str, exchange: Callable[[], Answer], check: Check | None = None) -> Answer:
        """As `request`, for an exchange of any kind over this connection."""
        course, connection = self._user.course, self.connection
        ticket = course.admit()
        started_s, received, opened = course.clock(), connection.received, connection.opened

        def finish(ended_s: float, failure: str | None) -> None:
            grown = connection.received - received, connection.opened - opened
            course.finished(ticket, started_s, ended_s, failure, *grown)

        try:
            answer, failure = _answered(exchange)
            # The answer is there; what the judge takes is not the server's doing.
            ended_s = course.clock()
            failure = failure or (check(answer) if check else None)
        except Exception as error:
            # Locust shows where; nobody is to wait for this request any more.
            finish(course.clock(), type(error).__name__)
            raise
        finish(ended_s, failure)
        return self._told(kind, name, ended_s - ticket.intended_s, answer, failure)

    def set_up(
        self,
        method: str,
        path: str,
        *,
        name: str,
        headers: Mapping[str, str] = _NOTHING,
        body: bytes = b"",
        check: Check | None = None,
    ) -> Answer:
        """As `request`, for what comes before a user's first task and is not measured."""
        started_s = time.perf_counter()
        answer, failure = _answered(lambda: self.connection.request(method, path, headers, body))
        ended_s = time.perf_counter()
        failure = failure or (check(answer) if check else None)
        return self._told(method, f"set-up: {name}", ended_s - started_s, answer, failure)

    def _told(self, kind: str, name: str, latency_s: float, answer: Answer, failure: str | None) -> Answer:
        self._fire(
            request_type=kind,
            name=name,
            response_time=latency_s * 1000,
            response_length=len(answer.body),
            exception=None if failure is None else Failed(failure),
            context=self._user.context(),
        )
        if failure is not None:
            raise RescheduleTask
        return answer


class Failed(Exception):
    """What was wrong with an answer, as Locust's table of failures shows it."""


class LeanUser(User):
    """A user with a lean client; `course` says when it may send."""

    abstract = True
    # Everything random about a user comes from this and its number.
    seed: ClassVar[int] = 0
    course: Free = Free()

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.client = LeanClient(self)

    def on_stop(self) -> None:
        """Hang up."""
        self.client.connection.close()


def _answered(exchange: Callable[[], Answer]) -> tuple[Answer, str | None]:
    try:
        return exchange(), None
    except ConnectionFailed as error:
        return _NO_ANSWER, str(error)
