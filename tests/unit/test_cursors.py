"""Cursors: one spelling, one query, one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cursors import Cursors
from shared.errors import InvalidInput
from shared.schemas import BookQuery

CURSORS = Cursors(b"k" * 32)
QUERY = BookQuery(sort="title")


def at(cursor: str, **changes: object) -> BookQuery:
    return QUERY.model_copy(update={"cursor": cursor, **changes})


@given(st.text(st.characters(codec="utf-8")) | st.integers(-(2**63), 2**63 - 1), st.integers(1, 2**63 - 1))
def test_a_cursor_gives_back_its_position(key: str | int, book_id: int) -> None:
    assert CURSORS.read(at(CURSORS.sign(QUERY, (key, book_id)))) == (key, book_id)


def test_a_query_without_cursor_begins_at_the_beginning() -> None:
    assert CURSORS.read(QUERY) is None


def test_the_page_size_may_change_between_pages() -> None:
    cursor = CURSORS.sign(QUERY, ("a", 1))
    assert CURSORS.read(at(cursor, limit=3)) == ("a", 1)


@pytest.mark.parametrize(
    "changes", [{"sort": "-title"}, {"author": "x"}, {"category": "x"}, {"q": "x"}, {"min_rating": 2}], ids=str
)
def test_a_cursor_of_another_query_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        CURSORS.read(at(CURSORS.sign(QUERY, ("a", 1)), **changes))


def test_a_cursor_with_any_character_changed_added_or_removed_is_refused() -> None:
    cursor = CURSORS.sign(QUERY, ("a", 1))
    spellings = {cursor[:i] + letter + cursor[i + 1 :] for i in range(len(cursor)) for letter in "Aa0-_.="} - {cursor}
    spellings |= {cursor[:i] + cursor[i + 1 :] for i in range(len(cursor))} | {cursor + "=", cursor + "A", "." + cursor}
    for spelling in spellings:
        with pytest.raises(InvalidInput):
            CURSORS.read(at(spelling))


def test_a_cursor_signed_with_another_key_is_refused() -> None:
    with pytest.raises(InvalidInput):
        CURSORS.read(at(Cursors(b"x" * 32).sign(QUERY, ("a", 1))))


@given(st.text(max_size=80))
def test_any_text_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(InvalidInput):
        CURSORS.read(at(text))


def test_a_page_larger_than_the_server_gives_is_refused_beside_a_bad_cursor() -> None:
    smaller = Cursors(b"k" * 32, max_page=10)
    assert smaller.read(QUERY.model_copy(update={"limit": 10})) is None
    with pytest.raises(InvalidInput) as refusal:
        smaller.read(at("nonsense", limit=11))
    assert [item.loc for item in refusal.value.items] == [["query", "limit"], ["query", "cursor"]]
