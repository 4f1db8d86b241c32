"""Values for the schemas of a contract: right ones, and ones that are wrong in one way.

What is made for good carries the tag of its sequence wherever it could meet what others have made: names of accounts
above all, on which two servers with one database would collide.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from tests.contract.client import PASSWORD
from tests.differential.fuzz.contract import Schema

Value: TypeAlias = Any

MISSING_ID = 2**63 - 1
WORDS = [
    "Title @{tag}",
    "\u00e9\u0301 \U0001f4da \u2028 @{tag}",
    'a"b\\c/<&>\x7f @{tag}',
    "\u0130\ufb03 @{tag}",
    "=1+@{tag}",
    "\t@{tag} ",
]
TOKENS = ["@{alice_refresh}", "@{alice_spent}", "@{bob_refresh}", "@{alice_access}", "nonsense", "@{alice_refresh}="]
# Values of the contract's own kinds, by the names of their members; right ones first.
RIGHT: Mapping[str, list[Value]] = {
    "username": [
        "carol-@{tag}",
        "CAROL-@{tag}",
        "@{alice}",
        "@{bob}",
        "\uff43arol-@{tag}",
        "c@{tag}_.-",
        "\u00e7arol@{tag}",
    ],
    "password": [PASSWORD, "contrase\u00f1a 1", "contrasen\u0303a 1", "p" * 8, "\U0001f511" * 128, " 12345678 "],
    "email": ["a@example.org", None, "A.b+c@EXAMPLE.org", "\u00fc@example.org", "a@b\u00fccher.example"],
    "title": [*WORDS, "t" * 300, "\U0001f4da" * 300],
    "author": ["Author @{tag}", "Author @{tag}", "AUTHOR @{tag}", "\u0100uthor @{tag}, B. C.", "A" * 200],
    "category": ["category @{tag}", "Category @{tag}", "c" * 50],
    "description": ["", "A few words.", "d" * 5000, "\r\n\t"],
    "note": ["", "soon", "n" * 1000, "\U0001f4da"],
    "book_id": ["@{alice_book}", "@{bob_book}", "@{alice_book}", MISSING_ID],
    "refresh_token": TOKENS,
    "message": ["What did Author @{tag} write?", "hello", "Tell me about Title @{tag}", "xyzzy", "m" * 2000],
    "cursor": ["@{cursor}", "@{cursor}"],
    "q": ["@{tag}", "title @{tag}", "@{tag} author @{tag}", "\u00e9 @{tag}"],
    "published_year": [1999, None, -9999, 9999, 0],
    "count": [3, 1],
    "interval": [0, "0.0", "0.001"],
    "limit": [2, 1, 100],
}
# A login is counted by its name, so that even a wrong one needs a name of its own.
LOGIN = {
    "username": ["@{alice}", "@{bob}", "nobody-@{tag}", "ALICE-@{tag}", "\uff41lice-@{tag}", " @{alice}"],
    "password": [PASSWORD, PASSWORD, "wrong"],
    "grant_type": ["password"],
}
WRONG_LOGIN = {
    "username": ["", "x" * 257, "a\x00b"],
    "password": ["", "p" * 129, "p\x00p"],
    "grant_type": ["code", "Password"],
}
WRONG: Mapping[str, list[Value]] = {
    "username": [
        "",
        "ab",
        "a b",
        "x" * 33,
        "x" * 257,
        "a\x00b",
        "\u200b\u200b\u200b",
        "\ud800abc",
        None,
        5,
        ["abc"],
        "a@b",
    ],
    "password": ["", "1234567", "p" * 129, "nul\x00 nul nul", "\ud800" * 8, None, 12345678, {}],
    "email": ["", "x", "a@b", "@example.org", "a@" + "e" * 250 + ".org", "a\n@example.org", 5, ["a@example.org"]],
    "refresh_token": ["", "t" * 201, None, 5, "\u00e9", "a\x00b"],
    "cursor": ["", "x", "WyJhIiwxLDFd.x", "@{cursor}x", "\u00e9", "c" * 4097, "@{cursor}="],
    "q": ["", "!", "q" * 201, "a b c d e f g h i j k", "\x00", "\u0301"],
    "count": [0, 1001, "1e1", "03", "+1", "1.0", "\u0661"],
    "interval": [-1, 61, "nan", "inf", "1e-3", ".5", "0x1"],
}
_TYPES: Mapping[str, list[Value]] = {
    "string": ["", " ", "\x00", "a\x00b", "\ud800", None, 5, True, ["x"], {}, "\u00a0", "\x1f"],
    "integer": ["5", 1.5, 5.0, True, None, "", [], {}, 10**30, -(10**30), 2**63, "abc", -0.0, 1e308],
    "number": ["x", None, True, "1e3", "-0"],
    "boolean": ["true", 0, 1, None, "yes", "", []],
    "null": ["", 0, False],
}


def right(name: str, schema: Schema) -> list[Value]:
    """Valid values, the plainest first."""
    return RIGHT.get(name) or _within(schema)


def wrong(name: str, schema: Schema) -> list[Value]:
    """Values that are wrong in one way, most of them just so."""
    return WRONG.get(name) or _beyond(schema)


def _within(schema: Schema) -> list[Value]:
    if "anyOf" in schema:
        return [value for one in schema["anyOf"] for value in _within(one)]
    if "enum" in schema:
        return list(schema["enum"])
    if "const" in schema:
        return [schema["const"]]
    if schema.get("type") in {"integer", "number"}:
        low, high = int(schema.get("minimum", 1)), int(schema.get("maximum", 1000))
        return list(dict.fromkeys([(low + high) // 2, low, high]))
    if schema.get("type") == "boolean":
        return [True, False]
    return [None] if schema.get("type") == "null" else ["text @{tag}", *schema.get("examples", ())]


def _beyond(schema: Schema) -> list[Value]:
    if "anyOf" in schema:
        # Null is right where it is one of several.
        values = [value for one in schema["anyOf"] for value in _beyond(one) if one.get("type") != "null"]
        return [value for value in values if value is not None] if {"type": "null"} in schema["anyOf"] else values
    found = list(_TYPES.get(schema.get("type", "string"), _TYPES["string"]))
    found += [schema["minimum"] - 1] if "minimum" in schema else []
    found += [schema["maximum"] + 1] if "maximum" in schema else []
    found += ["x" * (schema["maxLength"] + 1)] if "maxLength" in schema else []
    return [value for value in found if value != "" or schema.get("minLength", 1)]


def as_json(value: Value, *, ascii_only: bool = True) -> bytes:
    """A JSON document; placeholders of ids stand in it as numbers."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    return re.sub(r'"(@\{\w+_(?:book|todo)\})"', r"\1", text).encode("utf-8", "surrogatepass")


def as_text(value: Value) -> str:
    """A value as it stands in a form or a query."""
    return value if isinstance(value, str) else json.dumps(value)
