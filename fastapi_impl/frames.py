"""WebSocket frames one at a time, judged by their headers before the library behind uvicorn reads them.

That library, websockets, forgives a length that is written longer than it need be, counts a ping or a close within a
message as part of it, and reads all that has come before uvicorn judges the first of it: what is said last then hides
what was wrong before. The one that the other twin uses, wsproto, does none of that.
"""

from collections.abc import Iterator

from websockets.frames import CloseCode, Opcode

_RESERVED, _MASKED, _LENGTH, _OPCODE, _FIN = 0x70, 0x80, 0x7F, 0x0F, 0x80
_MASK_BYTES = 4
# How many bytes a longer length has, and the least that it may say (RFC 6455 section 5.2).
_LONGER = {126: (2, 126), 127: (8, 65_536)}
_MAX_CONTROL_BYTES = 125
# Members of an enumeration are slower to compare, and each frame is.
_CONTINUATION, _CLOSE = int(Opcode.CONT), int(Opcode.CLOSE)
_OPCODES = frozenset(map(int, Opcode))


class BadFrame(Exception):
    """A frame for which a socket is closed, with the code that says why."""

    def __init__(self, reason: str, code: CloseCode = CloseCode.PROTOCOL_ERROR) -> None:
        super().__init__(reason)
        self.code = code


class Frames:
    """What comes on one socket; messages have at most `max_bytes`, in all their fragments together."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held = b""
        # Of the frame that is coming, its mask included.
        self._left = 0
        # Of the message whose last fragment is still to come.
        self._size: int | None = None
        # Whether the frame that is coming is a close.
        self.leaving = False

    def split(self, data: bytes) -> Iterator[bytes]:
        """Cut what has come behind each frame; raises BadFrame at one whose header is wrong, in place of it."""
        data = self._held + data
        self._held = b""
        start, at = 0, self._skip(data, 0)
        while at < len(data):
            if at > start:
                yield data[start:at]
                start = at
            size = self._judge(data, at)
            if size is None:
                self._held = data[at:]
                return
            at = self._skip(data, at + size)
        if at > start:
            yield data[start:at]

    def _skip(self, data: bytes, at: int) -> int:
        """Where the frame ends, or what has come of it."""
        taken = min(self._left, len(data) - at)
        self._left -= taken
        return at + taken

    def _judge(self, data: bytes, at: int) -> int | None:
        """The size of a header without its mask, None while it has not come whole."""
        if len(data) - at < 2:
            return None
        first, second = data[at], data[at + 1]
        opcode, length, size = first & _OPCODE, second & _LENGTH, 2
        if first & _RESERVED:
            raise BadFrame("reserved bits are set")
        if opcode not in _OPCODES:
            raise BadFrame("unknown opcode")
        if not second & _MASKED:
            raise BadFrame("not masked")
        control = opcode >= _CLOSE
        if control and (length > _MAX_CONTROL_BYTES or not first & _FIN):
            raise BadFrame("a control frame that is too long or in fragments")
        if length in _LONGER:
            more, least = _LONGER[length]
            size += more
            if len(data) - at < size:
                return None
            length = int.from_bytes(data[at + 2 : at + size])
            if length < least or length >> 63:
                raise BadFrame("a length that is longer than it need be")
        self.leaving = opcode == _CLOSE
        if not control:
            self._count(opcode, length, last=bool(first & _FIN))
        self._left = _MASK_BYTES + length
        return size

    def _count(self, opcode: int, length: int, *, last: bool) -> None:
        within = self._size is not None
        if within != (opcode == _CONTINUATION):
            raise BadFrame("a message within another" if within else "a fragment of no message")
        size = (self._size or 0) + length
        if size > self._max_bytes:
            raise BadFrame("too large", CloseCode.MESSAGE_TOO_BIG)
        self._size = None if last else size
