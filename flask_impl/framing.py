"""Whether a request has come whole, for a server that asks before it gives the request to a thread.

This decides only when a thread begins, never where a request ends: that is for gunicorn's parser, which gets the same
bytes. A head that looks wrong is called whole, so that the parser refuses it at once.
"""

import re

from shared.arrivals import MAX_HEAD_BYTES, MAX_HEADER_BYTES, MAX_REQUEST_LINE_BYTES, OPERATOR_PATHS
from shared.errors import HeadersTooLarge, MalformedRequest, TargetTooLong

_LINE_END, _HEAD_END = b"\r\n", b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)")
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,16})(?:[ \t]*;[^\r\n]*)?\r\n")
_CHUNK_BEGUN = re.compile(rb"(?:[0-9a-fA-F]{1,16}(?:[ \t]*;[^\r\n]*)?\r?)?")
_OPERATOR = re.compile(rb"(?:GET|HEAD) (?:" + b"|".join(path.encode() for path in OPERATOR_PATHS) + rb")[ ?]")


class Collected:
    """What has come of one request."""

    __slots__ = ("_body_limit", "_chunk_at", "body_at", "data")

    def __init__(self, body_limit: int) -> None:
        self._body_limit = body_limit
        self.data = bytearray()
        # 0 until the head is whole.
        self.body_at = self._chunk_at = 0

    def add(self, data: bytes) -> bool:
        """Take what has come; says whether a thread can go on with it.

        It can when the request is whole, or has a body that only the application knows how to read: one
        that is large, or whose client waits to be asked for it. Raises TargetTooLong, HeadersTooLarge and
        MalformedRequest for what no thread need look at.
        """
        self.data += data
        if not self.body_at:
            # Empty lines may come first; gunicorn would take one.
            while self.data.startswith(_LINE_END):
                del self.data[: len(_LINE_END)]
            end = self.data.find(_HEAD_END)
            if not 0 <= end < MAX_HEAD_BYTES:
                self._check_beginning()
                return False
            self.body_at = self._chunk_at = end + len(_HEAD_END)
        return self._has_body()

    @property
    def body_length(self) -> int:
        """How much has come of the body, or of the framing of its chunks."""
        return len(self.data) - self.body_at

    def has_begun(self) -> bool:
        """Whether there is more than the empty lines that may come before a request."""
        return bool(self.data) and self.data != b"\r"

    def asks_operator(self) -> bool:
        """Whether this is what an operator asks to see how the server is."""
        return _OPERATOR.match(self.data) is not None

    def _check_beginning(self) -> None:
        if self.data.count(b"\n") != self.data.count(_LINE_END):
            raise MalformedRequest
        longest = MAX_REQUEST_LINE_BYTES + len(_LINE_END)
        if len(self.data) > longest and self.data.find(_LINE_END, 0, longest) < 0:
            raise TargetTooLong
        if len(self.data) > MAX_HEAD_BYTES:
            raise HeadersTooLarge

    def _has_body(self) -> bool:
        head = bytes(self.data[: self.body_at - len(_LINE_END)]).lower()
        if b"\r\nexpect:" in head:
            return True
        lengths, codings = _LENGTH.findall(head), head.count(b"\r\ntransfer-encoding:")
        if len(lengths) == 1 and not codings:
            return self._is_there(lengths[0])
        if codings == 1 and not lengths and _CHUNKED.search(head):
            return len(self.data) > self._body_limit or self._has_chunks()
        return True

    def _is_there(self, length: bytes) -> bool:
        if not length.isdigit() or len(length) > len(str(self._body_limit)):
            return True
        return int(length) > self._body_limit or len(self.data) >= self.body_at + int(length)

    def _has_chunks(self) -> bool:
        """Follow the chunks from where they were left the last time; raises MalformedRequest."""
        while found := _CHUNK.match(self.data, self._chunk_at):
            size, end = int(found[1], 16), found.end()
            if size == 0:
                return self.data.startswith(_LINE_END, end) or self.data.find(_HEAD_END, end) >= 0
            next_at = end + size + len(_LINE_END)
            if next_at > len(self.data):
                return False
            if self.data[next_at - len(_LINE_END) : next_at] != _LINE_END:
                raise MalformedRequest
            self._chunk_at = next_at
        line = self.data[self._chunk_at : self._chunk_at + MAX_HEADER_BYTES + 1]
        if len(line) > MAX_HEADER_BYTES or not _CHUNK_BEGUN.fullmatch(line):
            raise MalformedRequest
        return False
