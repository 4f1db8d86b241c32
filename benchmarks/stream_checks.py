"""What is wrong with answers that come piece by piece: event streams, chats and exports. No Locust, no network."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.answers import Answered, a_book

EVENT_STREAM = "text/event-stream"
NDJSON = "application/x-ndjson"


# Of the language model; so slow that a chat is mostly waiting.
_TOKENS_PER_S = 10


class Event(NamedTuple):
    """One server-sent event; without a name it is a `message`."""

    name: str
    data: str


def events(body: bytes) -> list[Event]:
    """The events of a stream, without the last one if that has no end; comments are skipped."""
    found = []
    for block in body.decode("utf-8", "replace").split("\n\n")[:-1]:
        fields = [line.partition(": ")[::2] for line in block.split("\n") if not line.startswith(":")]
        data = [value for name, value in fields if name == "data"]
        if data:
            found.append(Event(dict(fields).get("event", "message"), "\n".join(data)))
    return found


def wrong_head(answer: Answered, media_type: str) -> str | None:
    """What is wrong with how an answer begins."""
    if answer.status != 200:
        return f"status {answer.status} instead of 200"
    declared = answer.headers.get(b"content-type", b"").decode("latin-1").partition(";")[0]
    return None if declared == media_type else f"{declared or 'no media type'} instead of {media_type}"


class Question(NamedTuple):
    """A question which tells the stand-in for a language model how much to say, so that its answer is known."""

    tokens: int

    @property
    def body(self) -> bytes:
        """As it is sent."""
        order = f"stand-in: tokens={self.tokens} rate={_TOKENS_PER_S}"
        return json.dumps({"message": f"What is the highest rated book? {order}"}).encode()

    def wrong(self, answer: Answered) -> str | None:
        """What is wrong with the answer: it has the tokens that were ordered, and one end."""
        if wrong := wrong_head(answer, EVENT_STREAM):
            return wrong
        said = events(answer.body)
        names = [event.name for event in said]
        if names[-1:] != ["done"]:
            return "a chat that does not end with the event done"
        if set(names[:-1]) != {"token"}:
            return "a chat with other events than tokens before its end"
        if not isinstance(_member(said[-1], "books"), list):
            return "an event done without books"
        if [_member(event, "text") for event in said[:-1]] != [f"word{number} " for number in range(self.tokens)]:
            return "a chat that is not what benchmarks.chat_upstream was told to say"
        return None


def _member(event: Event, name: str) -> object:
    try:
        document = json.loads(event.data)
    except ValueError:
        return None
    return document.get(name) if isinstance(document, dict) else None


def wrong_numbers(answer: Answered, count: int) -> str | None:
    """What is wrong with a stream that counts from 0."""
    if wrong := wrong_head(answer, EVENT_STREAM):
        return wrong
    numbers = [event.data for event in events(answer.body) if event.name == "message"]
    return None if numbers == [str(number) for number in range(count)] else f"a stream that does not count to {count}"


def wrong_echoes(answer: Answered, texts: Sequence[str]) -> str | None:
    """What is wrong with what came back on a socket, a line for each text."""
    expected = "\n".join(f"Message text was: {text}" for text in texts)
    return None if answer.body.decode() == expected else "other texts than were sent"


class ExportedLines:
    """Counts the lines of an export, and keeps no more of it than the last."""

    def __init__(self) -> None:
        self.count = 0
        self._last = b""
        self._begun = b""

    def add(self, piece: bytes) -> None:
        """The next piece, cut anywhere."""
        head, found, self_begun = piece.rpartition(b"\n")
        if not found:
            self._begun += piece
            return
        self.count += piece.count(b"\n")
        self._last = (self._begun + head).rpartition(b"\n")[2]
        self._begun = self_begun

    def wrong(self, answer: Answered, known: Sequence[int]) -> str | None:
        """What is wrong with the export, which has to have the books of these ids at least."""
        if wrong := wrong_head(answer, NDJSON):
            return wrong
        if self._begun:
            return "an export that ends amid a line"
        try:
            last: object = json.loads(self._last)
        except ValueError:
            return "an export whose last line is not JSON"
        if not a_book(last):
            return "an export whose last line is not a book"
        if last["id"] < max(known) or self.count < len(known):
            return "an export without books that exist"
        return None
