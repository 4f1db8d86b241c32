"""Users who ask a language model that takes its time. benchmarks.chat_upstream speaks for it."""

import time
from collections.abc import Mapping
from typing import ClassVar

from gevent.lock import RLock
from locust import task

from benchmarks.account_user import JSON, AccountUser
from benchmarks.lean.connection import Answer, Connection
from benchmarks.stream_checks import Question

# As many as by chance, so that chats which began together do not end together.
_FEWEST_TOKENS, _MOST_TOKENS = 5, 15


class ChatUser(AccountUser):
    """Asks a language model that takes its time, and listens to the end; benchmarks.chat_upstream speaks for it."""

    # Names of the accounts for which the stand-in has answered.
    _heard: ClassVar[set[str]] = set()
    _door: ClassVar[RLock] = RLock()

    def on_start(self) -> None:
        """Log in, and make sure that it is the stand-in which answers."""
        self.take_account()
        with self._door:
            if self.account.username not in self._heard:
                probe = Question(tokens=1)
                headers = self.account.authorization | JSON
                self.client.set_up("POST", "/chat", name="chat", headers=headers, body=probe.body, check=probe.wrong)
                self._heard.add(self.account.username)

    @task
    def chat(self) -> None:
        """One question and its whole answer; when its first token came is a line of its own in Locust's tables."""
        self.keep_token_fresh()
        question = Question(self.chance.randint(_FEWEST_TOKENS, _MOST_TOKENS))
        listener = _Listener(self.client.connection, self.account.authorization | JSON, question.body)
        self.client.measured("POST", "chat", listener.listen, question.wrong)
        self.environment.events.request.fire(
            request_type="POST",
            name="chat: first token",
            response_time=listener.first_token_s * 1000,
            response_length=0,
            exception=None,
            context=self.context(),
        )


class _Listener:
    """Hears a chat out, and notes how long its first token took."""

    def __init__(self, connection: Connection, headers: Mapping[str, str], body: bytes) -> None:
        self._connection, self._headers, self._body = connection, headers, body
        self.first_token_s = 0.0

    def listen(self) -> Answer:
        """The head and all that was said."""
        began = time.perf_counter()
        head, pieces = self._connection.stream("POST", "/chat", self._headers, self._body)
        heard = b""
        for piece in pieces:
            heard += piece
            if not self.first_token_s and b"event: token" in heard:
                self.first_token_s = time.perf_counter() - began
        return head._replace(body=heard)
