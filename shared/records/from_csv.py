"""Books as CSV (RFC 4180): a header with the names of the columns in any order, then one record a book."""

import csv
import re
from collections.abc import Iterator

from shared.records.cells import read_number, read_text
from shared.records.lines import MAX_RECORD_BYTES, Lines, Run, broken, too_long
from shared.records.record import Rejected, judge
from shared.schemas import Book, NewBook

_REQUIRED = frozenset(name for name, field in NewBook.model_fields.items() if field.is_required())
_READERS = dict.fromkeys(NewBook.model_fields, read_text) | {"rating": read_number, "published_year": read_number}
_FIELD = r'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
# What the csv module forgives even when it is strict: a quote within a field that does not begin with one.
_WELL_QUOTED = re.compile(rf"{_FIELD}(?:,{_FIELD})*+(?:\r?\n)?")


class CsvRecords:
    """The records of one stream, cut and unquoted by the csv module a block at a time; empty lines are passed over."""

    def __init__(self, lines: Lines | None = None) -> None:
        self._lines = lines or Lines()
        self._header: list[str] = []
        # The lines of a record whose quote is still open.
        self._open = Run(1, [])
        self._exhausted = False

    def feed(self, chunk: bytes) -> Iterator[NewBook | Rejected]:
        """The records that `chunk` completes."""
        for run in self._lines.feed(chunk):
            yield from self._records(run)

    def close(self) -> Iterator[NewBook | Rejected]:
        """The records that the end of the stream completes."""
        for run in self._lines.close():
            yield from self._records(run)
        if self._open.lines:
            raise broken(self._open.first, "a quote is opened and never closed.")
        if not self._header:
            raise broken(1, "there is no header with the names of the columns.")

    def _records(self, run: Run) -> Iterator[NewBook | Rejected]:
        for line, text, fields in self._cut(Run(self._open.first, self._open.lines + run.lines)):
            if not self._header:
                self._header = _header(line, fields)
            elif isinstance(fields, str):
                yield Rejected.because(line, f"not CSV: {fields}")
            elif '"' in text and '"' in "".join(fields) and not _WELL_QUOTED.fullmatch(text):
                yield Rejected.because(line, "not CSV: a quote within a field that does not begin with one")
            elif fields:
                yield self._judge(line, fields)

    def _cut(self, run: Run) -> Iterator[tuple[int, str, list[str] | str]]:
        """Each record with its number, its text, and its fields or why it has none; what is left stays open."""
        self._exhausted = False
        reader = csv.reader(self._until_exhausted(run.lines), strict=True)
        while True:
            begin = reader.line_num
            fields: list[str] | str
            try:
                fields = next(reader, [])
            except csv.Error as error:
                fields = str(error).partition(" - ")[0]
            text = "".join(run.lines[begin : reader.line_num])
            if len(text) * 4 > MAX_RECORD_BYTES and len(text.encode()) > MAX_RECORD_BYTES:
                raise too_long(run.first + begin)
            if self._exhausted:
                self._open = Run(run.first + begin, run.lines[begin:])
                return
            yield run.first + begin, text, fields

    def _until_exhausted(self, lines: list[str]) -> Iterator[str]:
        # The reader says in words only whether a record is wrong or merely not at its end: this says it for certain.
        yield from lines
        self._exhausted = True

    def _judge(self, line: int, fields: list[str]) -> NewBook | Rejected:
        if len(fields) != len(self._header):
            return Rejected.because(line, f"{len(fields)} fields under {len(self._header)} columns")
        cells = zip(self._header, fields, strict=True)
        return judge(line, {name: _READERS[name](cell) for name, cell in cells if name in _READERS})


def _header(line: int, names: list[str] | str) -> list[str]:
    if isinstance(names, str):
        raise broken(line, "the header is not CSV.")
    if not names:
        raise broken(line, "there is no header with the names of the columns.")
    if absent := sorted(_REQUIRED.difference(names)):
        raise broken(line, f"the header lacks {', '.join(absent)}.")
    if len(names) != len(set(names)):
        raise broken(line, "the header repeats a name.")
    if not set(names) <= set(Book.model_fields):
        raise broken(line, f"the header has a name other than {', '.join(Book.model_fields)}.")
    return names
