"""Reading one book, and the filters and the search of the list."""

from typing import Any

import pytest

from tests.contract.client import Api, User, assert_problem, locations, unique, url


def titles(page: dict[str, Any]) -> list[str]:
    return [book["title"] for book in page["items"]]


def test_anyone_reads_a_book(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    response = api.http.get(url(book))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["etag"] == '"1"'
    assert response.json() == book


@pytest.mark.parametrize("book_id", [2**63 - 1, 2**63, 10**30])
def test_an_id_that_no_book_has_is_not_found(api: Api, book_id: int) -> None:
    assert_problem(api.http.get(f"/books/{book_id}"), 404, "book-not-found")


def test_a_list_holds_books_as_they_are_read_one_by_one(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    response = api.http.get("/books/", params={"author": book["author"]})
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"items": [book], "next": None}


def test_a_list_without_matches_is_empty(api: Api) -> None:
    assert api.page(category=unique()[:20]) == {"items": [], "next": None}


def test_the_whole_catalogue_is_listed_without_filters(api: Api, alice: User) -> None:
    book = api.new_book(alice)
    assert api.page(sort="-id", limit=100)["items"][0]["id"] >= book["id"]


@pytest.mark.parametrize("name", ["author", "category"])
@pytest.mark.parametrize(
    "spelling",
    [
        "{}stra\u00dfe \u00e9t\u00e9",
        "{}STRASSE \u00c9T\u00c9",
        "{}strasse e\u0301te\u0301",
        "{}\uff33trasse \u00e9t\u00e9",
    ],
    ids=["as-stored", "capitals", "decomposed", "full-width"],
)
def test_a_filter_ignores_case_and_unicode_form(api: Api, alice: User, name: str, spelling: str) -> None:
    stem = unique()
    book = api.new_book(alice, **{name: stem + "stra\u00dfe \u00e9t\u00e9"})
    assert api.page(**{name: spelling.format(stem)})["items"] == [book]


@pytest.mark.parametrize("name", ["author", "category"])
@pytest.mark.parametrize("pattern", ["{:.10}", "{}x", "x{}", "{:.10}%", "%", "_" * 21, "{} ", "{},"])
def test_a_filter_matches_only_the_whole_text(api: Api, alice: User, name: str, pattern: str) -> None:
    text = unique()
    api.new_book(alice, **{name: text})
    assert api.page(**{name: pattern.format(text)})["items"] == []


def test_accents_distinguish_in_a_filter(api: Api, alice: User) -> None:
    stem = unique()
    api.new_book(alice, category=stem + "\u00e9")
    assert api.page(category=stem + "e")["items"] == []


@pytest.mark.parametrize("least", [1, 2, 3, 4, 5])
def test_the_rating_filter_keeps_books_rated_at_least_so(api: Api, alice: User, least: int) -> None:
    category = unique()
    for rating in (5, 1, 4, 2, 3):
        api.new_book(alice, category=category, rating=rating)
    found = api.page(category=category, min_rating=least)["items"]
    assert sorted(book["rating"] for book in found) == list(range(least, 6))


def test_filters_combine(api: Api, alice: User) -> None:
    author, category, word = unique(), unique(), unique()
    wanted = {"author": author, "category": category, "title": f"Of {word}", "rating": 4}
    book = api.new_book(alice, **wanted)
    for name, other in (("author", unique()), ("category", unique()), ("title", "Of"), ("rating", 3)):
        api.new_book(alice, **wanted | {name: other})
    assert api.page(author=author, category=category, q=word, min_rating=4)["items"] == [book]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("author", ""),
        ("author", " "),
        ("author", "a" * 201),
        ("author", "a\x00b"),
        ("category", ""),
        ("category", "c" * 51),
        ("category", "\x00"),
        ("min_rating", "0"),
        ("min_rating", "6"),
        ("min_rating", "-1"),
        ("min_rating", "3.0"),
        ("min_rating", "03"),
        ("min_rating", "three"),
        ("min_rating", ""),
        ("min_rating", "\u0663"),
        ("min_rating", "9" * 5000),
        ("q", ""),
        ("q", "   "),
        ("q", "!?--_"),
        ("q", "a b c d e f g h i j k"),
        ("q", "q" * 201),
        ("q", "a\x00b"),
    ],
    ids=lambda value: ascii(value)[:16],
)
def test_an_invalid_filter_is_refused(api: Api, name: str, value: str) -> None:
    problem = assert_problem(api.http.get("/books/", params={name: value}), 422, "invalid-input")
    assert locations(problem) == [["query", name]]


def test_all_invalid_parameters_are_named_at_once(api: Api) -> None:
    query = {"author": "", "q": "", "min_rating": "0", "category": "", "sort": "up", "limit": "0"}
    problem = assert_problem(api.http.get("/books/", params=query), 422)
    assert sorted(map(tuple, locations(problem))) == sorted(("query", name) for name in query)


@pytest.mark.parametrize("field", ["title", "author", "category"])
def test_the_search_looks_into_title_author_and_category(api: Api, alice: User, field: str) -> None:
    word = unique()
    book = api.new_book(alice, **{field: f"The {word} thing"})
    assert api.page(q=word)["items"] == [book]


def test_the_search_does_not_look_into_descriptions(api: Api, alice: User) -> None:
    word = unique()
    api.new_book(alice, description=word)
    assert api.page(q=word)["items"] == []


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("{} l'\u00c9tranger", "{} etranger"),
        ("{} Etranger", "{} \u00e9tranger"),
        ("{} GARC\u00cdA", "{} garci\u0301a"),
        ("{} Stra\u00dfe", "{} STRASSE"),
        ("{} \u0412\u043e\u0439\u043d\u0430", "{} \u0432\u043e\u0439\u043d"),
        ("{} \u7d05\u6a13\u5922", "{} \u7d05\u6a13"),
        ("{} \uff37\uff49\uff44\uff45", "{} wide"),
        ("{} catch-22, or: (not)", "{} 22 catch not"),
        ("{} one two three", "{} thr on"),
        ("{} one two", '{}, "one" & two!'),
        ("{} one", "{} one ONE \u00f6ne"),
        ("{} 1984", "{} 198"),
    ],
    ids=ascii,
)
def test_a_search_finds_beginnings_of_words_whatever_case_accents_and_order(
    api: Api, alice: User, text: str, query: str
) -> None:
    word = unique()
    api.new_book(alice, title=text.format(word))
    assert titles(api.page(q=query.format(word))) == [text.format(word)]


@pytest.mark.parametrize("query", ["{} missing", "{} nside", "{} z%u", "{} z_lu", "{} zulus"])
def test_a_search_needs_every_word_from_its_beginning(api: Api, alice: User, query: str) -> None:
    word = unique()
    api.new_book(alice, title=f"{word} inside zulu")
    assert api.page(q=query.format(word))["items"] == []


def test_a_search_takes_words_from_different_fields(api: Api, alice: User) -> None:
    one, two, three = unique(), unique(), unique()
    book = api.new_book(alice, title=one, author=two, category=three)
    assert api.page(q=f"{three} {one} {two}")["items"] == [book]


def test_a_search_may_have_ten_words(api: Api, alice: User) -> None:
    word = unique()
    book = api.new_book(alice, title=f"{word} a b c d e f g h i")
    assert api.page(q=f"i h g f e d c b a {word}")["items"] == [book]


def test_lists_follow_a_change_at_once(api: Api, alice: User) -> None:
    old, new = unique(), unique()
    book = api.new_book(alice, title=old, author=old, category=old)
    api.http.patch(url(book), json={"title": new, "author": new, "category": new}, headers=alice.auth)
    for name in ("q", "author", "category"):
        assert api.page(**{name: old})["items"] == []
        assert [found["id"] for found in api.page(**{name: new})["items"]] == [book["id"]]


def test_every_filter_may_have_its_greatest_length_at_once(api: Api, alice: User) -> None:
    author = unique().ljust(200, "\U0001d4d0")
    book = api.new_book(alice, author=author, category="\U0001f4da" * 50)
    assert api.page(author=author, category="\U0001f4da" * 50, q=author, min_rating=1, limit=100)["items"] == [book]
