"""The measurement of imports and exports."""

import pytest

from benchmarks.cli import main
from benchmarks.transfers import Transfer, _table
from shared.records import CsvRecords
from shared.schemas import NewBook

ROWS = 2_500


def test_every_generated_row_is_another_book() -> None:
    parser = CsvRecords()
    found = [record for chunk in _table(ROWS) for record in parser.feed(chunk)] + list(parser.close())
    books = [record for record in found if isinstance(record, NewBook)]
    assert len(books) == len(found) == ROWS
    assert len({book.title for book in books}) == ROWS


def test_a_transfer_says_speed_memory_and_what_others_felt() -> None:
    text = str(Transfer("flask-gunicorn", "import CSV", 1000, 2.0, 3 * 2**20, [0.001, 0.002, 0.009]))
    assert "500 rows/s" in text
    assert "memory +3.0 MiB" in text
    assert "median 2.00 ms, longest 9.00 ms, 3 times" in text


@pytest.mark.parametrize("name", ["flask-gunicorn", "fastapi-uvicorn"])
def test_books_are_moved_in_and_out_of_a_server(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transfers", "--rows", str(ROWS), "--only", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[17:31].strip() for line in lines] == ["import CSV", "export NDJSON", "export CSV"]
    assert all(line.startswith(name) for line in lines)
