"""Cursors: one spelling, one query, one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.cursors import Cursors
from shared.errors import InvalidInput
from shared.schemas import MAX_PAGE, BookQuery

QUERY = BookQuery(sort="title")
# What this key has always signed for this place in this list: a walk goes on through an upgrade.
KNOWN = "WyI5N2EyZmUyZjE3NDA2NjNkIiwiYSIsMV0.NXBmLngTBx5bouUAXmeeHTJgTixdZhFoP8Yi1SRbmaI"
KNOWN_IN_SCOPE = "WyJhZGQwZDVhNjM5MjA0ZWFjIiwiYSIsMV0.o_SNpHbO2HLPU4wzCikO1XnbRYintATxkhYgZw8ugn8"


def cursors(**options: int) -> Cursors:
    return Cursors(b"k" * 32, **options)


def at(cursor: str, **changes: object) -> BookQuery:
    return QUERY.model_copy(update={"cursor": cursor, **changes})


@given(st.text(st.characters(codec="utf-8")) | st.integers(-(2**63), 2**63 - 1), st.integers(1, 2**63 - 1))
def test_a_cursor_gives_back_its_position(key: str | int, book_id: int) -> None:
    assert cursors().read(at(cursors().sign(QUERY, (key, book_id)))) == (key, book_id)


def test_a_cursor_is_signed_as_it_always_was() -> None:
    assert cursors().sign(QUERY, ("a", 1)) == KNOWN
    assert cursors().sign(QUERY, ("a", 1), "x") == KNOWN_IN_SCOPE
    assert cursors().read(at(KNOWN_IN_SCOPE), "x") == ("a", 1)


def test_a_cursor_of_one_list_is_refused_by_another() -> None:
    for cursor, scope in ((KNOWN, "x"), (KNOWN_IN_SCOPE, ""), (KNOWN_IN_SCOPE, "y")):
        with pytest.raises(InvalidInput) as refusal:
            cursors().read(at(cursor), scope)
        assert [(item.loc, item.type) for item in refusal.value.items] == [(["query", "cursor"], "cursor")]


def test_a_query_without_cursor_begins_at_the_beginning() -> None:
    assert cursors().read(QUERY) is None


def test_the_page_size_may_change_between_pages() -> None:
    cursor = cursors().sign(QUERY, ("a", 1))
    assert cursors().read(at(cursor, limit=3)) == ("a", 1)


@pytest.mark.parametrize(
    "changes", [{"sort": "-title"}, {"author": "x"}, {"category": "x"}, {"q": "x"}, {"min_rating": 2}], ids=str
)
def test_a_cursor_of_another_query_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        cursors().read(at(cursors().sign(QUERY, ("a", 1)), **changes))


def test_a_cursor_with_any_character_changed_added_or_removed_is_refused() -> None:
    cursor = cursors().sign(QUERY, ("a", 1))
    spellings = {cursor[:i] + letter + cursor[i + 1 :] for i in range(len(cursor)) for letter in "Aa0-_.="} - {cursor}
    spellings |= {cursor[:i] + cursor[i + 1 :] for i in range(len(cursor))} | {cursor + "=", cursor + "A", "." + cursor}
    for spelling in spellings:
        with pytest.raises(InvalidInput):
            cursors().read(at(spelling))


def test_a_cursor_signed_with_another_key_is_refused() -> None:
    with pytest.raises(InvalidInput):
        cursors().read(at(Cursors(b"x" * 32).sign(QUERY, ("a", 1))))


@given(st.text(max_size=80))
def test_any_text_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(InvalidInput):
        cursors().read(at(text))


def test_a_page_larger_than_the_server_gives_is_refused_beside_a_bad_cursor() -> None:
    smaller = cursors(max_page=10)
    assert smaller.read(QUERY.model_copy(update={"limit": 10})) is None
    with pytest.raises(InvalidInput) as refusal:
        smaller.read(at("nonsense", limit=11))
    assert [item.loc for item in refusal.value.items] == [["query", "limit"], ["query", "cursor"]]


def test_a_page_that_is_too_large_is_refused_in_the_words_of_the_schema() -> None:
    with pytest.raises(ValidationError) as by_schema:
        BookQuery(limit=MAX_PAGE + 1)
    said = by_schema.value.errors()[0]
    for bound in (MAX_PAGE, 10):
        with pytest.raises(InvalidInput) as refusal:
            cursors(max_page=bound).read(QUERY.model_copy(update={"limit": bound + 1}))
        [item] = refusal.value.items
        assert (item.loc, item.type) == (["query", "limit"], said["type"])
        assert item.msg == said["msg"].replace(str(MAX_PAGE), str(bound))


def test_a_server_gives_the_pages_of_the_schema_unless_it_is_told_otherwise() -> None:
    assert cursors().read(QUERY.model_copy(update={"limit": MAX_PAGE})) is None
