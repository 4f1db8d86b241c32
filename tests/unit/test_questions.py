"""What the librarian takes a question for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.fields import MAX_SEARCH_WORDS
from shared.questions import UNKNOWN, Question, understand


@pytest.mark.parametrize("text", ["Hi", "hello!", "Good evening, librarian.", "HELP", "What can you do?", "thank you"])
def test_a_greeting_or_a_call_for_help_is_no_question_about_books(text: str) -> None:
    assert understand(text) == Question("help")


@pytest.mark.parametrize(
    "text",
    [
        "books by Ursula Le Guin",
        "Show me all the books by Ursula Le Guin, please?",
        "What did Ursula Le Guin write?",
        "Which novels has Ursula Le Guin written?",
        "do you have anything by \u201cUrsula Le Guin\u201d",
        "  BY\n Ursula\tLe Guin ",
    ],
)
def test_books_of_an_author_are_asked_for_in_many_ways(text: str) -> None:
    asked = understand(text)
    assert (asked.kind, asked.scope) == ("list", "author")
    assert asked.words in {"ursula le guin", "ursula le guin please"}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("books in science fiction", Question("list", "category", "science fiction")),
        ("books in the category poetry", Question("list", "category", "poetry")),
        ("What is in the poetry section?", Question("list", "category", "poetry")),
        ("Recommend some fantasy novels", Question("list", "category", "fantasy")),
        ("Is there a book about winter?", Question("list", "topic", "winter")),
        ("something on dragons", Question("list", "topic", "dragons")),
        ("What are the highest rated books?", Question("best")),
        ("top rated", Question("best")),
        ("the best books in the catalogue", Question("best")),
        ("best books by Jane Austen", Question("best", "author", "Jane Austen")),
        ("Which are the highest-rated books in poetry?", Question("best", "category", "poetry")),
        ("best science fiction books", Question("best", "category", "science fiction")),
        ("How many books are there?", Question("count")),
        ("how many books do you have by Jane Austen", Question("count", "author", "Jane Austen")),
        ("How many novels did Jane Austen write?", Question("count", "author", "Jane Austen")),
        ("How many books are there about the sea?", Question("count", "topic", "the sea")),
        ("how many poetry books are in the library", Question("count", "category", "poetry")),
        ("Tell me about Emma", Question("title", "title", "Emma")),
        ("who wrote 'Middlemarch'?", Question("title", "title", "Middlemarch")),
        ("What's Something Happened about?", Question("title", "title", "Something Happened")),
        ("tell me about Something Wicked", Question("title", "title", "Something Wicked")),
        ("Tell me about the best books by Jane Austen", Question("best", "author", "Jane Austen")),
        ("\uff42\uff4f\uff4f\uff4b\uff53 by O\u2019Brien", Question("list", "author", "O'Brien")),
    ],
    ids=ascii,
)
def test_a_question_is_understood(text: str, asked: Question) -> None:
    assert understand(text) == asked


@pytest.mark.parametrize(
    "text",
    ["?", "", "books", "Dune", "What is the weather?", "books by !!!", "tell me about \U0001f4da", "how many roads",
     "'; DROP TABLE books; --", "AND OR NOT NEAR(", "by", "about"],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_such_question_is_unknown(text: str) -> None:
    assert understand(text) == UNKNOWN


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_understood_or_unknown(text: str) -> None:
    for question in (text, f"books by {text}", f"how many {text}", f"tell me about {text}"):
        asked = understand(question)
        assert bool(asked.scope) == bool(asked.words)


@pytest.mark.parametrize("text", ["by " * 660, "books " * 330, "in about on by " * 130, "how many " * 220, "a " * 1000])
def test_the_longest_question_is_understood_at_once(text: str) -> None:
    assert len(understand(text).words.split()) <= MAX_SEARCH_WORDS
