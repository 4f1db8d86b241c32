"""Orders, pages and cursors of the list, against a model of the order written here."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.client import Api, User, assert_problem, locations, unique, url

Book = dict[str, Any]

FIELDS = ["id", "title", "author", "rating", "published_year"]
SORTS = [sign + field for field in FIELDS for sign in ("", "-")]
# What databases sort differently when left alone: case, accents, Unicode forms, scripts, signs, ties, null.
TITLES = ["b", "B", "a b", "ab", "a-b", "\u00e9", "e\u0301", "f", "Z", "z", "\u00df", "SS", "10", "9", "\U0001f4da"]
AUTHORS = ["\u00c5sa", "\uff21nn", "ann", "\u0416", "zoe", "\ufb01n", "Fin"]
YEARS = [2001, None, -44, 0, None, 1999, -9999, 9999, 1999, 2001]
SHELF_SIZE = 24


def fold(text: str) -> str:
    """Texts are compared without case and Unicode form, by code point."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def in_order(books: list[Book], sort: str) -> list[Book]:
    """The order of the contract: ties by id in the same direction, books without a year last in both."""
    field, down = sort.lstrip("-"), sort.startswith("-")

    def key(book: Book) -> tuple[Any, int]:
        value = book[field]
        return (fold(value) if isinstance(value, str) else value, book["id"])

    known = [book for book in books if book[field] is not None]
    unknown = [book for book in books if book[field] is None]
    by_id: Callable[[Book], int] = lambda book: book["id"]  # noqa: E731
    return sorted(known, key=key, reverse=down) + sorted(unknown, key=by_id, reverse=down)


@pytest.fixture(scope="session")
def shelf(api: Api, alice: User) -> list[Book]:
    """Books of one category, which nobody changes."""
    category = unique()
    return [
        api.new_book(
            alice,
            category=category,
            title=TITLES[n % len(TITLES)],
            author=AUTHORS[n % len(AUTHORS)],
            rating=n * 7 % 5 + 1,
            published_year=YEARS[n % len(YEARS)],
        )
        for n in range(SHELF_SIZE)
    ]


@pytest.fixture(scope="session")
def category(shelf: list[Book]) -> str:
    """The category of the shelf."""
    name: str = shelf[0]["category"]
    return name


@pytest.mark.parametrize("limit", [1, 5, 8, 100])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_the_order(api: Api, shelf: list[Book], category: str, sort: str, limit: int) -> None:
    assert api.walk(category=category, sort=sort, limit=limit) == in_order(shelf, sort)


def test_a_list_is_in_order_of_ids_unless_asked_otherwise(api: Api, shelf: list[Book], category: str) -> None:
    assert api.walk(category=category) == in_order(shelf, "id")


def test_a_page_has_twenty_books_unless_asked_otherwise(api: Api, shelf: list[Book], category: str) -> None:
    assert api.page(category=category)["items"] == in_order(shelf, "id")[:20]


@pytest.mark.parametrize("limit", [1, SHELF_SIZE - 1])
def test_a_page_before_the_last_names_the_next(api: Api, category: str, limit: int) -> None:
    page = api.page(category=category, limit=limit)
    assert len(page["items"]) == limit
    assert isinstance(page["next"], str)
    assert page["next"]


@pytest.mark.parametrize("limit", [SHELF_SIZE, SHELF_SIZE + 1, 100])
@pytest.mark.parametrize("sort", SORTS)
def test_the_last_page_has_no_next_even_when_it_is_full(
    api: Api, shelf: list[Book], category: str, sort: str, limit: int
) -> None:
    page = api.page(category=category, limit=limit, sort=sort)
    assert len(page["items"]) == len(shelf)
    assert page["next"] is None


def test_a_second_page_that_is_full_and_last_has_no_next(api: Api, category: str) -> None:
    half = SHELF_SIZE // 2
    first = api.page(category=category, limit=half)
    second = api.page(category=category, limit=half, cursor=first["next"])
    assert (len(second["items"]), second["next"]) == (half, None)


def test_filters_hold_on_every_page(api: Api, shelf: list[Book], category: str) -> None:
    query = {"category": category, "min_rating": 3, "author": "ANN", "limit": 1, "sort": "-rating"}
    wanted = [book for book in shelf if book["rating"] >= 3 and fold(book["author"]) == "ann"]
    assert len(wanted) > 1
    assert api.walk(**query) == in_order(wanted, "-rating")


@pytest.mark.parametrize("sort", SORTS)
def test_a_walk_neither_skips_nor_repeats_while_books_come_and_go(api: Api, alice: User, sort: str) -> None:
    category = unique()
    books = [
        api.new_book(alice, category=category, title=title, author=title, rating=rating, published_year=year)
        for title, rating, year in zip("abcdefgh", (1, 2, 2, 3, 3, 4, 5, 5), (None, 1, 2, 3, 3, 4, 5, 5), strict=True)
    ]
    order = in_order(books, sort)
    first = api.page(category=category, sort=sort, limit=4)
    assert first["items"] == order[:4]
    # Gone: one already seen, the very one that the cursor points at, and one still to come.
    for gone in (order[0], order[3], order[5]):
        assert api.http.delete(url(gone), headers=alice.auth).status_code == 204
    for twin in (order[1], order[6]):
        changes = {name: twin[name] for name in ("title", "author", "rating", "published_year")}
        books.append(api.new_book(alice, category=category, **changes))
    here = (order[0], order[3], order[5])
    behind = in_order([book for book in books if book not in here or book is order[3]], sort)
    expected = behind[behind.index(order[3]) + 1 :]
    assert api.walk(category=category, sort=sort, limit=2, cursor=first["next"]) == expected


def test_a_cursor_may_be_used_again(api: Api, category: str) -> None:
    cursor = api.page(category=category, limit=3)["next"]
    pages = [api.page(category=category, limit=3, cursor=cursor) for _ in range(3)]
    assert pages[0] == pages[1] == pages[2]


def test_the_limit_may_change_from_page_to_page(api: Api, shelf: list[Book], category: str) -> None:
    cursor = api.page(category=category, limit=3)["next"]
    page = api.page(category=category, limit=10, cursor=cursor)
    assert page["items"] == in_order(shelf, "id")[3:13]


@pytest.mark.parametrize("plane", [0x4E00, 0x20000], ids=["bmp", "astral"])
@pytest.mark.parametrize("sort", ["title", "-title", "author", "-author"])
def test_a_cursor_behind_a_long_text_of_any_script_works(api: Api, alice: User, plane: int, sort: str) -> None:
    # Letters without a pattern, so that no compression makes the cursor short.
    title = "".join(chr(plane + n * n * 7919 % 20_000) for n in range(300))
    category = unique()
    books = [api.new_book(alice, title=title, author=title[:200], category=category) for _ in range(2)]
    assert api.walk(category=category, sort=sort, limit=1) == in_order(books, sort)


def test_a_cursor_changed_in_any_one_character_is_refused(api: Api, category: str) -> None:
    cursor: str = api.page(category=category, limit=1, sort="title")["next"]
    accepted = []
    for place, character in enumerate(cursor):
        changed = cursor[:place] + ("B" if character == "A" else "A") + cursor[place + 1 :]
        query = {"category": category, "sort": "title", "cursor": changed}
        response = api.http.get("/books/", params=query)
        if response.status_code != 422 or locations(response.json()) != [["query", "cursor"]]:
            accepted.append((place, response.status_code))
    assert accepted == []


def test_a_cursor_whose_last_character_has_spare_bits_is_refused(api: Api, category: str) -> None:
    cursor: str = api.page(category=category, limit=1)["next"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for character in set(alphabet) - {cursor[-1]}:
        query = {"category": category, "cursor": cursor[:-1] + character}
        assert_problem(api.http.get("/books/", params=query), 422, "invalid-input")


@pytest.mark.parametrize(
    "pattern",
    ["", " ", "{}x", "x{}", "{}=", "{} ", " {}", "{}\n", "{}.", ".{}", "{}{}", "{:.20}", "{}\x00", "{}\u00e9", "null",
     "0", "1", "eyJpZCI6MX0", "....", "\U0001f4da", "A" * 3000],
    ids=lambda pattern: ascii(pattern)[:12],
)  # fmt: skip
def test_what_was_never_given_out_is_no_cursor(api: Api, category: str, pattern: str) -> None:
    cursor = api.page(category=category, limit=1)["next"]
    query = {"category": category, "cursor": pattern.format(cursor, cursor)}
    problem = assert_problem(api.http.get("/books/", params=query), 422, "invalid-input")
    assert locations(problem) == [["query", "cursor"]]


@pytest.mark.parametrize(
    "change",
    [{"sort": "-id"}, {"sort": "title"}, {"category": None}, {"category": "other"}, {"author": "ann"}, {"q": "b"},
     {"min_rating": 1}],
    ids=repr,
)  # fmt: skip
def test_a_cursor_belongs_to_its_query(api: Api, category: str, change: dict[str, Any]) -> None:
    query: dict[str, Any] = {"category": category, "limit": 1}
    changed = query | {"cursor": api.page(**query)["next"]} | change
    sent = {name: value for name, value in changed.items() if value is not None}
    problem = assert_problem(api.http.get("/books/", params=sent), 422, "invalid-input")
    assert locations(problem) == [["query", "cursor"]]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "+1", "01", "1.0", "1e1", "", " 5", "ten", "\u0665", "9" * 30])
def test_a_limit_is_a_number_from_1_to_100(api: Api, limit: str) -> None:
    problem = assert_problem(api.http.get("/books/", params={"limit": limit}), 422, "invalid-input")
    assert locations(problem) == [["query", "limit"]]


@pytest.mark.parametrize("sort", ["", "-", "--id", "+id", "Id", "id,title", "version", "owner", "category", "id desc"])
def test_an_unknown_sort_is_refused(api: Api, sort: str) -> None:
    problem = assert_problem(api.http.get("/books/", params={"sort": sort}), 422, "invalid-input")
    assert locations(problem) == [["query", "sort"]]
