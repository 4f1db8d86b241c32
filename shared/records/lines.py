"""Chunks of bytes into whole lines of text."""

import io
from collections.abc import Iterator
from typing import NamedTuple

from shared.errors import MalformedRequest

# A quote that is never closed swallows the rest of a file: at this length it is given up.
MAX_RECORD_BYTES = 65_536
BLOCK_BYTES = 65_536
_BYTE_ORDER_MARK = "\ufeff"


class Run(NamedTuple):
    """Lines that follow one another, each with its end, and the number of the first."""

    first: int
    lines: list[str]


def broken(line: int, reason: str) -> MalformedRequest:
    """The fact that nothing can be read from `line` on."""
    return MalformedRequest(f"Line {line}: {reason}")


def too_long(line: int) -> MalformedRequest:
    """The fact that a record has no end in sight."""
    return broken(line, f"the record is longer than {MAX_RECORD_BYTES} bytes; a quote may be left open.")


class Lines:
    """Cuts a stream into runs of lines; raises MalformedRequest for a line that is too long or not UTF-8.

    Chunks are joined into blocks of one size first: a client that sends byte by byte costs no more than another.
    """

    def __init__(self, block_bytes: int = BLOCK_BYTES) -> None:
        self._block_bytes = block_bytes
        self._buffer = bytearray()
        self._rest = b""
        self._next = 1

    def feed(self, chunk: bytes) -> Iterator[Run]:
        """The lines that `chunk` completes, as soon as they fill a block."""
        self._buffer += chunk
        while len(self._buffer) >= self._block_bytes:
            block = self._rest + self._buffer[: self._block_bytes]
            del self._buffer[: self._block_bytes]
            end = block.rfind(b"\n") + 1
            yield from self._run(block[:end])
            self._rest = block[end:]
            if len(self._rest) > MAX_RECORD_BYTES:
                raise too_long(self._next)

    def close(self) -> Iterator[Run]:
        """The lines that are left, of which the last need not have an end."""
        yield from self._run(self._rest + self._buffer)

    def _run(self, data: bytes) -> Iterator[Run]:
        lines: list[str] = []
        fault = None
        try:
            for raw in io.BytesIO(data):
                lines.append(_text(raw, self._next + len(lines)))
        except MalformedRequest as error:
            # What came before it is told first, so that the first fault of a stream is the one that is reported.
            fault = error
        if lines:
            if self._next == 1:
                lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
            yield Run(self._next, lines)
            self._next += len(lines)
        if fault:
            raise fault


def _text(raw: bytes, line: int) -> str:
    if len(raw) > MAX_RECORD_BYTES:
        raise too_long(line)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise broken(line, "it is not valid UTF-8.") from None
