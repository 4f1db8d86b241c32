"""ETag, If-Match and If-None-Match (RFC 9110 sections 8.8.3 and 13)."""

import httpx2
import pytest

from tests.contract.client import Api, User, assert_problem, book_fields, url

WRITING = ["PUT", "PATCH", "DELETE"]
# Every rule is tried on a book of version 2: so that "1" is a tag that the book once had.
EXACT = {
    "alone": '"2"',
    "in-a-list": '"7", "2"',
    "first-in-a-list": '"2", W/"9"',
    "list-without-spaces": '"7","2","9"',
    "list-with-an-empty-member": ', "2"',
    "beside-a-tag-with-a-comma": '"a,b", "2"',
    "star": "*",
}
WEAK = {"weak": 'W/"2"', "weak-in-a-list": '"1", W/"2"'}
OTHER = {
    "older": '"1"',
    "newer": '"3"',
    "list-of-others": '"1", "3"',
    "without-quotes": "2",
    "half-quoted": '"2',
    "single-quotes": "'2'",
    "empty-tag": '""',
    "quoted-star": '"*"',
    "padded": '"02"',
    "space-inside": '" 2"',
    "longer": '"22"',
    "as-a-part-of-a-tag": '"1,2"',
}


def listed(*tables: dict[str, str]) -> pytest.MarkDecorator:
    rows = [pytest.param(value, id=name) for table in tables for name, value in table.items()]
    return pytest.mark.parametrize("field", rows)


@pytest.fixture
def path(api: Api, alice: User) -> str:
    """A book of alice's, at version 2."""
    book = api.new_book(alice)
    api.http.patch(url(book), json={"rating": 2}, headers=alice.auth)
    return url(book)


def change(api: Api, method: str, path: str, user: User, *conditions: tuple[str, str]) -> httpx2.Response:
    content = None if method in {"GET", "DELETE"} else book_fields(rating=5)
    return api.http.request(method, path, json=content, headers=[*user.auth.items(), *conditions])


def assert_changed(api: Api, method: str, path: str, response: httpx2.Response) -> None:
    after = api.http.get(path)
    if method == "DELETE":
        assert response.status_code == 204, response.text
        assert_problem(after, 404, "book-not-found")
    else:
        assert response.status_code == 200, response.text
        assert response.headers["etag"] == after.headers["etag"] == '"3"'
        assert response.json() == after.json()


def assert_stale(api: Api, path: str, response: httpx2.Response) -> None:
    assert_problem(response, 412, "stale-version")
    after = api.http.get(path)
    assert (after.headers["etag"], after.json()["rating"]) == ('"2"', 2)


def test_the_etag_is_strong_and_made_of_the_version(api: Api, path: str) -> None:
    response = api.http.get(path)
    assert response.headers["etag"] == f'"{response.json()["version"]}"' == '"2"'


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@listed(EXACT, WEAK)
def test_a_client_whose_copy_is_current_gets_304(api: Api, path: str, method: str, field: str) -> None:
    response = api.http.request(method, path, headers={"If-None-Match": field})
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == '"2"'
    assert "content-type" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@listed(OTHER)
def test_a_client_whose_copy_is_old_gets_the_book(api: Api, path: str, method: str, field: str) -> None:
    response = api.http.request(method, path, headers={"If-None-Match": field})
    assert response.status_code == 200
    assert response.headers["etag"] == '"2"'
    assert response.headers["content-type"] == "application/json"
    assert bool(response.content) == (method == "GET")


@listed(OTHER, WEAK)
def test_a_read_that_demands_another_version_is_refused(api: Api, path: str, field: str) -> None:
    assert_problem(api.http.get(path, headers={"If-Match": field}), 412, "stale-version")


@listed(EXACT)
def test_a_read_that_demands_the_version_gets_the_book(api: Api, path: str, field: str) -> None:
    assert api.http.get(path, headers={"If-Match": field}).status_code == 200


def test_a_copy_is_old_once_the_book_has_changed(api: Api, alice: User, path: str) -> None:
    etag = api.http.get(path).headers["etag"]
    api.http.patch(path, json={"rating": 1}, headers=alice.auth)
    response = api.http.get(path, headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert response.json()["rating"] == 1


def test_a_copy_stays_current_when_an_empty_patch_came(api: Api, alice: User, path: str) -> None:
    etag = api.http.patch(path, json={}, headers=alice.auth).headers["etag"]
    assert etag == '"2"'
    assert api.http.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
def test_two_lines_of_a_condition_mean_what_one_with_commas_does(api: Api, alice: User, path: str, name: str) -> None:
    lines = [(name, '"7"'), (name, '"2"')]
    read = api.http.get(path, headers=lines)
    assert read.status_code == (304 if name == "If-None-Match" else 200)
    response = change(api, "PUT", path, alice, *lines)
    if name == "If-None-Match":
        assert_stale(api, path, response)
    else:
        assert_changed(api, "PUT", path, response)


@pytest.mark.parametrize("method", WRITING)
@listed(EXACT)
def test_a_change_goes_ahead_when_if_match_names_the_version(
    api: Api, alice: User, path: str, method: str, field: str
) -> None:
    assert_changed(api, method, path, change(api, method, path, alice, ("If-Match", field)))


@pytest.mark.parametrize("method", WRITING)
@listed(WEAK, OTHER)
def test_a_change_is_refused_when_if_match_names_other_versions(
    api: Api, alice: User, path: str, method: str, field: str
) -> None:
    assert_stale(api, path, change(api, method, path, alice, ("If-Match", field)))


@pytest.mark.parametrize("method", WRITING)
@listed(EXACT, WEAK)
def test_a_change_is_refused_when_if_none_match_names_the_version(
    api: Api, alice: User, path: str, method: str, field: str
) -> None:
    assert_stale(api, path, change(api, method, path, alice, ("If-None-Match", field)))


@pytest.mark.parametrize("method", WRITING)
@listed(OTHER)
def test_a_change_goes_ahead_when_if_none_match_names_other_versions(
    api: Api, alice: User, path: str, method: str, field: str
) -> None:
    assert_changed(api, method, path, change(api, method, path, alice, ("If-None-Match", field)))


@pytest.mark.parametrize("method", WRITING)
def test_a_change_without_conditions_goes_ahead(api: Api, alice: User, path: str, method: str) -> None:
    assert_changed(api, method, path, change(api, method, path, alice))


@pytest.mark.parametrize("method", WRITING)
@pytest.mark.parametrize(("match", "none_match"), [('"2"', '"2"'), ('"1"', '"1"'), ('"1"', '"2"')])
def test_both_conditions_must_hold(api: Api, alice: User, path: str, method: str, match: str, none_match: str) -> None:
    conditions = ("If-Match", match), ("If-None-Match", none_match)
    assert_stale(api, path, change(api, method, path, alice, *conditions))


def test_an_empty_patch_is_refused_when_stale(api: Api, alice: User, path: str) -> None:
    headers = {**alice.auth, "If-Match": '"1"'}
    assert_stale(api, path, api.http.patch(path, json={}, headers=headers))


@pytest.mark.parametrize("method", WRITING)
def test_of_two_changes_of_one_version_the_second_is_stale(api: Api, alice: User, path: str, method: str) -> None:
    condition = ("If-Match", api.http.get(path).headers["etag"])
    first = change(api, "PUT", path, alice, condition)
    assert_problem(change(api, method, path, alice, condition), 412, "stale-version")
    assert api.http.get(path).json() == first.json()
    again = change(api, method, path, alice, ("If-Match", first.headers["etag"]))
    assert again.status_code == (204 if method == "DELETE" else 200)


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("method", ["GET", *WRITING])
def test_no_condition_makes_a_missing_book_exist(api: Api, alice: User, path: str, method: str, name: str) -> None:
    api.http.delete(path, headers=alice.auth)
    response = change(api, method, path, alice, (name, "*"))
    assert_problem(response, 404, "book-not-found")
