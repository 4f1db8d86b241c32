"""WebSockets are read alike: any frames, good or broken, whole or in pieces, and in any order."""

import random
import struct
from contextlib import suppress

from tests.contract.client import Api
from tests.contract.sockets import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, ByHand, Frame, by_hand
from tests.differential.conftest import Differ

CONVERSATIONS = 120
MAX_FRAMES = 6
# Somebody who waits longer has misunderstood, as has whoever is waited for.
PATIENCE_S = 10.0
# The limit of a server with default settings, in bytes.
LIMIT = 65_536

TEXTS = [b"", b"a", b"\0", b"x" * 125, b"x" * 126, b"y" * 4000]
# Characters, their beginnings and ends, and what begins none.
PIECES = ["\u00e9".encode(), "\U0001f4da".encode(), b"\xc3", b"\xa9", b"\xf0\x9f", b"\x93\x9a", b"\xff"]
PIECES += [b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf"]
LARGE = [b"z" * (LIMIT - 1), b"z" * LIMIT, b"z" * (LIMIT + 1)]
# Not 1014, which is for gateways: wsproto does not know it.
CODES = [1000, 1001, 1002, 1003, 1007, 1011, 1013, 3000, 4999]
NO_CODES = [999, 1004, 1005, 1006, 1015, 1016, 2999, 5000]
REASONS = [b"", b"bye", b"x" * 123, b"x" * 124]
CLOSES = [b"", b"\x03", *(code.to_bytes(2) + reason for code in [*CODES, *NO_CODES] for reason in REASONS)]
CLOSES += [code.to_bytes(2) + b"\xff" for code in CODES]
OPCODES = [TEXT] * 5 + [CONTINUATION] * 4 + [BINARY, CLOSE, PING, PING, PONG, 0x3, 0xB]


class Sent:
    """A frame as a client might send it, and what is known of it."""

    def __init__(self, chance: random.Random, odd: list[bytes]) -> None:
        self.opcode = chance.choice(OPCODES)
        self.final = chance.random() < (0.95 if self.opcode >= CLOSE else 0.6)
        self.payload = self._content(chance, odd)
        reserved, masked = chance.choice([0] * 20 + [1, 2, 4]), chance.random() < 0.97
        mask = chance.choice((bytes(4), b"mask"))
        head = bytes([self.final << 7 | reserved << 4 | self.opcode]) + self._length(chance, masked=masked)
        content = bytes(byte ^ mask[index % 4] for index, byte in enumerate(self.payload)) if masked else self.payload
        self.bytes = head + (mask if masked else b"") + content
        # In how many pieces it is sent; each costs a system call.
        self.piece = chance.choice((len(self.bytes), len(self.bytes), 1 if len(self.bytes) < 200 else 3000))

    def _content(self, chance: random.Random, odd: list[bytes]) -> bytes:
        if self.opcode == CLOSE:
            return chance.choice(CLOSES)
        return chance.choice(chance.choices((TEXTS, odd), (2, 1))[0])

    def _length(self, chance: random.Random, *, masked: bool) -> bytes:
        """The length, now and then longer than it need be."""
        mask, length = masked << 7, len(self.payload)
        least = 0 if length < 126 else 1 if length < 65_536 else 2
        form = chance.choices(range(least, 3), [30, *[1] * (2 - least)])[0]
        if form == 0:
            return bytes([mask | length])
        return struct.pack("!BH", mask | 126, length) if form == 1 else struct.pack("!BQ", mask | 127, length)

    def __repr__(self) -> str:
        cut = "…" if len(self.bytes) > 40 else ""
        return f"{self.bytes[:40].hex(' ')}{cut} ({len(self.bytes)} bytes, {self.piece} at a time)"


def told(connection: ByHand, sent: Sent, number: int) -> tuple[list[Frame], bool]:
    """What is answered to a frame and to a ping after it, and whether the socket is closed."""
    probe = b"probe %d" % number
    with suppress(ConnectionError):
        for start in range(0, len(sent.bytes), sent.piece):
            connection.connection.sendall(sent.bytes[start : start + sent.piece])
        connection.send(bytes([0x80 | PING, 0x80 | len(probe)]), bytes(4), probe)
    # A message is answered by another thread or task than a ping.
    waits_for = {PONG, TEXT} if sent.final and sent.opcode < CLOSE else {PONG}
    found: list[Frame] = []
    while waits_for:
        try:
            frame = connection.next_but(PING)
        except (EOFError, ConnectionError):
            return found, True
        if frame.opcode == CLOSE:
            # Whether what came just before is still answered depends on who is quicker.
            return [Frame(CLOSE, frame.payload[:2])], True
        if frame != (PONG, probe):
            found.append(frame)
        if frame.opcode != PONG or frame.payload == probe:
            waits_for.discard(frame.opcode)
    return sorted(found), False


def conversation(api: Api, frames: list[Sent]) -> list[list[Frame]]:
    """What a server answers to each frame, until it closes the socket."""
    answers: list[list[Frame]] = []
    with by_hand(api) as connection:
        connection.connection.settimeout(PATIENCE_S)
        for number, sent in enumerate(frames):
            found, closed = told(connection, sent, number)
            answers.append(found)
            if closed:
                break
    return answers


def test_any_frames_are_read_alike(apis: tuple[Api, Api], seed: int, differ: Differ) -> None:
    chance = random.Random(seed)
    closed = 0
    for _ in range(CONVERSATIONS):
        # Not both: a message that is too large and no text either is closed for what its reader looks at first, and
        # simple-websocket counts characters until a message is whole.
        odd = chance.choice((PIECES, PIECES, LARGE))
        frames = [Sent(chance, odd) for _ in range(chance.randint(1, MAX_FRAMES))]
        one, other = (conversation(api, frames) for api in apis)
        if one != other:
            differ("\n".join(map(repr, frames)), one, other)
        closed += bool(one[-1]) and one[-1][-1].opcode == CLOSE
    assert CONVERSATIONS / 10 < closed < CONVERSATIONS, seed
