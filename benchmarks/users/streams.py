"""Users who hold a line: a socket, or a stream of events."""

from collections.abc import Sequence

from locust import task

from benchmarks.api_user import ApiUser
from benchmarks.lean.connection import Answer
from benchmarks.stream_checks import wrong_echoes, wrong_numbers
from benchmarks.web_socket import WebSocket

_NUMBERS, _INTERVAL_S = 10, 0.05
# An echo costs a server so little that one at a time would keep the generator busier than the server.
_TEXTS = 10


class SocketUser(ApiUser):
    """Says one thing after another on a socket that stays open, and hears each again."""

    def on_start(self) -> None:
        """Have a socket, which opens when it is first used."""
        super().on_start()
        self._socket = WebSocket(str(self.host), "/ws/")

    def on_stop(self) -> None:
        """Hang up."""
        super().on_stop()
        if hasattr(self, "_socket"):
            self._socket.close()

    @task
    def say(self) -> None:
        """Ten texts at once, there and back."""
        title = self.chance.choice(self.books)["title"]
        texts = [f"{title} {self.chance.randrange(10**6)}" for _ in range(_TEXTS)]
        self.client.measured("WS", "echoes", lambda: self._echoes(texts), lambda answer: wrong_echoes(answer, texts))

    def _echoes(self, texts: Sequence[str]) -> Answer:
        opened, received = self._socket.opened, self._socket.received
        try:
            return Answer(101, {}, "\n".join(self._socket.exchange(*texts)).encode())
        finally:
            # What the course counts is counted by this connection.
            self.client.connection.opened += self._socket.opened - opened
            self.client.connection.received += self._socket.received - received


class EventsUser(ApiUser):
    """Listens to a stream that counts."""

    def on_start(self) -> None:
        """Nothing has to be known."""

    @task
    def listen(self) -> None:
        """Ten events in half a second."""
        self.client.request(
            "GET",
            f"/stream/?count={_NUMBERS}&interval={_INTERVAL_S}",
            name="events",
            check=lambda answer: wrong_numbers(answer, _NUMBERS),
        )
