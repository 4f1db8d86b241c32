"""Whether a JSON value conforms to a schema of an OpenAPI document: the part of JSON Schema that the contract uses.

An unknown keyword is an error: what is not understood cannot be checked.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_FORMATS = {"date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "email": r"[^@\s]+@[^@\s]+"}
_RULES: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, name: _TYPES[name](value),
    "const": lambda value, wanted: bool(value == wanted),
    "enum": lambda value, wanted: value in wanted,
    "minimum": lambda value, bound: bool(value >= bound),
    "maximum": lambda value, bound: bool(value <= bound),
    "minLength": lambda value, bound: len(value) >= bound,
    "maxLength": lambda value, bound: len(value) <= bound,
    "format": lambda value, name: name == "password" or re.fullmatch(_FORMATS[name], value) is not None,
    "required": lambda value, names: set(names) <= set(value),
}
_NESTING = {"properties", "items", "anyOf", "additionalProperties", "$ref"}
_NOTES = {"title", "description", "default", "examples"}


def faults(document: Schema, schema: Schema, value: Any, place: str = "$") -> list[str]:
    """Where and how `value` differs from `schema`, whose references are looked up in `document`."""
    schema = resolved(document, schema)
    unknown = set(schema) - set(_RULES) - _NESTING - _NOTES
    assert not unknown, f"keywords that this checker does not know: {unknown}"
    if "type" in schema and not _TYPES[schema["type"]](value):
        return [f"{place} is not of type {schema['type']}"]
    broken = [
        f"{place} breaks {name}" for name, rule in _RULES.items() if name in schema and not rule(value, schema[name])
    ]
    return broken + _below(document, schema, value, place)


def resolved(document: Schema, schema: Schema) -> Schema:
    """The schema itself, or the one that it refers to."""
    while "$ref" in schema:
        found: Any = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        schema = found
    return schema


def _below(document: Schema, schema: Schema, value: Any, place: str) -> list[str]:
    found = _alternatives(document, schema.get("anyOf", ()), value, place)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            found += faults(document, schema["items"], item, f"{place}[{index}]")
    if isinstance(value, dict) and "properties" in schema:
        # A member that the document does not mention would be undocumented, if not forbidden.
        found += [f"{place}.{name} is not documented" for name in value if name not in schema["properties"]]
        for name, member in value.items():
            found += faults(document, schema["properties"].get(name, {}), member, f"{place}.{name}")
    return found


def _alternatives(document: Schema, schemas: Sequence[Schema], value: Any, place: str) -> list[str]:
    if not schemas or any(not faults(document, schema, value, place) for schema in schemas):
        return []
    return [f"{place} fits none of its alternatives"]
