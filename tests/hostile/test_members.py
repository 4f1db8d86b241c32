"""Members that a body should not have: those of the server, of other accounts, and of the language it is written in."""

from typing import Any

import pytest

from tests.contract.client import Api, User, assert_problem, locations
from tests.contract.routes import JSON, MERGE_PATCH
from tests.hostile.document import Operation, operations

pytestmark = pytest.mark.before_the_database

MEMBERS: dict[str, Any] = {
    "id": 1,
    "owner": "somebody",
    "owner_id": 1,
    "user_id": 1,
    "version": 99,
    "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z",
    "password_hash": "x",
    "role": "admin",
    "is_admin": True,
    "__proto__": {"admin": True},
    "constructor": {"prototype": {"admin": True}},
    "__class__": "User",
    "$where": "1",
}


@pytest.fixture(scope="module")
def reading(api: Api) -> list[Operation]:
    """Every operation that reads JSON."""
    found = [operation for operation in operations(api) if operation.media_type in {JSON, MERGE_PATCH}]
    assert len(found) >= 8
    return found


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_that_is_not_the_clients_is_refused_everywhere(
    api: Api, alice: User, reading: list[Operation], name: str
) -> None:
    ids = {"book_id": api.new_book(alice)["id"], "todo_id": api.new_todo(alice)["id"]}
    for operation in reading:
        body = {**operation.example, name: MEMBERS[name]}
        response = api.http.request(operation.method, operation.path.format_map(ids), json=body, headers=alice.auth)
        places = locations(assert_problem(response, 422, "invalid-input"))
        assert [
            place for place in places if place[0] == "body" and len(place) == 2 and place[1] in {name, "(unprintable)"}
        ]


@pytest.mark.parametrize("value", [{"$gt": ""}, {"$ne": None}, [], {}, True, 0, ["a"], None], ids=repr)
def test_what_should_be_a_text_is_nothing_else(api: Api, alice: User, value: Any) -> None:
    """Types that a query language or a lax comparison would take for anything."""
    for path, body in (
        ("/auth/register", {"username": value, "password": value}),
        ("/auth/refresh", {"refresh_token": value}),
        ("/auth/logout", {"refresh_token": value}),
        ("/books/", {"title": value, "author": value, "category": value, "rating": 3}),
        ("/chat", {"message": value}),
    ):
        assert_problem(api.http.post(path, json=body, headers=alice.auth), 422, "invalid-input")
    form = {"username": alice.username, "password[$ne]": "", "password[]": "x"}
    assert_problem(api.http.post("/auth/login", data=form), 422, "invalid-input")
