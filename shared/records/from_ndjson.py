"""Books as NDJSON: one JSON object a line, read as strictly as any other body."""

import re
from collections.abc import Iterator

from shared.errors import MalformedRequest
from shared.parsing import parse_json
from shared.records.lines import Lines, Run
from shared.records.record import SERVER_SET, Rejected, judge
from shared.schemas import NewBook


class NdjsonRecords:
    """The records of one stream; empty lines are passed over."""

    def __init__(self, lines: Lines | None = None) -> None:
        self._lines = lines or Lines()

    def feed(self, chunk: bytes) -> Iterator[NewBook | Rejected]:
        """The records that `chunk` completes."""
        for run in self._lines.feed(chunk):
            yield from _records(run)

    def close(self) -> Iterator[NewBook | Rejected]:
        """The records that the end of the stream completes."""
        for run in self._lines.close():
            yield from _records(run)


def _records(run: Run) -> Iterator[NewBook | Rejected]:
    for line, text in enumerate(run.lines, run.first):
        if text.strip():
            yield _record(line, text)


def _record(line: int, text: str) -> NewBook | Rejected:
    try:
        value = parse_json(text.encode())
    except MalformedRequest as error:
        return Rejected.because(line, re.sub(r"line \d+ ", "", str(error)))
    if not isinstance(value, dict):
        return Rejected.because(line, "Input should be a JSON object")
    return judge(line, {name: member for name, member in value.items() if name not in SERVER_SET})
