"""Which representation a client prefers."""

import pytest

from shared.errors import NotAcceptable
from shared.negotiation import negotiate

JSONL, TABLE = "application/x-ndjson", "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSONL),
        ("", JSONL),
        ("*/*", JSONL),
        ("text/csv", TABLE),
        ("TEXT/CSV", TABLE),
        ("text/*", TABLE),
        ("text/csv;charset=UTF-8", TABLE),
        ('text/csv; charset="utf-8"', TABLE),
        ("text/csv, */*", JSONL),
        ("text/csv, */*;q=0.1", TABLE),
        ("application/x-ndjson;q=0.5, text/csv;q=0.6", TABLE),
        ("application/x-ndjson;q=0, */*", TABLE),
        ("text/csv;q=0, text/*;q=1, application/*;q=0.1", JSONL),
        ("text/csv;q=0.2, text/csv;charset=utf-8;q=0.9, application/x-ndjson;q=0.5", TABLE),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSONL),
        ("nonsense, ;q=1, text/csv", TABLE),
        ('text/html;title="a, text/csv;b", text/csv;q=0.1', TABLE),
        ("text/csv;q=2, application/x-ndjson;q=0.001", JSONL),
        (";, ;q=1, text/csv", TABLE),
    ],
)
def test_the_best_of_what_is_accepted_is_chosen(accept: str | None, chosen: str) -> None:
    assert negotiate(accept, [JSONL, TABLE]) == chosen


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "image/*",
        "*/*;q=0",
        "text/csv;q=0.0",
        "text/csv;charset=latin-1",
        "application/json",
        "x",
        'text/html;x="a, text/csv',
        ";",
        ";;,;",
        '"',
        'text/csv;x="' + '\\"' * 50_000,
    ],
)
def test_what_is_not_there_is_not_acceptable(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        negotiate(accept, [JSONL, TABLE])
