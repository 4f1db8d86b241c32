"""What Schemathesis is told beside its configuration file: how to read the document, and what no schema can say.

Only valid requests are changed here; whatever breaks the document is sent as it was made up.
"""

import csv
import io
import json
import os
from collections.abc import MutableMapping
from typing import Any, TypeAlias

import schemathesis
from hypothesis import strategies as st

from tests.contract.pictures import FORMATS, picture

Case: TypeAlias = schemathesis.Case[Any]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30).map("A {}".format)
BOOKS = st.fixed_dictionaries(
    {"title": TEXT, "author": TEXT, "category": TEXT, "rating": st.integers(1, 5)},
    optional={"description": TEXT, "published_year": st.integers(-9999, 9999)},
)
# What each event of a stream is, in the words of JSON Schema.
COUNTED = {"required": ["data"], "properties": {"event": {"const": "message"}, "data": {"pattern": "^[0-9]+$"}}}
ANSWERED = {"required": ["data"], "properties": {"event": {"enum": ["token", "done", "error"]}}}


def _as_csv(books: list[dict[str, Any]]) -> bytes:
    rows = io.StringIO()
    names = ["title", "author", "category", "rating", "description", "published_year"]
    writer = csv.DictWriter(rows, names)
    writer.writeheader()
    writer.writerows(books)
    return rows.getvalue().encode()


def _as_lines(books: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(book) + "\n" for book in books).encode()


schemathesis.openapi.media_type("text/csv", st.lists(BOOKS, min_size=1, max_size=3).map(_as_csv))
schemathesis.openapi.media_type("application/x-ndjson", st.lists(BOOKS, min_size=1, max_size=3).map(_as_lines))
for kind in FORMATS:
    schemathesis.openapi.media_type(f"image/{kind.lower()}", st.just(picture(kind)))


@schemathesis.hook
def before_load_schema(_context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Say of the document what Schemathesis would take for something else."""
    # The token of OAuth2 is that of HTTP Bearer on the wire (RFC 6750). `ignored_auth` takes credentials away from a
    # request, but of the schemes apiKey, basic and http only (get_security_parameters in specs/openapi/_auth_retry.py):
    # a request that keeps its token while its cookie is spoilt would look like one that needs neither.
    schemes = raw_schema["components"]["securitySchemes"]
    for name, scheme in schemes.items():
        if scheme["type"] == "oauth2":
            schemes[name] = {"type": "http", "scheme": "bearer"}
    # The schema of an event stream is that of the text; before OpenAPI 3.2 Schemathesis takes it for that of an event.
    paths = raw_schema["paths"]
    for operation, item in ((paths["/stream/"]["get"], COUNTED), (paths["/chat"]["post"], ANSWERED)):
        operation["responses"]["200"]["content"]["text/event-stream"] = {"itemSchema": item}


@schemathesis.hook
def map_case(_context: schemathesis.HookContext, case: Case) -> Case:
    """Keep the rules that the document has in words only, where a request is meant to be valid."""
    if case.meta is not None and case.meta.generation.mode.is_positive:
        if isinstance(case.query, MutableMapping):
            _keep_query_rules(case.query)
        # Only documents: bytes that are set anew are taken for something that breaks the schema.
        if isinstance(case.body, dict) and case.media_type != "multipart/form-data":
            case.body = _kept(case.body) | _credentials(case)
    return case


@schemathesis.hook
def filter_case(_context: schemathesis.HookContext, case: Case) -> bool:
    """Send no `None` in a path.

    The book of an entry of the reading list is null once it is deleted. Of the values that a link finds in a list,
    Schemathesis 4.32 follows null too, though not of a single one (`MultiMatch` in specs/openapi/stateful/__init__.py).
    """
    return None not in (case.path_parameters or {}).values()


def _credentials(case: Case) -> dict[str, str]:
    """Those of a user, for every other login."""
    made_up = str(case.body.get("password", "")) if isinstance(case.body, dict) else ""
    if case.operation.path not in {"/auth/login", "/auth/session"} or len(made_up) % 2:
        return {}
    return {"username": os.environ["BOOKS_USER"], "password": os.environ["BOOKS_PASSWORD"]}


def _keep_query_rules(query: MutableMapping[str, Any]) -> None:
    # A cursor is signed, and belongs to the query that it was given out for.
    query.pop("cursor", None)
    for name in {"author", "category", "q"} & set(query):
        query[name] = _with_a_letter(query[name])
    if query.get("sort") == "relevance":
        query.setdefault("q", "a")


def _kept(value: Any, name: str = "") -> Any:
    """The value with numbers as they have to be written, and texts that are some."""
    if isinstance(value, dict):
        return {member: _kept(item, member) for member, item in value.items()}
    # JSON Schema calls 3.0 an integer; the contract wants it written as one.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, str):
        return value
    if name == "username":
        return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in value)
    if name == "email":
        return "genly@example.org"
    return _with_a_letter(value) if name in {"title", "author", "category", "message"} else value


def _with_a_letter(text: object) -> object:
    # Not only white space, and with a word to search for.
    return f"a{text[1:]}" if isinstance(text, str) and text else text
