"""Every walk through the catalogue, in every order and page by page, beside the same books sorted in Python."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from sqlalchemy import Connection

from shared import books, listing
from shared.cursors import Cursors
from shared.model import User, fold, utc_now
from shared.schemas import Book, BookQuery, NewBook
from shared.schemas.books import Sort

KEY = b"k" * 32
# Title, author, category, rating, year: every key comes twice, and every book differs in some of them.
CATALOGUE: list[tuple[str, str, str, int, int | None]] = [
    ("Solaris", "Lem", "science", 5, 1961),
    ("solaris", "Other", "Science", 4, 1961),
    ("Fiasco", "Lem", "science", 4, 1986),
    ("Eden", "lem", "travel", 3, None),
    ("Lem", "Other", "essay", 2, -20),
    ("Imaginary Lem", "Nobody", "essay", 1, None),
    ("Zen", "Other", "lem studies", 3, -20),
    ("Eden", "Nobody", "science", 5, 1),
]


@pytest.fixture
def catalogue(writable: Connection) -> list[Book]:
    """The books, the first of them oldest."""
    # Statements are kept for the life of a process; here each test makes its own.
    listing._page.cache_clear()
    listing._count.cache_clear()
    return [
        books.create(
            writable,
            User(1, "owner"),
            NewBook(title=title, author=author, category=category, rating=rating, published_year=year),
            utc_now(),
        )
        for title, author, category, rating, year in CATALOGUE
    ]


def year(book: Book, *, without: int) -> int:
    return without if book.published_year is None else book.published_year


FAR = 10_000
KEYS: dict[str, Callable[[Book], Any]] = {
    "id": lambda book: book.id,
    "title": lambda book: fold(book.title),
    "author": lambda book: fold(book.author),
    "rating": lambda book: book.rating,
    "published_year": lambda book: year(book, without=FAR),
    # Without a year is last, whichever way.
    "-published_year": lambda book: year(book, without=-FAR),
}


def in_order(found: list[Book], sort: str) -> list[int]:
    key = KEYS.get(sort) or KEYS[sort.removeprefix("-")]
    return [book.id for book in sorted(found, key=lambda book: (key(book), book.id), reverse=sort.startswith("-"))]


def walk(connection: Connection, **query: Any) -> list[list[int]]:
    """The ids of a list, page by page."""
    pages: list[list[int]] = []
    cursor = None
    while cursor is not None or not pages:
        page = listing.find(connection, BookQuery(**query, cursor=cursor), Cursors(KEY))
        pages.append([book.id for book in page.items])
        cursor = page.next
        assert len(pages) <= len(CATALOGUE)
    return pages


def cut(ids: list[int], limit: int) -> list[list[int]]:
    return [ids[at : at + limit] for at in range(0, len(ids), limit)] or [[]]


def named(book: Book, word: str) -> bool:
    return word in fold(f"{book.title} {book.author} {book.category}").split()


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Book], bool]]] = {
    "all": ({}, lambda _book: True),
    "category": ({"category": "SCIENCE"}, lambda book: fold(book.category) == "science"),
    "author": ({"author": "LEM"}, lambda book: fold(book.author) == "lem"),
    "min_rating": ({"min_rating": 4}, lambda book: book.rating >= 4),
    "several": (
        {"min_rating": 4, "category": "science", "author": "lem"},
        lambda book: book.author == "Lem" and book.rating >= 4,
    ),
    "none": ({"author": "nobody else"}, lambda _book: False),
    "search": ({"q": "lem"}, lambda book: named(book, "lem")),
    "search and filter": ({"q": "lem", "min_rating": 3}, lambda book: named(book, "lem") and book.rating >= 3),
}


@pytest.mark.parametrize("sort", get_args(Sort))
def test_a_walk_gives_each_book_once_in_order(writable: Connection, catalogue: list[Book], sort: str) -> None:
    for query, fits in FILTERS.values():
        expected = in_order([book for book in catalogue if fits(book)], sort)
        for limit in (1, 2, 3, len(CATALOGUE)):
            assert walk(writable, **query, sort=sort, limit=limit) == cut(expected, limit), query


def test_a_search_is_sorted_by_where_its_words_are_and_then_by_the_length_of_titles(
    writable: Connection, catalogue: list[Book]
) -> None:
    by_title = {(book.title, book.author): book.id for book in catalogue}
    expected = [
        by_title[key]
        for key in [
            ("Lem", "Other"),
            ("Imaginary Lem", "Nobody"),
            ("Eden", "lem"),
            ("Fiasco", "Lem"),
            ("Solaris", "Lem"),
        ]
    ] + [by_title["Zen", "Other"]]
    for limit in (1, 2, 3, 6):
        assert walk(writable, q="lem", limit=limit) == cut(expected, limit)
        assert walk(writable, q="lem", sort="relevance", limit=limit) == cut(expected, limit)


def test_a_list_without_an_order_is_in_that_of_ids(writable: Connection, catalogue: list[Book]) -> None:
    assert walk(writable, limit=3) == cut([book.id for book in catalogue], 3)


def test_a_book_is_shown_whole(writable: Connection, catalogue: list[Book]) -> None:
    page = listing.find(writable, BookQuery(limit=100), Cursors(KEY))
    assert page.items == catalogue
    assert page.next is None
