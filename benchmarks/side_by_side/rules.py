"""Rules of the contract, read from the names of its tests; the tests are never imported."""

import ast
from typing import NamedTuple, TypeGuard

_PREFIX = "test_"
# Names of tests are in lower case; these words are not.
_SPELLED = {
    "api": "API", "ascii": "ASCII", "cors": "CORS", "cpu": "CPU", "csrf": "CSRF", "csv": "CSV", "etag": "ETag",
    "head": "HEAD", "html": "HTML", "http": "HTTP", "id": "id", "isbn": "ISBN", "jpeg": "JPEG", "json": "JSON",
    "jwt": "JWT", "ndjson": "NDJSON", "openapi": "OpenAPI", "png": "PNG", "sha256": "SHA-256", "sql": "SQL",
    "unicode": "Unicode", "url": "URL", "utf8": "UTF-8", "webp": "WebP", "websocket": "WebSocket",
}  # fmt: skip


class RuleGroup(NamedTuple):
    """The rules that one file of the contract suite proves."""

    title: str
    rules: list[str]


def read_rules(source: str) -> RuleGroup:
    """The rules in a file of tests, in its order."""
    tree = ast.parse(source)
    title = (ast.get_docstring(tree) or "").partition("\n")[0]
    return RuleGroup(title, [_sentence(node.name) for node in ast.walk(tree) if _is_test(node)])


def _is_test(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(_PREFIX)


def _sentence(name: str) -> str:
    words = [_SPELLED.get(word, word) for word in name.removeprefix(_PREFIX).split("_")]
    text = " ".join(words)
    return f"{text[:1].upper()}{text[1:]}."
