"""Source as lines of HTML, coloured by Pygments in a few short classes, with what differs marked."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby, pairwise
from typing import NamedTuple

from pygments.lexers.python import PythonLexer
from pygments.token import Token

from benchmarks.side_by_side.alignment import Span

# The first that a token belongs to; what belongs to none has the colour of text.
_CLASSES = (
    (Token.Comment, "c"),
    (Token.Literal.String.Doc, "q"),
    (Token.Literal.String, "s"),
    (Token.Literal.Number, "n"),
    (Token.Keyword, "k"),
    (Token.Operator.Word, "k"),
    (Token.Name.Decorator, "e"),
    (Token.Name.Function, "f"),
    (Token.Name.Class, "f"),
)


class Piece(NamedTuple):
    """Characters of one colour."""

    text: str
    colour: str


def coloured_lines(source: str) -> list[list[Piece]]:
    """The lines of a module, each in pieces."""
    lines: list[list[Piece]] = [[]]
    for kind, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(source):
        for number, text in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if text:
                lines[-1].append(Piece(text, _colour(kind)))
    return lines


def _colour(kind: tuple[str, ...]) -> str:
    return next((name for family, name in _CLASSES if kind in family), "")


def line_html(pieces: Sequence[Piece], changes: Sequence[Span]) -> str:
    """One line; what lies in `changes` is marked."""
    parts = groupby(_cut(pieces, changes), key=lambda part: part[1])
    return "".join(_marked("".join(map(_span, _merged(part[0] for part in run))), on) for on, run in parts)


def _marked(html: str, on: bool) -> str:
    return f"<mark>{html}</mark>" if on else html


def _span(piece: Piece) -> str:
    text = escape(piece.text, quote=False)
    return f"<i class={piece.colour}>{text}</i>" if piece.colour else text


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    # Blanks have every colour.
    for colour, run in groupby(pieces, key=lambda piece: piece.colour):
        yield Piece("".join(piece.text for piece in run), colour)


def _cut(pieces: Sequence[Piece], changes: Sequence[Span]) -> Iterator[tuple[Piece, bool]]:
    """The pieces, cut where a change begins or ends."""
    edges = sorted({edge for change in changes for edge in change})
    position = 0
    for text, colour in pieces:
        cuts = [0, *(edge - position for edge in edges if 0 < edge - position < len(text)), len(text)]
        for start, stop in pairwise(cuts):
            inside = any(first <= position + start < last for first, last in changes)
            yield Piece(text[start:stop], colour), inside
        position += len(text)
