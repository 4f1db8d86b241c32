"""Query strings: what is refused, what is ignored, and how they are spelled."""

import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, locations, unique, url
from tests.contract.routes import FORM, JSON, OPERATIONS, Route
from tests.contract.violations import Attempt

LISTS = ["/books/", "/books/author/nobody"]
PARAMETERS = {
    "/books/": ["author", "category", "q", "min_rating", "sort", "limit", "cursor"],
    "/books/author/nobody": ["category", "sort", "limit", "cursor"],
}
VALUES = {"sort": "id", "limit": "1", "min_rating": "1", "q": "word", "author": "a", "category": "c", "cursor": "x"}
UNKNOWN = ["offset", "page", "Limit", "LIMIT", "limit_", "id", "title", "owner", "rating", "self", "__proto__", "0"]
NOT_LIMITS = [
    "0", "101", "1000", "-1", "+1", "%2B1", "01", "1.0", "1e1", "0x10", "1_0", "%201", "1%20", "1%00", "1%0A", "", "a",
    "null", "true", "1,2", "%D9%A1", "%EF%BC%91", "9" * 30, "9" * 2000, "1;2", "[1]", "%5B1%5D",
]  # fmt: skip
NOT_RATINGS = ["0", "6", "-1", "3.0", "03", "%203", "", "x", "null", "%C2%B2"]
NOT_ORDERS = [
    "", "ID", "Title", "-", "--id", "+id", "%2Bid", "id,title", "id%20desc", "id%20", "version", "owner", "created_at",
    "updated_at", "category", "description", "id;drop", "%00",
]  # fmt: skip
NOT_SEARCHES = ["", "%20", "+", "%09", "%25", "%00", "a%00b", "-", "%22%22", "a" * 201, "+".join("abcdefghijk")]
NOT_TEXTS = ["", "%20", "+", "%E3%80%80", "%00", "a%00"]
# How bytes that are no UTF-8 look in a query.
NOT_UTF_8 = ["%FF", "%C3%28", "%ED%A0%80", "%C0%AF", "%F4%90%80%80", "caf%E9", "%C3"]
WITHOUT_PARAMETERS = ["/books/{book_id}", "/health/live", "/health/ready", "/openapi.json", "/docs", "/auth/me"]


def refused_at(api: Api, target: str) -> list[list[str | int]]:
    """Where the invalid values of a list request are."""
    return locations(assert_problem(raw.ask(api, "GET", target), 422, "invalid-input"))


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("path", LISTS)
def test_an_unknown_parameter_is_refused_on_a_list(api: Api, path: str, name: str) -> None:
    assert refused_at(api, f"{path}?{name}=1") == [["query", name]]


@pytest.mark.parametrize("name", ["q", "author", "min_rating"])
def test_parameters_of_the_catalogue_are_unknown_on_the_books_of_an_author(api: Api, name: str) -> None:
    assert refused_at(api, f"/books/author/nobody?{name}={VALUES[name]}") == [["query", name]]


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, names in PARAMETERS.items() for name in names])
def test_a_repeated_parameter_is_refused_even_with_the_same_value(api: Api, path: str, name: str) -> None:
    value = VALUES[name]
    assert refused_at(api, f"{path}?{name}={value}&{name}={value}") == [["query", name]]


@pytest.mark.parametrize("query", ["limit=1&limit=", "limit=&limit=1", "limit=1&sort=id&limit=1", "limit=1&l%69mit=1"])
def test_a_repetition_is_found_however_it_is_spelled(api: Api, query: str) -> None:
    assert refused_at(api, f"/books/?{query}") == [["query", "limit"]]


@pytest.mark.parametrize("query", ["limit[]=1", "limit%5B%5D=1", "limit[0]=1", "=1", "?limit=1", "%20limit=1"])
def test_a_parameter_of_an_odd_name_is_refused(api: Api, query: str) -> None:
    (place,) = refused_at(api, f"/books/?{query}")
    assert place[0] == "query"
    assert len(place) == 2


@pytest.mark.parametrize("value", NOT_LIMITS, ids=lambda text: text[:20])
@pytest.mark.parametrize("path", LISTS)
def test_a_limit_is_a_whole_number_from_1_to_100(api: Api, path: str, value: str) -> None:
    assert refused_at(api, f"{path}?limit={value}") == [["query", "limit"]]


@pytest.mark.parametrize("value", ["1", "20", "99", "100"])
@pytest.mark.parametrize("path", LISTS)
def test_every_limit_from_1_to_100_is_taken(api: Api, path: str, value: str) -> None:
    response = api.http.get(f"{path}?limit={value}")
    assert response.status_code == 200
    assert len(response.json()["items"]) <= int(value)


@pytest.mark.parametrize("value", NOT_RATINGS)
def test_a_least_rating_is_a_whole_number_from_1_to_5(api: Api, value: str) -> None:
    assert refused_at(api, f"/books/?min_rating={value}") == [["query", "min_rating"]]


@pytest.mark.parametrize("value", NOT_ORDERS)
@pytest.mark.parametrize("path", LISTS)
def test_an_order_is_one_of_ten(api: Api, path: str, value: str) -> None:
    assert refused_at(api, f"{path}?sort={value}") == [["query", "sort"]]


@pytest.mark.parametrize("value", NOT_SEARCHES, ids=lambda text: text[:20])
def test_a_search_has_one_to_ten_words(api: Api, value: str) -> None:
    assert refused_at(api, f"/books/?q={value}") == [["query", "q"]]


@pytest.mark.parametrize("name", ["author", "category"])
@pytest.mark.parametrize("value", NOT_TEXTS)
def test_a_filter_is_not_blank(api: Api, name: str, value: str) -> None:
    assert refused_at(api, f"/books/?{name}={value}") == [["query", name]]


@pytest.mark.parametrize(("name", "longest"), [("author", 200), ("category", 50)])
def test_a_filter_is_no_longer_than_what_it_filters(api: Api, name: str, longest: int) -> None:
    assert api.http.get(f"/books/?{name}={'%C3%A9' * longest}").status_code == 200
    assert refused_at(api, f"/books/?{name}={'%C3%A9' * (longest + 1)}") == [["query", name]]


@pytest.mark.parametrize(
    "value", ["", "x", "0", "null", "e30", "a" * 2000, "%F0%9F%93%9A", "..%2F..", "%00"], ids=ascii
)
@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_no_answer_gave_is_refused(api: Api, path: str, value: str) -> None:
    assert refused_at(api, f"{path}?cursor={value}") == [["query", "cursor"]]


@pytest.mark.parametrize("query", ["limit", "sort", "q", "category", "cursor", "offset"])
def test_a_parameter_without_a_value_is_an_empty_one(api: Api, query: str) -> None:
    assert refused_at(api, f"/books/?{query}") == [["query", query]]


def test_all_invalid_parameters_are_reported_at_once(api: Api) -> None:
    found = refused_at(api, "/books/?author=&category=+&q=&min_rating=9&sort=x&limit=0&offset=1&page=2")
    names = ["author", "category", "limit", "min_rating", "offset", "page", "q", "sort"]
    assert sorted(found) == [["query", name] for name in names]


@pytest.mark.parametrize("bytes_", NOT_UTF_8)
@pytest.mark.parametrize("query", ["category={}", "{}=1", "offset={}", "limit=0&q={}"])
@pytest.mark.parametrize("path", LISTS)
def test_a_query_that_is_not_utf_8_is_400_on_a_list(api: Api, path: str, query: str, bytes_: str) -> None:
    problem = assert_problem(raw.ask(api, "GET", f"{path}?{query.format(bytes_)}"), 400, "malformed-request")
    assert "errors" not in problem


@pytest.mark.parametrize("query", ["%FF", "x=%FF"])
@pytest.mark.parametrize("route", OPERATIONS, ids=str)
def test_a_query_that_is_not_utf_8_is_400_on_every_route(
    api: Api, alice: User, bob: User, route: Route, query: str
) -> None:
    response = Attempt(api, alice, bob, route, query=query).send()
    assert_problem(response, 400, "malformed-request")


@pytest.mark.parametrize(
    "query", ["?", "?&", "?&&", "?&limit=20&", "?limit=20", "?l%69mit=%32%30", "?sort=id&limit=20"]
)
def test_spellings_of_one_query_have_one_answer(api: Api, alice: User, query: str) -> None:
    author = api.new_book(alice)["author"]
    path = f"/books/author/{author}"
    assert raw.ask(api, "GET", path.replace(" ", "%20") + query).json() == api.http.get(path).json()


@pytest.mark.parametrize("spelled", ["A%20{}%26%3D%2B%25%23", "A+{}%26=%2B%25%23", "%41%20{}%26%3d%2b%25%23"])
def test_a_value_is_read_as_a_form_encodes_it(api: Api, alice: User, spelled: str) -> None:
    word = unique()
    book = api.new_book(alice, author=f"A {word}&=+%#")
    page = raw.ask(api, "GET", f"/books/?author={spelled.format(word)}").json()
    assert page["items"] == [book]


@pytest.mark.parametrize("value", ["100%", "%zz", "%", "%1", "%u0041"])
def test_a_percent_sign_that_encodes_nothing_stands_for_itself(api: Api, alice: User, value: str) -> None:
    word = unique()
    book = api.new_book(alice, category=f"{word}{value}")
    assert raw.ask(api, "GET", f"/books/?category={word}{value}").json()["items"] == [book]


def test_a_semicolon_separates_nothing(api: Api, alice: User) -> None:
    word = unique()
    book = api.new_book(alice, category=f"{word};limit=0")
    assert raw.ask(api, "GET", f"/books/?category={word};limit=0").json()["items"] == [book]


def test_more_than_a_hundred_parameters_are_400(api: Api) -> None:
    query = "&".join(f"p{number}=1" for number in range(101))
    assert_problem(api.http.get(f"/books/?{query}"), 400, "malformed-request")


@pytest.mark.parametrize("query", ["x=1", "limit=0", "limit=1&limit=1", "=", "&&", "x", "x=%zz"])
@pytest.mark.parametrize("path", WITHOUT_PARAMETERS)
def test_a_query_is_ignored_where_there_are_no_parameters(api: Api, alice: User, path: str, query: str) -> None:
    path = path.format(book_id=api.new_book(alice)["id"]) if "{" in path else path
    response = raw.ask(api, "GET", f"{path}?{query}", [f"Authorization: {alice.auth['Authorization']}"])
    assert response.status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "x=1&x=2", "title=other"])
def test_a_query_is_ignored_by_routes_that_write(api: Api, alice: User, query: str) -> None:
    headers = [f"Authorization: {alice.auth['Authorization']}", f"Content-Type: {JSON}", "Content-Length: 13"]
    book = api.new_book(alice)
    response = raw.ask(api, "PATCH", f"{url(book)}?{query}", headers, b'{"rating": 1}')
    assert response.status_code == 200
    assert response.json()["title"] == book["title"]


def test_credentials_in_a_query_are_not_credentials(api: Api, alice: User) -> None:
    response = api.http.get("/auth/me", params={"access_token": alice.access_token, "token": alice.access_token})
    assert_problem(response, 401, "credentials-required")


def test_a_password_in_a_query_is_not_read(api: Api, alice: User) -> None:
    target = f"/auth/login?username={alice.username}&password=a%20password,%20long%20enough"
    response = raw.ask(api, "POST", target, [f"Content-Type: {FORM}", "Content-Length: 0"])
    assert locations(assert_problem(response, 422)) == [["body", "username"], ["body", "password"]]
