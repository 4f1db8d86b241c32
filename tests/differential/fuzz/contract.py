"""The operations of a contract document (OpenAPI 3.1), as far as requests can be made of them."""

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.error import HTTPError

Schema: TypeAlias = Mapping[str, Any]

COMMITTED = Path(__file__).resolve().parents[3] / "shared" / "openapi.json"
METHODS = {"get", "post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Operation:
    """What one operation takes: schemas by name, media types by preference, and whose request it wants."""

    method: str
    path: str
    in_path: Mapping[str, Schema]
    in_query: Mapping[str, Schema]
    header_names: tuple[str, ...]
    bodies: Mapping[str, Schema]
    credentials: tuple[str, ...]

    @property
    def name(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"


def published(url: str) -> Schema:
    """The document that a server gives out, or the committed one where there is none."""
    try:
        with urllib.request.urlopen(f"{url}/openapi.json", timeout=20) as answer:  # noqa: S310  # http by `Link`
            document: Schema = json.load(answer)
            return document
    except (ValueError, HTTPError):
        return committed()


def committed() -> Schema:
    """The document in this repository."""
    document: Schema = json.loads(COMMITTED.read_text())
    return document


def operations(document: Schema) -> list[Operation]:
    """All operations of a document, with every reference of theirs resolved."""
    whole = _resolved(document, document["paths"], 0)
    return [
        _operation(document, method.upper(), path, item)
        for path, items in whole.items()
        for method, item in items.items()
        if method in METHODS
    ]


def _operation(document: Schema, method: str, path: str, item: Schema) -> Operation:
    def taken(place: str) -> dict[str, Schema]:
        return {one["name"]: one.get("schema", {}) for one in item.get("parameters", ()) if one["in"] == place}

    kinds = document.get("components", {}).get("securitySchemes", {})
    wanted = [kinds[name]["type"] for choice in item.get("security", ()) for name in choice]
    content = item.get("requestBody", {}).get("content", {})
    bodies = {media_type: body.get("schema", {}) for media_type, body in content.items()}
    return Operation(
        method, path, taken("path"), taken("query"), tuple(map(str.lower, taken("header"))), bodies, tuple(wanted)
    )


def _resolved(document: Schema, part: Any, depth: int) -> Any:
    # A schema that refers to itself is cut off: no request of ours is that deep.
    if depth > 20:
        return {}
    if isinstance(part, list):
        return [_resolved(document, item, depth + 1) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return _resolved(document, found, depth + 1)
    return {name: _resolved(document, value, depth + 1) for name, value in part.items()}
