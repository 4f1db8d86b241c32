"""The frames of WebSockets: what breaks the protocol, and messages in fragments (RFC 6455 section 5)."""

import pytest

from tests.contract.client import Api
from tests.contract.sockets import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Frame,
    by_hand,
    frame,
    header,
    opened,
)

# The limit of a server with default settings, in bytes.
LIMIT = 65_536
# "é" has two of them.
TWO_BYTES = "\u00e9"


def wide(size: int, payload: bytes, opcode: int = TEXT) -> bytes:
    """A frame whose length is written in so many bytes, more than it needs."""
    return bytes([0x80 | opcode, 0x80 | {2: 126, 8: 127}[size]]) + len(payload).to_bytes(size) + bytes(4) + payload


MALFORMED_FRAMES = {
    "not-masked": (frame(TEXT, b"a", masked=False), 1002),
    "reserved-bit": (frame(TEXT, b"a", reserved=1), 1002),
    "compressed": (frame(TEXT, b"a", reserved=4), 1002),
    "unknown-opcode": (frame(0x3, b"a"), 1002),
    "unknown-control": (frame(0xB, b"a"), 1002),
    "continuation-of-nothing": (frame(CONTINUATION, b"a"), 1002),
    "text-within-a-text": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    "ping-in-fragments": (frame(PING, b"a", fin=False), 1002),
    "long-ping": (frame(PING, b"a" * 126), 1002),
    "close-of-one-byte": (frame(CLOSE, b"a"), 1002),
    "close-with-unknown-code": (frame(CLOSE, (1005).to_bytes(2, "big")), 1002),
    "text-not-utf-8": (frame(TEXT, b"\xff"), 1007),
    "text-cut-in-a-character": (frame(TEXT, TWO_BYTES.encode()[:1]), 1007),
    "fragments-not-utf-8": (frame(TEXT, b"a", fin=False) + frame(CONTINUATION, b"\xc3("), 1007),
    "longer-length-than-need-be": (wide(2, b"a"), 1002),
    "longest-length-than-need-be": (wide(8, b"a" * 126), 1002),
    "ping-of-a-longer-length": (wide(2, b"a", PING), 1002),
    "negative-length": (bytes([0x81, 0xFF]) + (1 << 63).to_bytes(8) + bytes(4), 1002),
    "reserved-bit-of-a-long-text": (header(TEXT, LIMIT + 1, reserved=1), 1002),
    "text-not-utf-8-and-close": (frame(TEXT, b"\xff") + frame(CLOSE, b"\x03\xe8"), 1007),
    "text-not-utf-8-and-unknown-opcode": (frame(TEXT, b"\xff") + frame(0x3, b"a"), 1007),
    "fragment-not-utf-8": (frame(TEXT, b"\xff", fin=False), 1007),
    "close-with-a-reason-not-utf-8": (frame(CLOSE, b"\x03\xe8\xff"), 1007),
    "surrogate": (frame(TEXT, b"\xed\xa0\x80"), 1007),
}


@pytest.mark.parametrize(("sent", "code"), MALFORMED_FRAMES.values(), ids=MALFORMED_FRAMES.keys())
def test_what_breaks_the_protocol_closes_the_socket_with_its_code(api: Api, sent: bytes, code: int) -> None:
    with by_hand(api) as connection:
        connection.send(sent)
        assert connection.next_but(PING).code == code


def test_a_text_in_fragments_comes_back_whole(api: Api) -> None:
    with opened(api) as connection:
        connection.send(["x"] * 900)
        assert connection.recv(timeout=10) == f"Message text was: {'x' * 900}"


def test_a_character_may_be_cut_by_fragments(api: Api) -> None:
    first, second = (bytes([byte]) for byte in TWO_BYTES.encode())
    with by_hand(api) as connection:
        connection.send(frame(TEXT, first, fin=False), frame(CONTINUATION, second))
        assert connection.next_but(PING) == Frame(TEXT, f"Message text was: {TWO_BYTES}".encode())


def test_a_ping_between_two_fragments_is_answered(api: Api) -> None:
    with by_hand(api) as connection:
        connection.send(frame(TEXT, b"a", fin=False), frame(PING, b"p"))
        assert connection.next_but(PING) == Frame(PONG, b"p")
        connection.send(frame(CONTINUATION, b"b"))
        assert connection.next_but(PING) == Frame(TEXT, b"Message text was: ab")


def test_endless_fragments_do_not_last_for_ever(api: Api) -> None:
    with by_hand(api) as connection:
        connection.send(frame(TEXT, b"", fin=False))
        connection.send(frame(CONTINUATION, b"xx", fin=False) * LIMIT)
        assert connection.next_but(PING).code == 1009


def test_a_ping_after_a_fragment_that_has_reached_the_limit_is_answered(api: Api) -> None:
    with by_hand(api) as connection:
        connection.send(frame(TEXT, b"x" * LIMIT, fin=False), frame(PING, b"p" * 125))
        assert connection.next_but(PING) == Frame(PONG, b"p" * 125)
        connection.send(frame(CONTINUATION, b""))
        assert connection.next_but(PING) == Frame(TEXT, b"Message text was: " + b"x" * LIMIT)


@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
def test_a_message_need_not_be_ended_before_a_close(api: Api, opcode: int) -> None:
    with by_hand(api) as connection:
        connection.send(frame(opcode, b"x" * LIMIT, fin=False), frame(CLOSE, b"\x03\xe8bye"))
        assert connection.next_but(PING).code == 1000


def test_what_comes_behind_a_close_is_passed_over(api: Api) -> None:
    with by_hand(api) as connection:
        connection.send(frame(CLOSE, b"\x03\xe8"), frame(0x3, b"a"), frame(TEXT, b"\xff"))
        assert connection.next_but(PING).code == 1000


def test_frames_may_come_byte_by_byte(api: Api) -> None:
    sent = frame(TEXT, b"a", fin=False) + frame(PING, b"p") + frame(CONTINUATION, b"b" * 130) + frame(TEXT, b"c")
    with by_hand(api) as connection:
        for byte in sent:
            connection.send(bytes([byte]))
        answers = [connection.next_but(PING) for _ in range(3)]
    texts = [Frame(TEXT, b"Message text was: " + text) for text in (b"a" + b"b" * 130, b"c")]
    assert answers == [Frame(PONG, b"p"), *texts]
