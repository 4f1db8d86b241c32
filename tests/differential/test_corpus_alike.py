"""What the corpus sends is refused in the same words, also where a server refuses it before the application sees it."""

import pytest

from tests.contract import raw
from tests.contract.client import Api, unique
from tests.contract.corpus import Case, cases, differences
from tests.contract.test_corpus import Answers, marker

LISTED = {difference.case for difference in differences()}
CASES = [case for case in cases() if case.name not in LISTED and case.answers]


def answered(api: Api, case: Case) -> list[tuple[int, bytes]]:
    """The answers of a server; of those that are no refusal, the status alone."""
    with raw.connected(api) as connection:
        raw.send(connection, case.sent(api.http.base_url.netloc.decode(), marker(unique("marker"))))
        if case.hangs_up:
            connection.shutdown(1)
        answers = Answers(connection)
        found = [answers.next(bodiless=case.bodiless) for _ in case.answers]
    return [(status, body if status >= 400 else b"") for status, body in found]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_bytes_are_refused_in_the_same_words(apis: tuple[Api, Api], case: Case) -> None:
    one, other = (answered(api, case) for api in apis)
    assert one == other
