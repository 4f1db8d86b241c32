"""The operations that a server promises in its contract document, and requests made from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.contract.client import Api
from tests.contract.pictures import form, picture
from tests.contract.routes import CSV, JSON, MERGE_PATCH, MULTIPART
from tests.contract.schema import resolved
from tests.contract.violations import CONTENT_TYPES

METHODS = ("get", "put", "post", "patch", "delete")
# What the document has no example of.
BODIES = {MULTIPART: form(("cover", "cover.png", picture())), CSV: b"title,author,category,rating\n"}


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    guarded: bool
    media_type: str | None
    example: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def of_one(self) -> bool:
        """Whether its path names one thing by an id."""
        return "_id}" in self.path

    @property
    def by_cookie_only(self) -> bool:
        """Whether it is about the browser's session, for which a token is no credential."""
        return self.path == "/auth/session"

    def send(self, api: Api, ids: Mapping[str, object], headers: Mapping[str, str]) -> httpx2.Response:
        """A well-formed request for it, with `ids` in its path."""
        path = self.path.format_map(ids)
        if self.media_type is None:
            return api.http.request(self.method, path, headers={**headers})
        typed = {"Content-Type": CONTENT_TYPES.get(self.media_type, self.media_type), **headers}
        if self.media_type in {JSON, MERGE_PATCH}:
            return api.http.request(self.method, path, json=self.example, headers=typed)
        return api.http.request(self.method, path, content=BODIES.get(self.media_type, b""), headers=typed)


def operations(api: Api) -> list[Operation]:
    """All of them."""
    response = api.http.get("/openapi.json")
    assert response.status_code == 200, "a server that is to be attacked has its contract at /openapi.json"
    return list(_operations(response.json()))


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                found = item[method]
                content = found.get("requestBody", {}).get("content", {})
                media_type = next(iter(content), None)
                schema = content[media_type].get("schema", {}) if media_type else {}
                guarded = bool(found.get("security", document.get("security")))
                yield Operation(method.upper(), path, guarded, media_type, _example(document, schema))


def _example(document: dict[str, Any], schema: Mapping[str, Any]) -> Any:
    """The first example of a schema, or else one of its required members that are texts."""
    found = resolved(document, schema)
    if "examples" in found:
        return found["examples"][0]
    return dict.fromkeys(found.get("required", ()), "x")
