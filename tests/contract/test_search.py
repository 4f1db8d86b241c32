"""The search: what it finds, in which order, and that no text of a client is read as its syntax.

Rules that it shares with other filters are in test_books_read.py and test_queries.py.
"""

from typing import Any

import pytest

from tests.contract.client import Api, User, assert_problem, book_fields, locations, unique, url

Book = dict[str, Any]


def ids(page: dict[str, Any]) -> list[int]:
    return [book["id"] for book in page["items"]]


def search(api: Api, q: str, **query: Any) -> list[Book]:
    """The first page of a search."""
    items: list[Book] = api.page(q=q, **query)["items"]
    return items


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("{} \u00e9l\u00e8ve", "{} eleve"),
        ("{} eleve", "{} \u00c9L\u00c8VE"),
        ("{} stra\u00dfe", "{} strasse"),
        ("{} strasse", "{} stra\u00dfe"),
        ("{} \u0130stanbul", "{} istanbul"),
        ("{} istanbul", "{} \u0130STANBUL"),
        ("{} \ufb01sh", "{} fish"),
        ("{} fish", "{} \ufb01s"),
        ("{} \u210crubin", "{} hrubin"),
        ("{} \u7d05\u6a13\u5922", "{} \u7d05"),
        ("{} \u0e2a\u0e32\u0e21\u0e01\u0e4a\u0e01", "{} \u0e2a\u0e32\u0e21\u0e01\u0e4a\u0e01"),
        ("{} well-being", "{} being"),
        ("{} well-being", "{} well-be"),
        ("{} O'Brien", "{} o'brien"),
        ("{} O\u2019Brien", "{} o'brien"),
        ('{} Who\'s "there"?', '{} "there"'),
        ("{} 3.14", "{} 3.1"),
        ("{} " + "x" * 270, "{} " + "x" * 150),
        ("{} \U0001d509\U0001d52f", "{} fr"),
    ],
    ids=ascii,
)
def test_words_are_found_however_they_are_spelled(api: Api, alice: User, title: str, query: str) -> None:
    stem = unique()
    book = api.new_book(alice, title=title.format(stem))
    assert search(api, query.format(stem)) == [book]


# Each would be syntax, or an error, in FTS5 or in a tsquery; here it is words, or nothing at all.
@pytest.mark.parametrize(
    "syntax",
    [
        "{} AND or NOT", "{} NEAR(and, not)", "NEAR({} or, 5)", "title:{} and", "{{title}} : {} not", "-{} or",
        "^{} or", '"{} or', "'{} or", "{}* or*", "{}:* & or", "{}:A | or", "!{} & or", "({} or", "{} <-> or", "{} + or",
        "{}\\ or", "{}'':*or", "{}); DROP TABLE books; -- or", "{}%or", "{}_or", "{}\u0001or", "{}\U0001f4daor",
    ],
    ids=ascii,
)  # fmt: skip
def test_syntax_of_a_database_is_only_punctuation(api: Api, alice: User, syntax: str) -> None:
    word = unique()
    book = api.new_book(alice, title=f"{word} and or not near title 5 a drop table books")
    assert search(api, syntax.format(word)) == [book]


@pytest.mark.parametrize("other", ["OR {}", "| {}", "NOT {}", "! {}", "NEAR({})"])
def test_every_word_counts_and_none_is_an_operator(api: Api, alice: User, other: str) -> None:
    word = unique()
    api.new_book(alice, title=f"{word} or not near")
    assert search(api, f"{word} {other.format(unique())}") == []


def test_a_description_is_not_searched(api: Api, alice: User) -> None:
    word, only = unique(), unique()
    book = api.new_book(alice, title=word, description=f"{word} {only}")
    assert search(api, word) == [book]
    assert search(api, f"{word} {only}") == []


def test_a_description_of_any_length_and_script_can_be_kept(api: Api, alice: User) -> None:
    word = unique()
    # U+FDFA folds to eighteen characters; the others are one word, and as many words as there are.
    for description in ("\ufdfa" * 5000, "\U00020000" * 5000, "a b" * 1666, " ".join(map(str, range(1020)))):
        api.new_book(alice, title=word, description=description)
    assert len(search(api, word)) == 4


def test_a_changed_book_is_found_by_its_new_words_only(api: Api, alice: User) -> None:
    old, new, third = unique(), unique(), unique()
    book = api.new_book(alice, title=old)
    api.http.patch(url(book), json={"title": new}, headers=alice.auth)
    assert (ids(api.page(q=old)), ids(api.page(q=new))) == ([], [book["id"]])
    api.http.put(url(book), json=book_fields(title=third), headers=alice.auth)
    assert (ids(api.page(q=new)), ids(api.page(q=third))) == ([], [book["id"]])


def test_a_change_of_one_text_leaves_the_words_of_the_others(api: Api, alice: User) -> None:
    title, author, category = unique(), unique(), unique()
    book = api.new_book(alice, title=title, author=author, category="test")
    api.http.patch(url(book), json={"category": category, "rating": 1}, headers=alice.auth)
    assert ids(api.page(q=f"{title} {author} {category}")) == [book["id"]]


def test_a_refused_change_changes_no_words(api: Api, alice: User, bob: User) -> None:
    word, other = unique(), unique()
    book = api.new_book(alice, title=word)
    assert_problem(api.http.patch(url(book), json={"title": other}, headers=bob.auth), 403)
    assert (search(api, word), search(api, other)) == ([book], [])


def test_a_deleted_book_is_not_found(api: Api, alice: User) -> None:
    word = unique()
    book = api.new_book(alice, title=word)
    api.http.delete(url(book), headers=alice.auth)
    for sort in ("relevance", "id", "title"):
        assert search(api, word, sort=sort) == []


@pytest.fixture(scope="session")
def ranked(api: Api, alice: User) -> list[Book]:
    """Books that hold a word, best first; added worst first, and the worse ones otherwise as good as can be."""
    word = unique()
    texts: list[Book] = [
        {"title": f"{word.upper()}"},
        {"title": f"{word}s", "description": f"{word} " * 100},
        {"title": f"The {word}", "author": word, "category": word, "description": "long " * 900},
        {"title": f"A long title with the {word} in it", "rating": 1},
        {"title": "x", "author": f"{word} and others", "description": f"{word} " * 50},
        {"title": "yy", "author": word},
        {"title": "x", "author": "x", "category": word, "rating": 5},
        {"title": f"A very long title, {word[:-1]} only", "author": "x", "category": f"{word}, and more"},
    ]
    return [api.new_book(alice, **changes) for changes in reversed(texts)][::-1]


@pytest.fixture(scope="session")
def word(ranked: list[Book]) -> str:
    """The word."""
    title: str = ranked[0]["title"]
    return title.lower()


def test_a_search_is_in_order_of_relevance_unless_asked_otherwise(api: Api, ranked: list[Book], word: str) -> None:
    assert search(api, word) == search(api, word, sort="relevance") == ranked


def test_books_of_one_rank_are_in_order_of_ids(api: Api, alice: User) -> None:
    word = unique()
    books = [api.new_book(alice, title=f"{letter} {word}") for letter in "dbca"]
    assert search(api, word) == books


def test_all_words_in_the_title_rank_above_words_from_elsewhere(api: Api, alice: User) -> None:
    one, two = unique(), unique()
    texts = [
        {"title": "t", "author": one, "category": two},
        {"title": f"{one}", "author": two},
        {"title": f"{one} and {two}, a story"},
    ]
    books = [api.new_book(alice, **changes) for changes in texts]
    assert search(api, f"{two} {one}") == books[::-1]


@pytest.mark.parametrize("limit", [1, 3, 8])
def test_ranked_pages_hold_every_book_once(api: Api, ranked: list[Book], word: str, limit: int) -> None:
    assert api.walk(q=word, limit=limit) == ranked


def test_ranked_pages_neither_skip_nor_repeat_while_books_come_and_go(api: Api, alice: User) -> None:
    word = unique()
    books = [api.new_book(alice, title=f"{'x' * length} {word}") for length in range(1, 9)]
    first = api.page(q=word, limit=3)
    for gone in (books[0], books[2], books[5]):
        api.http.delete(url(gone), headers=alice.auth)
    # Many more books that hold the word, all of them better than the rest of the list.
    for _ in range(5):
        api.new_book(alice, title=word)
    assert api.walk(q=word, limit=2, cursor=first["next"]) == [books[3], books[4], books[6], books[7]]


def test_filters_narrow_a_ranked_search(api: Api, alice: User) -> None:
    word, category = unique(), unique()
    books = [api.new_book(alice, title=f"{word} {'i' * n}", category=category, rating=n) for n in (5, 4, 3)]
    api.new_book(alice, title=word)
    assert search(api, word, category=category, min_rating=4) == [books[1], books[0]]


@pytest.mark.parametrize("sort", ["id", "-id", "rating", "-rating", "published_year", "-published_year"])
def test_a_search_can_be_sorted_like_any_list(api: Api, ranked: list[Book], word: str, sort: str) -> None:
    found = api.walk(q=word, sort=sort, limit=3)
    name, sign = sort.lstrip("-"), -1 if sort.startswith("-") else 1
    values = [(book[name], book["id"]) for book in found]
    assert values == sorted(values)[::sign]
    assert sorted(book["id"] for book in found) == sorted(book["id"] for book in ranked)


def test_relevance_needs_a_search(api: Api) -> None:
    problem = assert_problem(api.http.get("/books/?sort=relevance"), 422, "invalid-input")
    assert locations(problem) == [["query", "sort"]]


@pytest.mark.parametrize("sort", ["-relevance", "Relevance", "relevance,id", "rank"])
def test_relevance_has_one_spelling_and_one_direction(api: Api, sort: str) -> None:
    problem = assert_problem(api.http.get("/books/", params={"q": "word", "sort": sort}), 422)
    assert locations(problem) == [["query", "sort"]]


def test_the_books_of_an_author_have_no_relevance(api: Api) -> None:
    problem = assert_problem(api.http.get("/books/author/nobody?sort=relevance"), 422, "invalid-input")
    assert locations(problem) == [["query", "sort"]]


def test_an_invalid_search_is_the_only_thing_wrong_with_its_relevance(api: Api) -> None:
    problem = assert_problem(api.http.get("/books/?q=!&sort=relevance&limit=0"), 422)
    assert sorted(map(tuple, locations(problem))) == [("query", "limit"), ("query", "q")]


def test_a_cursor_of_another_order_is_refused(api: Api, ranked: list[Book], word: str) -> None:
    cursor = api.page(q=word, limit=1)["next"]
    assert search(api, word, limit=1, sort="relevance", cursor=cursor) == [ranked[1]]
    problem = assert_problem(api.http.get("/books/", params={"q": word, "sort": "id", "cursor": cursor}), 422)
    assert locations(problem) == [["query", "cursor"]]
