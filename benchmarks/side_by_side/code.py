"""One file of a twin as it is read here: its text in blocks with names, its lines of code, its routes."""

import ast
import re
import tokenize
from collections.abc import Iterator
from io import StringIO
from typing import NamedTuple

_METHODS = {"get", "post", "put", "patch", "delete", "websocket"}
_LAYOUT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
}  # fmt: skip
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Block(NamedTuple):
    """Lines that belong together, from `start` up to `stop`, counted from 0; other code is found again by its name."""

    name: str
    start: int
    stop: int


class Code(NamedTuple):
    """A file."""

    text: str
    title: str
    blocks: list[Block]
    lines_of_code: int
    routes: list[str]


def read_code(text: str) -> Code:
    """What there is to know about the source of a module."""
    tree = ast.parse(text)
    title = (ast.get_docstring(tree) or "").partition("\n")[0]
    return Code(text, title, blocks(text), lines_of_code(text), list(_routes(tree)))


def lines_of_code(text: str) -> int:
    """Lines that hold code: without blank lines, comments and docstrings."""
    used = {
        line
        for token in tokenize.generate_tokens(StringIO(text).readline)
        if token.type not in _LAYOUT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(used - set(_docstring_lines(ast.parse(text))))


def _docstring_lines(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | _Definition) and ast.get_docstring(node) is not None:
            yield from range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)


def blocks(text: str) -> list[Block]:
    """The whole file in blocks: functions, methods, and what stands between them."""
    starts = dict(_starts(ast.parse(text).body, ""))
    starts.setdefault(0, "")
    ends = [*sorted(starts)[1:], len(text.splitlines())]
    return [Block(starts[start], start, end) for start, end in zip(sorted(starts), ends, strict=True)]


def _starts(body: list[ast.stmt], owner: str) -> Iterator[tuple[int, str]]:
    """Where blocks start: each definition, and the code after one."""
    after = ""
    for node in body:
        if isinstance(node, _Definition):
            after = f"{owner}{node.name}"
            yield _first_line(node), after
            if isinstance(node, ast.ClassDef):
                yield from _starts(node.body, f"{after}.")
        elif after:
            yield node.lineno - 1, f"after {after}"
            after = ""


def _first_line(node: _Definition) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1


def _routes(tree: ast.Module) -> Iterator[str]:
    """What the router of a module answers, with parameters in braces."""
    prefix = next(filter(None, map(_prefix, ast.walk(tree))), "")
    for node in tree.body:
        for decorator in getattr(node, "decorator_list", []):
            match decorator:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="router"), attr=method),
                    args=[ast.Constant(value=str(path)), *_],
                ) if method in _METHODS:
                    told = re.sub(r"<(?:\w+:)?(\w+)>|\{(\w+):\w+\}", r"{\1\2}", prefix + path)
                    yield f"{'WS' if method == 'websocket' else method.upper()} {told}"


def _prefix(node: ast.AST) -> str:
    match node:
        case ast.keyword(arg="url_prefix" | "prefix", value=ast.Constant(value=str(prefix))):
            return prefix
    return ""
