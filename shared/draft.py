"""An import on its way: judged while it comes, kept aside until all of it is there.

Nothing reaches the database before the stream has ended well, so that a slow client holds no lock and a broken one
leaves nothing behind. What is kept is in a file without a name, which ends with the process whatever happens.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any, Self

from shared.errors import MalformedRequest
from shared.parsing import essence
from shared.records import PARSERS, RecordParser, Rejected
from shared.schemas import Imported, NewBook, RecordFlaw

# Rows of one INSERT: few enough for an event loop to answer others between two of them.
BATCH_ROWS = 500
MAX_ERRORS = 100


class Draft:
    """The books of one stream, in a file of which each line is a batch of rows."""

    def __init__(self, parser: RecordParser, file: IO[bytes]) -> None:
        self._parser = parser
        self._file = file
        self._batch: list[dict[str, Any]] = []
        self._imported = 0
        self._rejected = 0
        self._errors: list[RecordFlaw] = []
        self._fault: MalformedRequest | None = None

    @classmethod
    @contextmanager
    def of(cls, content_type: str | None) -> Iterator[Self]:
        """An empty draft for a stream of this type, for the length of a block."""
        with TemporaryFile() as file:
            yield cls(PARSERS[essence(content_type)](), file)

    def add(self, chunk: bytes) -> None:
        """Take the next bytes; once the stream is broken, they are passed over.

        A client that sends all of a file before it listens would lose an answer that comes, with a reset, before.
        """
        if self._fault is None:
            try:
                self._sort(self._parser.feed(chunk))
            except MalformedRequest as fault:
                self._fault = fault

    def end(self) -> None:
        """Take the end of the stream; raises MalformedRequest when not all of it could be read."""
        if self._fault:
            raise self._fault
        self._sort(self._parser.close())
        self._keep()

    def _sort(self, records: Iterable[NewBook | Rejected]) -> None:
        for record in records:
            if isinstance(record, Rejected):
                self._reject(record)
                continue
            self._batch.append(record.model_dump())
            if len(self._batch) == BATCH_ROWS:
                self._keep()

    def _reject(self, record: Rejected) -> None:
        self._rejected += 1
        free = MAX_ERRORS - len(self._errors)
        self._errors += [RecordFlaw(line=record.line, loc=item.loc, msg=item.msg) for item in record.items[:free]]

    def _keep(self) -> None:
        self._file.write(json.dumps(self._batch).encode() + b"\n")
        self._imported += len(self._batch)
        self._batch.clear()

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """The rows that were kept."""
        self._file.seek(0)
        return map(json.loads, self._file)

    def outcome(self) -> Imported:
        """How many records went which way."""
        return Imported(imported=self._imported, rejected=self._rejected, errors=self._errors)
