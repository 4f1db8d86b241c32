"""What FastAPI cannot read off a signature, so that its document is the whole contract.

`python -m fastapi_impl.openapi` prints the document; `make openapi` commits it to `shared/openapi.json`.
"""

import json
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from shared.images import WEBP
from shared.parsing import FORM, MULTIPART
from shared.problems import PROBLEM_JSON
from shared.schemas import PendingThumbnail, Problem

Responses = dict[int | str, dict[str, Any]]

_HEADERS = {
    "Accept-Ranges": "Ranges of bytes are served.",
    "Content-Range": "Which part of how many bytes this is.",
    "ETag": "Version of what was asked for, for If-Match and If-None-Match.",
    "Retry-After": "Seconds after which to ask again.",
    "Last-Modified": "Date of the last change.",
    "Location": "Path of what was made.",
    "Set-Cookie": "The cookie of the session, or its end.",
}


def sends(*names: str) -> dict[str, Any]:
    """The headers that a response carries beside those of every response."""
    return {"headers": {name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in names}}


NOT_MODIFIED = {"description": "The client's copy is current."} | sends("ETag")


def _file(description: str, header: str, *media_types: str) -> dict[str, Any]:
    content: dict[str, object] = {media_type: {} for media_type in media_types}
    return {"description": description, "content": content} | sends("ETag", "Last-Modified", header)


PICTURES = ("image/png", "image/jpeg", WEBP)
PICTURE = _file("The picture.", "Accept-Ranges", *PICTURES)
PICTURE_PART = _file("One range of its bytes.", "Content-Range", *PICTURES)
THUMBNAIL = _file("The thumbnail.", "Accept-Ranges", WEBP)
THUMBNAIL_PART = _file("One range of its bytes.", "Content-Range", WEBP)
PENDING = {"description": "It is still being made.", "model": PendingThumbnail} | sends("Retry-After")

_REASONS = {
    400: "The body or the query string does not parse.",
    401: "Credentials are missing or not valid.",
    403: "The user may not do this, or a page of another site sent it with the user's cookie.",
    404: "What is named does not exist.",
    406: "None of the media types that the client accepts is there.",
    409: "It exists already.",
    412: "If-Match or If-None-Match does not hold.",
    413: "The body is too large.",
    414: "The path and the query together are too long.",
    415: "The body is of a media type that is not read here.",
    416: "The range begins behind the end of the file.",
    422: "Values are invalid; all of them are listed.",
    429: "Logins have failed too often; see Retry-After.",
    502: "The language model behind the librarian failed.",
    503: "A limit is reached or the database is away; see Retry-After.",
    504: "The language model behind the librarian took too long.",
}


def problems(*statuses: int) -> Responses:
    """The problem documents that an operation may answer."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _REASONS[status], "content": content} for status in statuses}


def also_reads(media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    """A second media type for the body of an operation."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"content": {media_type: {"schema": schema}}}}


def reads_text(*media_types: str) -> dict[str, Any]:
    """The media types of a text that is read as it comes."""
    return {
        "requestBody": {"required": True, "content": {name: {"schema": {"type": "string"}} for name in media_types}}
    }


def may_read_bytes(media_type: str) -> dict[str, Any]:
    """A body of any bytes, that is read as it comes; without one there are none."""
    return {"requestBody": {"required": False, "content": {media_type: {}}}}


def reads_files(member: str, *media_types: str) -> dict[str, Any]:
    """The media types of the files in a form."""
    encoding = {member: {"contentType": ", ".join(media_types)}}
    return {"requestBody": {"content": {MULTIPART: {"encoding": encoding}}}}


def _in_3_1(paths: dict[str, Any]) -> None:
    # FastAPI describes the items of a stream by a keyword of OpenAPI 3.2, which no reader of 3.1 accepts.
    answers = [answer for path in paths.values() for found in path.values() for answer in found["responses"].values()]
    for media_type in [found for answer in answers for found in answer.get("content", {}).values()]:
        if media_type.pop("itemSchema", None):
            media_type["schema"] = {"type": "string"}


def _without_null(built: dict[str, Any]) -> None:
    # What may be left out is null to the handler, but neither a query, nor a header, nor a form can say null.
    for operation in [found for path in built["paths"].values() for found in path.values()]:
        for parameter in operation.get("parameters", []):
            _drop_null(parameter["schema"])
        form = operation.get("requestBody", {}).get("content", {}).get(FORM)
        if form:
            members = built["components"]["schemas"][form["schema"]["$ref"].rpartition("/")[2]]["properties"]
            for member in members.values():
                _drop_null(member)


def _drop_null(schema: dict[str, Any]) -> None:
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        # What is said of the parameter stands above what is said of its kind of value.
        schema.update(kinds[0] | schema)


def sends_bytes(media_types: Iterable[str], description: str) -> dict[str, Any]:
    """A success in one of several media types, of any length."""
    content = {name: {"schema": {"type": "string"}} for name in media_types}
    return {"description": description, "content": content}


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of `app`, with the problem document among its schemas."""
    if app.openapi_schema is None:
        built = get_openapi(title=app.title, version=app.version, routes=app.routes, tags=app.openapi_tags)
        _in_3_1(built["paths"])
        _without_null(built)
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schemas = built["components"]["schemas"] | schema.pop("$defs") | {"Problem": schema}
        built["components"]["schemas"] = dict(sorted(schemas.items()))
        app.openapi_schema = built
    return app.openapi_schema


def main() -> None:
    """Print the document as it is committed."""
    from fastapi_impl.app import create_app  # the application needs this module first

    print(json.dumps(document(create_app()), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
