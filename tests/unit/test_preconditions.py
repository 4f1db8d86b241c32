"""Conditional requests, after the table of RFC 9110 section 13.2.2."""

import pytest

from shared.errors import StaleVersion
from shared.preconditions import Preconditions


@pytest.mark.parametrize("field", ['"3"', '"1", "3"', '"3" ,"4"', "*", ' "3" '])
def test_if_match_that_lists_the_version_lets_a_change_through(field: str) -> None:
    Preconditions(if_match=field).demand('"3"')


@pytest.mark.parametrize("field", ['"2"', 'W/"3"', "3", '"33"', "", '"3', "'3'", '"2", W/"3"', "**", '"a,3"'])
def test_if_match_that_does_not_list_it_stops_a_change(field: str) -> None:
    with pytest.raises(StaleVersion):
        Preconditions(if_match=field).demand('"3"')


@pytest.mark.parametrize("field", ['"3"', 'W/"3"', '"1",W/"3"', "*"])
def test_if_none_match_that_lists_the_version_is_not_modified_and_stops_a_change(field: str) -> None:
    assert Preconditions(if_none_match=field).not_modified('"3"')
    with pytest.raises(StaleVersion):
        Preconditions(if_none_match=field).demand('"3"')


@pytest.mark.parametrize("field", ['"2"', "3", '"33"', ""])
def test_if_none_match_that_does_not_list_it_changes_nothing(field: str) -> None:
    assert not Preconditions(if_none_match=field).not_modified('"3"')
    Preconditions(if_none_match=field).demand('"3"')


def test_without_a_condition_everything_goes_ahead() -> None:
    Preconditions().demand('"3"')
    assert not Preconditions().not_modified('"3"')


@pytest.mark.parametrize("field", ["*", '"3"'])
def test_of_nothing_if_match_lists_no_version_and_if_none_match_does_not_either(field: str) -> None:
    Preconditions(if_none_match=field).demand(None)
    with pytest.raises(StaleVersion):
        Preconditions(if_match=field).demand(None)
