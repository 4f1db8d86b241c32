"""Names, words and sort keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model import KEY_MAX, WORD_MAX, canonical_username, fold, search_words


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("Alice", "alice"),
        ("ＡＬＩＣＥ", "alice"),
        ("ﬁlip", "filip"),
        ("Straße", "strasse"),
        ("été.x-y_z", "été.x-y_z"),
        ("山田taro", "山田taro"),
        ("김철수-kim", "김철수-kim"),
        ("Лев_2", "лев_2"),
    ],
)
def test_a_username_has_one_form(name: str, canonical: str) -> None:
    assert canonical_username(name) == canonical


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "a" * 33,
        "a b c",
        "a/b/c",
        "abc\n",
        "a\x00bc",
        "<abc>",
        "abc\u200b",
        "\ud800abc",
        "\u0430lice",
        "abc\u03b1",
        "ab\u3164c",
        "\u115fabc",
        "\u30ab\ud55c\uae00",
        "a" + "\u0301\u0323" * 500_000,
    ],
)
def test_what_is_no_username_has_none(name: str) -> None:
    assert canonical_username(name) is None


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_the_canonical_form_is_its_own_canonical_form(text: str) -> None:
    name = canonical_username(text)
    assert name is None or canonical_username(name) == name


def test_a_key_is_short_enough_for_an_index_whatever_it_is_made_of() -> None:
    # U+FDFA grows to 18 characters.
    assert len(fold("\ufdfa" * 300)) == KEY_MAX
    assert len(fold("\U0001f600" * 600).encode()) < 2600


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Hunger Games (#1)", ["the", "hunger", "games", "1"]), ("GrandPré, J.K.", ["grandpre", "j", "k"]),
        ("Łódź İstanbul", ["łodz", "istanbul"]),
        ("ℌ ﬁn Ｗ ß", ["h", "fin", "w", "ss"]), ("a A á", ["a"]), ("100% _x_", ["100", "x"]), ("...", []),
        ("戦争と平和", ["戦争と平和"]),
    ],
)  # fmt: skip
def test_words_are_without_case_accents_and_punctuation(text: str, words: list[str]) -> None:
    assert search_words(text) == words


def test_a_long_word_is_its_beginning() -> None:
    assert search_words("x" * 5000 + " y") == ["x" * WORD_MAX, "y"]
    assert len(("\U00020000" * WORD_MAX).encode()) < 2046


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_words_are_words_of_themselves(text: str) -> None:
    words = search_words(text)
    assert search_words(" ".join(words)) == words


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_word_holds_what_an_index_could_take_for_syntax_or_fold_again(text: str) -> None:
    ascii_characters = {c for word in search_words(text) for c in word if c.isascii()}
    assert ascii_characters <= set("abcdefghijklmnopqrstuvwxyz0123456789")
