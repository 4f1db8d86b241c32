"""Bodies of requests, right or odd, for what an operation reads."""

from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import quote_plus

from hypothesis import strategies as st

from tests.contract.routes import FORM, MULTIPART
from tests.differential.fuzz import odd_bodies
from tests.differential.fuzz.contract import Operation, Schema
from tests.differential.fuzz.values import LOGIN, WRONG_LOGIN, Value, as_json, as_text, right, wrong

Draw: TypeAlias = st.DrawFn
Fields: TypeAlias = dict[str, Value]
Choices: TypeAlias = Callable[[str, Schema], list[Value]]

DEFECTS = ("wrong", "wrong", "wrong", "two wrong", "missing", "unknown", "all wrong", "raw", "raw", "spelled")
SPELLINGS: tuple[Callable[[bytes], bytes], ...] = (
    lambda text: b" \r\n\t" + text.replace(b":", b" : ") + b"\n",
    lambda text: text[:-1],
    lambda text: text + b",",
    lambda text: text.replace(b'"', b"'"),
    lambda text: b"\xef\xbb\xbf" + text,
    lambda text: text.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass"),
    lambda text: text[:-1] + b"," + text[1:],
    lambda text: b"[" + text + b"]",
    lambda text: text.replace(b"t", b"\\u0074"),
    lambda text: text + b"\x00",
)


def of(draw: Draw, operation: Operation, *, odd: bool) -> tuple[str, bytes] | None:
    """Media type and body of a request for `operation`, None where it reads none."""
    if not operation.bodies:
        return None
    media_type = draw(st.sampled_from(list(operation.bodies)))
    if media_type == MULTIPART:
        content = draw(st.sampled_from(odd_bodies.COVER_BODIES if odd else odd_bodies.COVER_BODIES[:3]))
        return odd_bodies.COVER_TYPES[0], content
    if media_type in odd_bodies.RECORD_BODIES:
        bodies = odd_bodies.RECORD_BODIES[media_type]
        return media_type, draw(st.sampled_from(bodies if odd else bodies[:2]))
    schema = operation.bodies[media_type]
    if "properties" not in schema:
        return media_type, draw(st.sampled_from(odd_bodies.UPLOADS))
    return media_type, _document(draw, media_type, schema, draw(st.sampled_from(DEFECTS)) if odd else "none")


def _document(draw: Draw, media_type: str, schema: Schema, defect: str) -> bytes:
    if defect == "raw":
        return bytes(draw(st.sampled_from(odd_bodies.FORM_BODIES if media_type == FORM else odd_bodies.JSON_BODIES)))
    fields = _right_fields(draw, media_type, schema)
    names = list(schema["properties"])
    if defect == "missing":
        fields.pop(draw(st.sampled_from(names)), None)
    if defect == "unknown":
        fields[draw(st.sampled_from(["x", "id", "__class__", "\u00e9", "a b", "owner", "version"]))] = 1
    for name in _spoilt(draw, names, defect):
        fields[name] = draw(st.sampled_from(_wrong(media_type)(name, schema["properties"][name])))
    if media_type == FORM:
        return "&".join(f"{_quoted(name)}={_quoted(as_text(value))}" for name, value in fields.items()).encode()
    text = as_json(fields, ascii_only=defect != "spelled")
    return bytes(draw(st.sampled_from(SPELLINGS))(text)) if defect == "spelled" else text


def _spoilt(draw: Draw, names: list[str], defect: str) -> list[str]:
    how_many = {"wrong": 1, "two wrong": min(2, len(names)), "all wrong": len(names)}.get(defect, 0)
    return list(draw(st.permutations(names)))[:how_many] if how_many else []


def _right_fields(draw: Draw, media_type: str, schema: Schema) -> Fields:
    """The plainest of right documents, with one member that is less plain or, where it may be, left out."""
    properties: Mapping[str, Schema] = schema["properties"]
    required = schema.get("required", ())
    values = {name: _right(media_type)(name, member) for name, member in properties.items()}
    fields = {name: choices[0] for name, choices in values.items() if name in required}
    name = draw(st.sampled_from(list(properties)))
    return fields | {name: draw(st.sampled_from(values[name]))}


def _right(media_type: str) -> Choices:
    return (lambda name, member: LOGIN.get(name) or right(name, member)) if media_type == FORM else right


def _wrong(media_type: str) -> Choices:
    return (lambda name, member: WRONG_LOGIN.get(name) or wrong(name, member)) if media_type == FORM else wrong


def _quoted(text: str) -> str:
    return quote_plus(text, safe="@{}_", errors="surrogatepass")
