"""The librarian's answers, on both databases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from shared import books, librarian
from shared.librarian import Answer
from shared.model import User, utc_now
from shared.schemas import NewBook

# A few real books, and what a catalogue of real books is like: initials, series, several authors, accents, years BC.
SHELF = [
    ("The Left Hand of Darkness", "Ursula K. Le Guin", "science fiction", "An envoy on a world of winter.", 5, 1969),
    ("A Wizard of Earthsea (Earthsea Cycle, #1)", "Ursula K. Le Guin", "fantasy", "A boy and his shadow.", 4, 1968),
    ("The Hunger Games (The Hunger Games, #1)", "Suzanne Collins", "English", "", 4, 2008),
    ("Harry Potter and the Sorcerer's Stone", "J.K. Rowling, Mary GrandPr\u00e9", "English", "", 4, 1997),
    ("Emma", "Jane Austen", "novel", "A matchmaker\n  errs. " + "Much talk. " * 100, 5, 1815),
    ("Emma and the Werewolves", "Adam Rann", "novel", "", 2, 2009),
    ("Odes", "Horace", "poetry", "Friends, wine and the winter sea.", 3, -23),
    ("Panchatantra", "Vi\u1e63\u1e47u \u015aarman", "stories", "", 3, None),
]


@pytest.fixture
def connection(writable: Connection) -> Connection:
    for title, author, category, description, rating, year in SHELF:
        add(writable, title=title, author=author, category=category, description=description, rating=rating, year=year)
    return writable


def add(connection: Connection, *, year: int | None = None, **fields: str | int) -> int:
    book = NewBook.model_validate({"published_year": year, "rating": 3, "category": "c", **fields})
    return books.create(connection, User(1, "owner"), book, utc_now()).id


def titles(connection: Connection, found: Answer) -> list[str]:
    """The titles of the books that an answer speaks of; each of them is in its text."""
    known = [books.get(connection, book_id).title for book_id in found.books]
    assert all(title in found.text for title in known)
    return known


@pytest.mark.parametrize("name", ["Ursula Le Guin", "ursula k. le guin", "le guin", "LE GUIN Ursula", "\u00dcrsula"])
def test_an_author_is_found_by_any_names(connection: Connection, name: str) -> None:
    found = librarian.answer(connection, f"books by {name}")
    assert found.text == (
        f"The catalogue has 2 books by \u201c{name}\u201d: "
        "\u201cThe Left Hand of Darkness\u201d by Ursula K. Le Guin (1969, rated 5 of 5); "
        "\u201cA Wizard of Earthsea (Earthsea Cycle, #1)\u201d by Ursula K. Le Guin (1968, rated 4 of 5)."
    )
    assert titles(connection, found) == [SHELF[0][0], SHELF[1][0]]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What did Mary Grandpre write?", [SHELF[3][0]]),
        ("books in science fiction", [SHELF[0][0]]),
        ("science books", [SHELF[0][0]]),
        ("books about winter", ["The Left Hand of Darkness", "Odes"]),
        ("best book about winter", ["The Left Hand of Darkness", "Odes"]),
        ("something on hunger", [SHELF[2][0]]),
        ("highest rated books by le guin", [SHELF[0][0], SHELF[1][0]]),
        ("books by Visnu Sarman", ["Panchatantra"]),
        ("who wrote harry potter?", [SHELF[3][0]]),
        ("tell me about \u201cThe Hunger Games (The Hunger Games, #1)\u201d", [SHELF[2][0]]),
        ("tell me about Emma", ["Emma", "Emma and the Werewolves"]),
    ],
)
def test_books_are_named_best_rated_first(connection: Connection, question: str, wanted: list[str]) -> None:
    assert titles(connection, librarian.answer(connection, question)) == wanted


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many books are there?", "The catalogue has 8 books."),
        ("how many books by le guin", "The catalogue has 2 books by \u201cle guin\u201d."),
        ("how many books in poetry", "The catalogue has one book in the category \u201cpoetry\u201d."),
        ("how many books about winter", "The catalogue has 2 books about \u201cwinter\u201d."),
        ("how many books by Nobody", "The catalogue has no books by \u201cNobody\u201d."),
    ],
)
def test_books_are_counted(connection: Connection, question: str, text: str) -> None:
    assert librarian.answer(connection, question) == Answer(text)


@pytest.mark.parametrize("question", ["books by Nobody", "What did Nobody write?", "best books by Nobody"])
def test_an_author_whom_the_catalogue_does_not_have_is_said_to_be_absent(connection: Connection, question: str) -> None:
    assert librarian.answer(connection, question) == Answer("The catalogue has no books by \u201cNobody\u201d.")


def test_a_title_that_the_catalogue_does_not_have_is_said_to_be_absent(connection: Connection) -> None:
    found = librarian.answer(connection, "tell me about The Winds of Nowhere")
    assert found == Answer("The catalogue has nothing called \u201cThe Winds of Nowhere\u201d, and nothing about it.")


@pytest.mark.parametrize("subject", ["Jane Austen", "a matchmaker"])
def test_what_is_no_title_may_be_an_author_or_a_topic(connection: Connection, subject: str) -> None:
    assert titles(connection, librarian.answer(connection, f"tell me about {subject}")) == ["Emma"]


def test_a_book_is_described_in_a_line_of_bounded_length(connection: Connection) -> None:
    text = librarian.answer(connection, "tell me about emma").text
    opening = (
        "\u201cEmma\u201d by Jane Austen (1815) is in the category novel and rated 5 of 5. A matchmaker errs. Much"
    )
    assert text.startswith(opening)
    assert " \u2026 There is also \u201cEmma and the Werewolves\u201d by Adam Rann (2009, rated 2 of 5)." in text
    assert len(text) < 800


def test_of_many_books_of_one_title_the_nearest_are_named_and_the_rest_counted(connection: Connection) -> None:
    ids = [add(connection, title=f"Saga {'I' * n}", author="Snorri") for n in range(9)]
    found = librarian.answer(connection, "tell me about saga")
    assert found.books == ids[:5]
    assert "There are also \u201cSaga I\u201d" in found.text
    assert found.text.endswith("; and 4 more.")


@pytest.mark.parametrize(("title", "year"), [("Odes", "23 BC"), ("Panchatantra", "year unknown")])
def test_years_are_put_in_words(connection: Connection, title: str, year: str) -> None:
    assert f"({year})" in librarian.answer(connection, f"tell me about {title}").text


def test_of_many_books_the_best_are_named_and_the_rest_counted(connection: Connection) -> None:
    ids = [add(connection, title=f"Saga {n}", author="Snorri", rating=n % 5 + 1) for n in range(12)]
    found = librarian.answer(connection, "books by Snorri")
    assert found.text.startswith(
        "The catalogue has 12 books by \u201cSnorri\u201d. The 5 best rated are: \u201cSaga 9\u201d"
    )
    assert found.books == [ids[9], ids[4], ids[8], ids[3], ids[7]]


def test_more_books_than_are_counted_are_said_to_be_more(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(librarian, "COUNTED", 7)
    assert librarian.answer(connection, "how many books are there").text == "The catalogue has more than 7 books."


@pytest.mark.parametrize("question", ["hello", "help"])
def test_a_greeting_is_answered_with_what_can_be_asked(connection: Connection, question: str) -> None:
    assert librarian.answer(connection, question) == Answer(f"Hello! {librarian.HELP}")


HOSTILE = [
    "?", "\U0001f4da\U0001f9d9", "'; DROP TABLE books; --", '"', "\\", "%", "*", "a" * 2000, "\u7d05" * 2000,
    "books by \"' OR 1=1 --", "books by a* NEAR(b, 2) title: ^c", "how many books by ':* | !a & <->", "books in {}",
    "tell me about " + " ".join(map(str, range(500))), "books about \ufdfa" + "\ufdfa" * 900, "best {0} %s books",
    "\u202ebooks by x", "what did AND write", "books by NOT", "books in OR", "tell me about {asked.__class__}",
]  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_no_question_breaks_anything_or_finds_what_it_does_not_ask(connection: Connection, question: str) -> None:
    found = librarian.answer(connection, question)
    assert found.text
    assert found.books == []


@given(st.text())
def test_tokens_are_the_text_in_pieces(text: str) -> None:
    pieces = list(librarian.tokens(text))
    assert "".join(pieces) == text
    assert all(pieces)


def test_a_token_is_a_word_and_the_space_behind_it() -> None:
    assert list(librarian.tokens(" The  end.\nYes")) == [" ", "The  ", "end.\n", "Yes"]
