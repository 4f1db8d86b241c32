"""Books in a file, read while it comes: chunks of bytes in, books out, and the reason for each record that is none.

The parsers are pure and push: whoever has the bytes, on a thread or on an event loop, feeds them. What they say does
not depend on where one chunk ends and the next begins.
"""

from collections.abc import Iterator
from typing import Protocol

from shared.parsing import CSV, NDJSON
from shared.records.from_csv import CsvRecords
from shared.records.from_ndjson import NdjsonRecords
from shared.records.record import Rejected
from shared.schemas import NewBook

__all__ = ["PARSERS", "CsvRecords", "NdjsonRecords", "RecordParser", "Rejected"]


class RecordParser(Protocol):
    """One pass over one stream; raises MalformedRequest, with the line, when the rest of it cannot be read either."""

    def feed(self, chunk: bytes) -> Iterator[NewBook | Rejected]:
        """The records that `chunk` completes."""

    def close(self) -> Iterator[NewBook | Rejected]:
        """The records that the end of the stream completes."""


PARSERS: dict[str, type[RecordParser]] = {CSV: CsvRecords, NDJSON: NdjsonRecords}
