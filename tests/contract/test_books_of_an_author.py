"""The list of one author's books, whose name stands in the path."""

from urllib.parse import quote

import httpx2
import pytest

from tests.contract.client import Api, User, assert_problem, locations, unique

NAMES = {
    "space": "author four {}",
    "commas": "{}, Ann, Bob Lee, and others",
    "accents": "Gabriel Garc\u00eda M\u00e1rquez {}",
    "decomposed": "Garci\u0301a {}",
    "other-script": "\u041b\u0435\u0432 \u0422\u043e\u043b\u0441\u0442\u043e\u0439 {}",
    "astral": "\U0001d54f {} \U0001f4da",
    "slash-inside": "AC/DC {}",
    "slash-at-the-end": "{}/",
    "slash-at-the-start": "/{}",
    "slashes-doubled": "{}//b",
    "percent": "100% {}",
    "looks-encoded": "{}%2Fa%20b",
    "plus": "{}+b",
    "question-mark": "{}? really",
    "hash": "{}#1",
    "semicolon": "{};v=1",
    "colon-and-at": "http://{}@host:80",
    "quotes": 'O\'{} "Bob"',
    "backslash": "{}\\b",
    "brackets": "{}[0]<b>",
    "dots": "{}. J. R. R.",
    "digits": "12{}",
}


def path(author: str, safe: str = "") -> str:
    return f"/books/author/{quote(author, safe=safe)}"


@pytest.mark.parametrize("pattern", NAMES.values(), ids=NAMES.keys())
def test_an_author_is_found_by_the_path(api: Api, alice: User, pattern: str) -> None:
    author = pattern.format(unique())
    book = api.new_book(alice, author=author)
    response = api.http.get(path(author))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"items": [book], "next": None}


@pytest.mark.parametrize("kind", ["slash-inside", "slash-at-the-end", "slashes-doubled", "commas", "colon-and-at"])
def test_reserved_characters_of_an_author_need_no_encoding(api: Api, alice: User, kind: str) -> None:
    author = NAMES[kind].format(unique())
    book = api.new_book(alice, author=author)
    assert api.http.get(path(author, safe="/,:@")).json()["items"] == [book]


def test_the_path_and_the_filter_find_the_same_books(api: Api, alice: User) -> None:
    author = unique()
    for _ in range(3):
        api.new_book(alice, author=author)
    by_path = api.http.get(path(author), params={"sort": "-id"}).json()
    assert by_path == api.page(author=author, sort="-id")
    assert len(by_path["items"]) == 3


def test_the_author_in_the_path_is_found_in_any_case_and_form(api: Api, alice: User) -> None:
    stem = unique()
    book = api.new_book(alice, author=f"{stem} Jos\u00e9 Stra\u00dfe")
    for spelling in (f"{stem.upper()} JOS\u00c9 STRASSE", f"{stem} jose\u0301 stra\u00dfe"):
        assert api.http.get(path(spelling)).json()["items"] == [book]


def test_only_the_whole_name_is_the_author(api: Api, alice: User) -> None:
    author = unique()
    api.new_book(alice, author=f"{author}, Bob")
    for other in (author, f"{author},", "Bob", f"{author}%"):
        assert api.http.get(path(other)).json()["items"] == []


def test_an_author_nobody_knows_has_no_books(api: Api) -> None:
    response = api.http.get(path(unique()))
    assert response.status_code == 200
    assert response.json() == {"items": [], "next": None}


def test_the_books_of_an_author_are_filtered_by_category(api: Api, alice: User) -> None:
    author = unique("author four ")
    book = api.new_book(alice, author=author, category="Science")
    api.new_book(alice, author=author, category="poetry")
    assert api.http.get(f"{path(author)}?category=science").json()["items"] == [book]


def test_the_books_of_an_author_are_sorted_and_paged(api: Api, alice: User) -> None:
    author = unique()
    for rating in (2, 5, 1, 4):
        api.new_book(alice, author=author, rating=rating)
    query: dict[str, str | int] = {"sort": "-rating", "limit": 3}
    first = api.http.get(path(author), params=query).json()
    second = api.http.get(path(author), params=query | {"cursor": first["next"]}).json()
    assert [book["rating"] for book in first["items"] + second["items"]] == [5, 4, 2, 1]
    assert second["next"] is None


def test_a_cursor_of_one_author_is_not_one_of_another(api: Api, alice: User) -> None:
    author = unique()
    for _ in range(2):
        api.new_book(alice, author=author)
    cursor = api.http.get(path(author), params={"limit": 1}).json()["next"]
    problem = assert_problem(api.http.get(path(unique()), params={"cursor": cursor}), 422, "invalid-input")
    assert locations(problem) == [["query", "cursor"]]


@pytest.mark.parametrize("name", ["author", "q", "min_rating", "page"])
def test_a_parameter_that_this_list_does_not_take_is_refused(api: Api, name: str) -> None:
    problem = assert_problem(api.http.get(path("a"), params={name: "3"}), 422, "invalid-input")
    assert locations(problem) == [["query", name]]


@pytest.mark.parametrize(
    "text",
    ["", "%20", "%E3%80%80", "%00", "a" * 201],
    ids=["empty", "space", "ideographic-space", "nul", "too-long"],
)
def test_an_invalid_author_is_refused(api: Api, text: str) -> None:
    problem = assert_problem(api.http.get(f"/books/author/{text}"), 422, "invalid-input")
    assert locations(problem) == [["path", "book_author"]]


def test_an_author_of_the_greatest_length_is_found(api: Api, alice: User) -> None:
    author = unique().ljust(200, "\U0001f4da")
    book = api.new_book(alice, author=author)
    assert api.http.get(path(author)).json()["items"] == [book]


def test_errors_of_path_and_query_are_named_together(api: Api) -> None:
    response: httpx2.Response = api.http.get("/books/author/%20", params={"limit": "0", "category": ""})
    problem = assert_problem(response, 422)
    assert locations(problem)[0] == ["path", "book_author"]
    assert sorted(map(tuple, locations(problem)[1:])) == [("query", "category"), ("query", "limit")]
