"""Two files line by line: the same handler stands beside itself, and lines beside those they are most like."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from benchmarks.side_by_side.code import Block, Code

# Lines that share less than this of their words are not shown as one line changed.
_LIKENESS = 0.25
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
# What a reader looks for stands beside itself, however much else is different in its line.
_LANDMARK = re.compile(r"\s*(?:(?:async )?(?:def|class) \w+|@[\w.]+)")
# Stand in most lines of a kind, and make none like another.
_COMMON_WORDS = {"from", "import", "return", "await", "async", "self"}

Span = tuple[int, int]


class Row(NamedTuple):
    """A line of each side by its number from 0, None where there is nothing; the characters that differ."""

    left: int | None
    right: int | None
    same: bool
    left_changes: Sequence[Span] = ()
    right_changes: Sequence[Span] = ()


def align(left: Code | None, right: Code | None) -> list[Row]:
    """Both files from the first line to the last."""
    if not left or not right:
        whole = range(len((left or right or _EMPTY).text.splitlines()))
        return [Row(line if left else None, line if right else None, same=False) for line in whole]
    lines = left.text.splitlines(), right.text.splitlines()
    rows: list[Row] = []
    for one, other in _block_pairs(left.blocks, right.blocks):
        rows += _block_rows(*lines, one, other)
    return rows


_EMPTY = Code("", "", [], 0, [])
_NOWHERE = Block("", 0, 0)


def _block_pairs(left: Sequence[Block], right: Sequence[Block]) -> Iterator[tuple[Block, Block]]:
    """Blocks of the same name together, each other block beside nothing."""
    matcher = SequenceMatcher(None, [one.name for one in left], [one.name for one in right], autojunk=False)
    for tag, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(left[left_from:left_to], right[right_from:right_to], strict=True)
        else:
            yield from ((block, _NOWHERE) for block in left[left_from:left_to])
            yield from ((_NOWHERE, block) for block in right[right_from:right_to])


def _block_rows(left: Sequence[str], right: Sequence[str], one: Block, other: Block) -> Iterator[Row]:
    for here, there in pair_lines(left[one.start : one.stop], right[other.start : other.stop]):
        line = None if here is None else one.start + here
        counterpart = None if there is None else other.start + there
        if line is None or counterpart is None:
            # A blank line that only one side has is no difference.
            text = left[line] if line is not None else right[counterpart or 0]
            yield Row(line, counterpart, same=not text.strip())
        elif left[line] == right[counterpart]:
            yield Row(line, counterpart, same=True)
        else:
            yield Row(line, counterpart, False, *_changes(left[line], right[counterpart]))


def pair_lines(left: Sequence[str], right: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Lines of two texts in order, paired so that as much as possible is alike (Needleman and Wunsch 1970)."""
    theirs = [_words(line) for line in right]
    alike = [
        [_likeness(one, other, words, others) for other, others in zip(right, theirs, strict=True)]
        for one, words in zip(left, map(_words, left), strict=True)
    ]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0)
    return list(_trace(best, alike, len(left), len(right)))


def _words(line: str) -> Counter[str]:
    # `flask_impl` and `fastapi_impl` are one word here.
    words = re.findall(r"\w+", re.sub("fastapi|flask", "framework", line))
    return Counter(word for word in words if word not in _COMMON_WORDS)


def _likeness(one: str, other: str, words: Counter[str], others: Counter[str]) -> float:
    if _landmark(one) and _landmark(one) == _landmark(other):
        return 2.0
    total = words.total() + others.total()
    if not total:
        # Brackets and blank lines hold together what surrounds them, and nothing by themselves.
        return 0.05 if one.strip() == other.strip() else 0.0
    share = 2 * (words & others).total() / total
    return share + 0.1 * (one == other) if share >= _LIKENESS else 0.0


def _landmark(line: str) -> str:
    found = _LANDMARK.match(line)
    return found[0].replace("async ", "") if found else ""


def _trace(
    best: Sequence[Sequence[float]], alike: Sequence[Sequence[float]], height: int, width: int
) -> Iterator[tuple[int | None, int | None]]:
    i = j = 0
    while i < height or j < width:
        if i < height and j < width and alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif i < height and (j == width or best[i][j] == best[i + 1][j]):
            yield i, None
            i += 1
        else:
            yield None, j
            j += 1


def _changes(left: str, right: str) -> tuple[list[Span], list[Span]]:
    """The characters of each line that the other has not, by whole words."""
    ours, theirs = _TOKEN.findall(left), _TOKEN.findall(right)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    opcodes = [opcode for opcode in matcher.get_opcodes() if opcode[0] != "equal"]
    return _spans(ours, [code[1:3] for code in opcodes]), _spans(theirs, [code[3:5] for code in opcodes])


def _spans(tokens: Sequence[str], ranges: Sequence[Span]) -> list[Span]:
    spans = []
    for start, stop in ranges:
        position, text = len("".join(tokens[:start])), "".join(tokens[start:stop])
        if text.strip():
            begin = position + len(text) - len(text.lstrip())
            spans.append((begin, begin + len(text.strip())))
    return spans
