"""Books in a CSV file (RFC 4180): a header with the names of a book's fields, then one record a book."""

import csv
from collections.abc import Iterator
from typing import NamedTuple, TextIO

from pydantic import ValidationError

from shared.problems import invalid_input
from shared.records.cells import read_number
from shared.schemas import FullBook

COLUMNS = tuple(FullBook.model_fields)


class BadHeader(Exception):
    """The file does not begin with the names of the columns; the text is one line for its author."""


class Rejected(NamedTuple):
    """A record that is no book, with the line of the file on which it begins."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class BookRecords:
    """The records of an open file, each as a book or as the reason why it is none; raises BadHeader.

    The columns may stand in any order and among others. The file must be opened with `newline=""`, as the csv
    module asks for.
    """

    def __init__(self, file: TextIO) -> None:
        self._reader = csv.reader(file, strict=True)
        try:
            self._header = next(self._reader, [])
        except csv.Error as error:
            raise BadHeader(f"the header is not CSV: {error}") from None
        unclear = [name for name in COLUMNS if self._header.count(name) != 1]
        if not self._header:
            raise BadHeader("there is no header")
        if unclear:
            raise BadHeader(f"the header lacks or repeats {', '.join(unclear)}")

    def __iter__(self) -> Iterator[FullBook | Rejected]:
        while True:
            line = self._reader.line_num + 1
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Rejected(line, f"not CSV: {error}")
            else:
                if fields:
                    yield self._book(line, fields)

    def _book(self, line: int, fields: list[str]) -> FullBook | Rejected:
        if len(fields) != len(self._header):
            return Rejected(line, f"{len(fields)} fields under {len(self._header)} columns")
        texts = dict(zip(self._header, fields, strict=True))
        values: dict[str, object] = {name: texts[name] for name in COLUMNS}
        values |= {name: read_number(texts[name]) for name in ("rating", "published_year")}
        try:
            return FullBook.model_validate(values)
        except ValidationError as error:
            return Rejected(line, f"{_one_line(error)} (title {texts['title'][:60]!r})")


def _one_line(error: ValidationError) -> str:
    return "; ".join(f"{item.loc[0]}: {item.msg}" for item in invalid_input(error.errors()))
