"""The contract document is whole, and says what the server does."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from tests.contract.client import Api, User, unique
from tests.contract.routes import OPERATIONS, UNSAFE, Route
from tests.contract.schema import faults, resolved
from tests.contract.violations import GUARDED, Attempt, Violation

METHODS = {"get", "put", "post", "patch", "delete"}
SINGLE = [pytest.param(route, broken, id=f"{route}-{broken}") for route, checks in GUARDED.items() for broken in checks]


@pytest.fixture(scope="session")
def document(api: Api) -> dict[str, Any]:
    response = api.http.get("/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def documented_path(route: Route) -> str:
    return route.path.replace("/author/nobody", "/author/{book_author}")


def operation(document: dict[str, Any], route: Route) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][documented_path(route)][route.method.lower()]
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield path, method, item[method]


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from references(child)


def assert_documented(document: dict[str, Any], route: Route, response: httpx2.Response) -> None:
    """Status, media type and body of `response` are those that the document promises."""
    promised = operation(document, route)["responses"][str(response.status_code)]
    if not response.content:
        assert "content" not in promised
        return
    media_type = response.headers["content-type"].partition(";")[0]
    if media_type.startswith("image/"):
        assert media_type in promised["content"]
    else:
        schema = promised["content"][media_type]["schema"]
        body = response.json() if media_type.endswith(("/json", "+json")) else response.text
        assert faults(document, schema, body) == []
    for name in promised.get("headers", {}):
        assert name in response.headers


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"]["title"]
    assert document["info"]["version"]
    assert set(document) <= {"openapi", "info", "servers", "paths", "components", "tags", "security", "externalDocs"}


def test_the_document_lists_exactly_the_routes_of_the_contract(document: dict[str, Any]) -> None:
    documented = {(path, method.upper()) for path, method, _ in operations(document)}
    assert documented == {(documented_path(route), route.method) for route in OPERATIONS}


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    declared = {tag["name"] for tag in document["tags"] if tag["description"]}
    for path, method, found in operations(document):
        assert found["summary"], (method, path)
        assert found["description"].endswith("."), (method, path)
        assert found["tags"], (method, path)
        assert set(found["tags"]) <= declared, (method, path)


def test_every_operation_has_an_id_of_its_own(document: dict[str, Any]) -> None:
    ids = [found["operationId"] for _path, _method, found in operations(document)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9_]*", found) for found in ids)


def test_every_reference_leads_somewhere_and_every_schema_is_used(document: dict[str, Any]) -> None:
    used = set(references(document))
    assert all(resolved(document, {"$ref": reference}) for reference in used)
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert used == schemas


def test_every_path_parameter_is_declared(document: dict[str, Any]) -> None:
    for path, method, found in operations(document):
        declared = {item["name"] for item in found.get("parameters", []) if item["in"] == "path" and item["required"]}
        assert declared == set(re.findall(r"{(\w+)}", path)), (method, path)


def test_every_parameter_and_field_has_a_description_or_title(document: dict[str, Any]) -> None:
    for path, method, found in operations(document):
        for item in found.get("parameters", []):
            assert item["schema"].get("title") or item.get("description"), (method, path, item["name"])
    for name, schema in document["components"]["schemas"].items():
        assert schema["description"], name
        for field, member in schema["properties"].items():
            assert member.get("title") or member.get("description"), (name, field)


def test_every_answer_has_a_description_and_every_problem_the_shape_of_one(document: dict[str, Any]) -> None:
    for path, method, found in operations(document):
        assert any(status.startswith("2") for status in found["responses"])
        for status, answer in found["responses"].items():
            assert answer["description"], (method, path, status)
            if status.startswith(("4", "5")):
                schema = {"$ref": "#/components/schemas/Problem"}
                assert answer["content"] == {"application/problem+json": {"schema": schema}}, (method, path, status)


def test_security_is_declared_where_a_user_is_needed_and_nowhere_else(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    for route in OPERATIONS:
        # Each entry alone is enough: either credential where a user is needed, the cookie where only it is looked at.
        declared = operation(document, route).get("security", [])
        assert all(len(entry) == 1 for entry in declared)
        kinds = sorted(schemes[name]["type"] for entry in declared for name in entry)
        assert kinds == (["apiKey", "oauth2"] if route.user else ["apiKey"] if route.cookie else []), route


def test_the_cookie_of_a_session_is_a_declared_credential(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"].values()
    keys = [scheme for scheme in schemes if scheme["type"] == "apiKey"]
    assert [(scheme["in"], scheme["name"]) for scheme in keys] == [("cookie", "session")]


@pytest.mark.parametrize("route", [route for route in UNSAFE if route.user or route.cookie], ids=str)
def test_what_a_cookie_may_change_can_be_refused_to_another_site(document: dict[str, Any], route: Route) -> None:
    assert "403" in operation(document, route)["responses"]


@pytest.mark.parametrize("route", OPERATIONS, ids=str)
def test_every_documented_path_is_alive(api: Api, document: dict[str, Any], route: Route) -> None:
    response = api.http.options(route.at(1))
    assert response.status_code == 204
    allowed = set(response.headers["allow"].split(", ")) - {"HEAD", "OPTIONS"}
    assert allowed == {method.upper() for method in METHODS & set(document["paths"][documented_path(route)])}


@pytest.mark.parametrize("route", OPERATIONS, ids=str)
def test_every_success_is_as_documented(
    api: Api, document: dict[str, Any], alice: User, bob: User, route: Route
) -> None:
    response = Attempt(api, alice, bob, route).send()
    assert response.is_success
    assert_documented(document, route, response)


@pytest.mark.parametrize(("route", "broken"), SINGLE)
def test_every_refusal_is_as_documented(
    api: Api, document: dict[str, Any], alice: User, bob: User, route: Route, broken: Violation
) -> None:
    response = Attempt(api, alice, bob, route, {broken}).send()
    assert response.status_code == broken.status
    assert_documented(document, route, response)


@pytest.mark.parametrize("route", OPERATIONS, ids=str)
def test_a_query_that_cannot_be_read_is_refused_as_documented(
    api: Api, document: dict[str, Any], alice: User, bob: User, route: Route
) -> None:
    response = Attempt(api, alice, bob, route, query="%FF").send()
    assert response.status_code == 400
    assert_documented(document, route, response)


def test_the_etag_and_location_of_answers_are_documented(document: dict[str, Any]) -> None:
    created = document["paths"]["/books/"]["post"]["responses"]["201"]
    assert set(created["headers"]) == {"ETag", "Location"}
    book = document["paths"]["/books/{book_id}"]
    for method in ("get", "put", "patch"):
        assert "ETag" in book[method]["responses"]["200"]["headers"], method


def test_the_document_names_the_types_that_bodies_are_read_as(document: dict[str, Any]) -> None:
    for route in OPERATIONS:
        body = operation(document, route).get("requestBody")
        assert (body is None) == (route.media_type is None), route
        if body and route.media_type:
            # Of nothing there is a sum as well.
            assert body["required"] is (route.path != "/upload/"), route
            assert route.media_type in body["content"]


def test_no_parameter_and_no_member_of_a_form_is_documented_as_null(document: dict[str, Any]) -> None:
    schemas = [item["schema"] for _, _, found in operations(document) for item in found.get("parameters", [])]
    for name in ("log_in", "open_session", "put_cover"):
        (form,) = [found for _, _, found in operations(document) if found["operationId"] == name]
        (content,) = form["requestBody"]["content"].values()
        schemas += resolved(document, content["schema"])["properties"].values()
    assert schemas
    assert [schema for schema in schemas if {"type": "null"} in schema.get("anyOf", [])] == []


def test_what_a_login_may_carry_beside_its_own_members_is_documented_as_single_texts(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["Login"]["additionalProperties"] == {"type": "string"}


def test_the_document_names_the_pictures_that_a_cover_may_be(document: dict[str, Any]) -> None:
    cover = document["paths"]["/books/{book_id}/cover"]
    named = cover["put"]["requestBody"]["content"]["multipart/form-data"]["encoding"]["cover"]["contentType"]
    assert named.split(", ") == list(cover["get"]["responses"]["200"]["content"])


def test_a_search_for_nothing_is_outside_the_document(document: dict[str, Any]) -> None:
    (search,) = [item for item in document["paths"]["/books/"]["get"]["parameters"] if item["name"] == "q"]
    assert faults(document, search["schema"], "") == ["$ breaks minLength"]


@pytest.mark.parametrize("path", ["/books/", "/books/author/nobody", "/todo/"])
def test_a_target_that_is_too_long_is_refused_as_documented(api: Api, document: dict[str, Any], path: str) -> None:
    response = api.http.get(path, params={"cursor": "\U0001f4da" * 4096})
    assert response.status_code == 414
    assert_documented(document, Route("GET", path), response)


def test_an_author_whose_name_has_two_lines_is_refused_in_a_path_as_documented(
    api: Api, document: dict[str, Any], alice: User
) -> None:
    author = unique("one\n")
    book = api.new_book(alice, author=author)
    response = api.http.get(f"/books/author/{quote(author)}")
    assert response.status_code == 404
    assert_documented(document, Route("GET", "/books/author/nobody"), response)
    assert api.page(author=author)["items"] == [book]


@pytest.mark.parametrize("name", ["NewBook", "FullBook"])
def test_examples_of_the_document_are_accepted(api: Api, document: dict[str, Any], alice: User, name: str) -> None:
    schema = document["components"]["schemas"][name]
    assert schema["examples"]
    for example in schema["examples"]:
        assert faults(document, schema, example) == []
        assert api.http.post("/books/", json=example, headers=alice.auth).status_code == 201


@pytest.mark.parametrize("name", ["limit", "min_rating"])
def test_bounds_of_the_document_are_those_of_the_server(api: Api, document: dict[str, Any], name: str) -> None:
    parameters = document["paths"]["/books/"]["get"]["parameters"]
    schema = next(item["schema"] for item in parameters if item["name"] == name)
    schema = next((item for item in schema.get("anyOf", ()) if item["type"] == "integer"), schema)
    low, high = int(schema["minimum"]), int(schema["maximum"])
    assert [api.http.get("/books/", params={name: value}).status_code for value in (low, high)] == [200, 200]
    assert [api.http.get("/books/", params={name: value}).status_code for value in (low - 1, high + 1)] == [422, 422]


def test_every_documented_order_is_served(api: Api, document: dict[str, Any]) -> None:
    parameters = document["paths"]["/books/"]["get"]["parameters"]
    schema = next(item["schema"] for item in parameters if item["name"] == "sort")
    orders = schema["enum"]
    assert len(orders) == 11
    for order in orders:
        assert api.http.get("/books/", params={"sort": order, "q": "word", "limit": 1}).status_code == 200
