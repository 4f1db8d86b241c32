"""Everything that the contract document lists, with everybody's credentials: who gets what, and what it changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.client import Api, User, sending, url
from tests.contract.pictures import cover_of, put_cover
from tests.hostile.document import Operation, operations

NOBODYS: dict[str, dict[str, str]] = {
    "none": {},
    "no-token": {"Authorization": "Bearer x.y.z"},
    "another-scheme": {"Authorization": "Basic YWxpY2U6YWxpY2U="},
    "no-cookie": sending("x.y"),
}


@dataclass(frozen=True)
class Things:
    """What one user has: a book with a cover, and an entry of the reading list."""

    owner: User
    book: dict[str, Any]
    entry: dict[str, Any]

    @property
    def ids(self) -> dict[str, object]:
        """What stands for them in paths."""
        return {"book_id": self.book["id"], "todo_id": self.entry["id"], "book_author": "nobody"}

    def state(self, api: Api) -> list[object]:
        """All that a request could have changed."""
        cover = api.http.get(cover_of(self.book))
        listed = api.http.get("/todo/", headers=self.owner.auth)
        me = api.http.get("/auth/me", headers=self.owner.auth)
        return [api.http.get(url(self.book)).json(), cover.content, listed.json(), me.json()]


def things(api: Api, owner: User) -> Things:
    entry = api.new_todo(owner)
    book = api.read({"id": entry["book_id"]})
    put_cover(api, owner, book)
    return Things(owner, book, entry)


@pytest.fixture(scope="module")
def hers(api: Api) -> Things:
    return things(api, api.new_user())


@pytest.fixture(scope="module")
def guarded(api: Api) -> list[Operation]:
    found = [operation for operation in operations(api) if operation.guarded]
    assert len(found) > 10
    return found


def answers(api: Api, asked: list[Operation], owned: Things, headers: Mapping[str, str]) -> dict[str, int]:
    """The status of each operation for whoever these headers are."""
    return {str(operation): operation.send(api, owned.ids, headers).status_code for operation in asked}


def others(statuses: dict[str, int], *allowed: int) -> dict[str, int]:
    return {name: status for name, status in statuses.items() if status not in allowed}


@pytest.mark.parametrize("headers", NOBODYS.values(), ids=NOBODYS.keys())
def test_nobody_does_what_needs_a_user(
    api: Api, hers: Things, guarded: list[Operation], headers: dict[str, str]
) -> None:
    before = hers.state(api)
    assert others(answers(api, guarded, hers, headers), 401) == {}
    assert hers.state(api) == before


def test_credentials_that_have_ended_are_those_of_nobody(api: Api, guarded: list[Operation]) -> None:
    owned = things(api, api.new_user())
    later = api.session(owned.owner.username)
    cookie = api.browser(owned.owner.username)
    before = owned.state(api)
    assert api.http.post("/auth/logout", json={"refresh_token": later.refresh_token}).status_code == 204
    assert api.http.delete("/auth/session", headers=sending(cookie)).status_code == 204
    assert others(answers(api, guarded, owned, later.auth), 401) == {}
    assert others(answers(api, guarded, owned, sending(cookie)), 401) == {}
    assert owned.state(api) == before


@pytest.mark.parametrize("by", ["token", "cookie"])
def test_a_stranger_changes_nothing_of_what_somebody_else_has(
    api: Api, bob: User, hers: Things, guarded: list[Operation], by: str
) -> None:
    before = hers.state(api)
    of_hers = [operation for operation in guarded if operation.of_one]
    headers = bob.auth if by == "token" else sending(api.browser(bob.username))
    statuses = answers(api, of_hers, hers, headers)
    assert len(statuses) >= 7
    assert others(statuses, 403, 404) == {}
    assert hers.state(api) == before


def test_the_owner_does_what_the_stranger_could_not(api: Api, guarded: list[Operation]) -> None:
    """Else the refusals above would mean nothing."""
    owned = things(api, api.new_user())
    order = ["PATCH", "PUT", "DELETE"]
    of_one = [operation for operation in guarded if operation.of_one]
    # What is deleted comes last, and a cover goes before its book.
    of_one.sort(key=lambda operation: (order.index(operation.method), -operation.path.count("/")))
    statuses = answers(api, of_one, owned, owned.owner.auth)
    assert others(statuses, 200, 201, 204) == {}


def test_what_is_private_is_not_listed_to_a_stranger(api: Api, bob: User, hers: Things) -> None:
    listed = api.http.get("/todo/", params={"limit": 100}, headers=bob.auth)
    assert hers.entry["id"] not in [entry["id"] for entry in listed.json()["items"]]
    for path in ("/auth/me", "/auth/session"):
        for headers in (bob.auth, sending(api.browser(bob.username))):
            assert hers.owner.username not in api.http.get(path, headers=headers).text


@pytest.mark.parametrize("who", ["alice", "bob", "nobody"])
def test_what_is_public_says_the_same_to_everybody(api: Api, alice: User, bob: User, hers: Things, who: str) -> None:
    """No member of a book shows only to its owner, and none to strangers."""
    headers = {"alice": alice.auth, "bob": bob.auth, "nobody": {}}[who]
    own = {"date", "x-request-id", "x-process-time"}
    public = [item for item in operations(api) if item.of_one and not item.guarded and item.method == "GET"]
    assert len(public) >= 2
    for operation in public:
        shown = operation.send(api, hers.ids, hers.owner.auth)
        seen = operation.send(api, hers.ids, headers)
        if shown.status_code == seen.status_code == 200:
            assert seen.content == shown.content
            assert {k: v for k, v in seen.headers.items() if k not in own} == {
                k: v for k, v in shown.headers.items() if k not in own
            }


@pytest.mark.parametrize(
    "name", ["user_id", "owner", "owner_id", "user", "username", "sub", "role", "admin", "as", "X-User-ID"]
)
def test_nobody_says_who_he_is_but_by_his_credentials(api: Api, alice: User, bob: User, name: str) -> None:
    headers = {**bob.auth, name: alice.username, "X-Forwarded-User": alice.username, "Remote-User": alice.username}
    me = api.http.get("/auth/me", params={name: alice.username}, headers=headers)
    assert me.json()["username"] == bob.username
    entry = api.new_todo(alice)
    listed = api.http.get("/todo/", params={name: alice.username}, headers=headers)
    assert listed.status_code == 422 or entry["id"] not in [item["id"] for item in listed.json()["items"]]
