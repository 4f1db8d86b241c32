"""What a book's values look like in a cell of a table, and back.

A spreadsheet runs a text as a formula when it begins with one of a few characters (OWASP, "CSV Injection"), so such a
text gets an apostrophe in front, which spreadsheets take for "this is text". So does one that begins with apostrophes
before such a character: only then does taking one apostrophe away always give back what was written.
"""

import re

# The second row are the full-width forms, which East Asian spreadsheets take for the first.
_DANGEROUS = "[-=+@\t\r\n＝＋－＠]"
_TO_GUARD = re.compile(rf"'*{_DANGEROUS}")
_GUARDED = re.compile(rf"'+{_DANGEROUS}")


def write_cell(value: str | int | None) -> str | int | None:
    """The cell of a value; numbers, negative ones too, are no formulas."""
    return f"'{value}" if isinstance(value, str) and _TO_GUARD.match(value) else value


def read_text(cell: str) -> str:
    """The text of a cell."""
    # Looked at closely only if it can matter: this is asked of every text of every row.
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell


def read_number(cell: str) -> int | str | None:
    """The value that the schema will judge; what does not look like a number stays text, nothing is None."""
    return int(cell) if re.fullmatch(r"-?[0-9]{1,9}", cell) else cell or None
