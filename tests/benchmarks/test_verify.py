"""A server is verified before it is measured."""

import random

import pytest

from benchmarks.failures import LabError
from benchmarks.launch import free_port
from benchmarks.verify import CHECKS, SAMPLE, verify
from tests.benchmarks.stand_in import standing_in

BROKEN = {
    "page size": "page_has_books_and_a_next",
    "cursor": "page_has_books_and_a_next",
    "json": "page_has_books_and_a_next",
    "same book": "book_is_what_the_list_says",
    "filled": "book_is_what_the_list_says",
    "unknown": "unknown_and_impossible_ids_are_refused",
    "ids": "unknown_and_impossible_ids_are_refused",
    "limit": "unknown_and_impossible_ids_are_refused",
    "problems": "unknown_and_impossible_ids_are_refused",
    "authorization": "writing_needs_a_user",
    "username": "own_book_lives_and_dies",
    "password": "own_book_lives_and_dies",
    "stored": "own_book_lives_and_dies",
    "patch": "own_book_lives_and_dies",
    "rating": "own_book_lives_and_dies",
    "delete": "own_book_lives_and_dies",
}


def test_a_server_that_keeps_the_contract_passes_and_its_answers_are_counted() -> None:
    with standing_in() as url:
        verified = verify(url, "mine", random.Random(1))
    assert verified.checks == 17 + len(SAMPLE)
    assert verified.sample_bytes > 1000


@pytest.mark.parametrize(("rule", "check"), BROKEN.items())
def test_a_server_that_breaks_one_rule_is_refused_by_the_check_of_that_rule(rule: str, check: str) -> None:
    with standing_in(rule) as url, pytest.raises(LabError) as caught:
        verify(url, "mine", random.Random(1))
    assert str(caught.value).startswith(f"mine breaks the contract ({check}): ")
    assert "\n" not in str(caught.value)


def test_every_check_can_refuse() -> None:
    assert {check.__name__ for check in CHECKS} == set(BROKEN.values())


def test_a_server_that_is_gone_is_refused_in_one_line() -> None:
    with pytest.raises(LabError, match=r"^mine breaks the contract \(sample\): "):
        verify(f"http://127.0.0.1:{free_port()}", "mine", random.Random(1))
