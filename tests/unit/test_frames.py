"""WebSocket frames are cut where they end, however they come."""

import random
from itertools import pairwise

import pytest

from fastapi_impl.frames import BadFrame, Frames
from tests.contract.sockets import BINARY, CLOSE, CONTINUATION, PING, TEXT, frame

FRAMES = [
    frame(TEXT),
    frame(TEXT, b"a" * 125),
    frame(TEXT, b"b" * 126, fin=False),
    frame(PING, b"p"),
    frame(CONTINUATION, b"c" * 70_000, fin=False),
    frame(CONTINUATION),
    frame(BINARY, b"d"),
    frame(CLOSE),
]


def cut(pieces: list[bytes]) -> list[bytes]:
    """What comes out of what comes in."""
    frames = Frames(100_000)
    return [found for piece in pieces for found in frames.split(piece)]


def test_what_comes_at_once_is_cut_behind_each_frame() -> None:
    assert cut([b"".join(FRAMES)]) == FRAMES


def test_a_frame_is_never_handed_on_with_a_part_of_another() -> None:
    data, chance = b"".join(FRAMES), random.Random(1)
    ends = {sum(map(len, FRAMES[: count + 1])) for count in range(len(FRAMES))}
    for _ in range(50):
        places = sorted({0, len(data), *(chance.randrange(len(data)) for _ in range(chance.randint(0, 12)))})
        found = cut([data[start:end] for start, end in pairwise(places)])
        assert b"".join(found) == data
        position = 0
        for piece in found:
            assert not any(position < end < position + len(piece) for end in ends)
            position += len(piece)


def test_a_header_is_held_back_until_it_has_come() -> None:
    frames, sent = Frames(100_000), frame(TEXT, b"x" * 126)
    assert [list(frames.split(sent[at : at + 1])) for at in range(3)] == [[], [], []]
    assert list(frames.split(sent[3:5])) == [sent[:5]]
    assert list(frames.split(sent[5:])) == [sent[5:]]


def test_what_came_before_a_bad_frame_is_handed_on() -> None:
    found = Frames(10).split(FRAMES[0] + FRAMES[3] + FRAMES[1])
    assert [next(found), next(found)] == [FRAMES[0], FRAMES[3]]
    with pytest.raises(BadFrame, match="too large") as caught:
        next(found)
    assert caught.value.code == 1009
