"""A difference on paper: how to see it with curl, and both answers beside each other."""

import json
import textwrap
from collections.abc import Sequence
from contextlib import suppress

from tests.differential.fuzz import curl
from tests.differential.fuzz.play import Difference
from tests.differential.fuzz.search import Finding
from tests.differential.masks import Seen

WIDTH = 58
# What is longer says no more.
MOST_LINES = 40


def findings(found: Sequence[Finding], urls: tuple[str, str], again: str) -> str:
    """All findings, with the command that repeats the run."""
    blocks = [_finding(number, finding, urls) for number, finding in enumerate(found, 1)]
    return "\n\n".join([*blocks, f"To repeat the run: {again}"])


def _finding(number: int, finding: Finding, urls: tuple[str, str]) -> str:
    note = [] if finding.repeated else ["It did not come again when the same steps were tried again."]
    title = f"DIFFERENCE {number}: {finding.difference.kind}"
    return "\n".join(
        [title, "=" * len(title), *note, *commands(finding.difference, urls), "", beside(finding.difference, urls)]
    )


def commands(difference: Difference, urls: tuple[str, str]) -> list[str]:
    """The last step as a curl command for each server, behind a function that does the steps before it."""
    *steps, last = difference.steps
    prepared = curl.needs_preparation(steps, last)
    lines = [curl.before(steps, last)] if prepared else []
    for url in urls:
        lines += ["", *([f"before {url}"] if prepared else []), curl.command(last, url)]
    return lines


def beside(difference: Difference, urls: tuple[str, str]) -> str:
    """Both answers in two columns, what differs marked; what each server makes for itself has a name."""
    one, other = (_lines(seen) for seen in difference.seen)
    rows = [
        _row(urls[0], " ", urls[1]),
        _row("-" * WIDTH, " ", "-" * WIDTH),
        *_status(difference),
        *_headers(difference),
    ]
    length = max(len(one), len(other))
    for left, right in zip(one + [""] * (length - len(one)), other + [""] * (length - len(other)), strict=True):
        rows += _wrapped(left, right)
    return "\n".join(rows[:MOST_LINES] + (["…"] if len(rows) > MOST_LINES else []))


def _status(difference: Difference) -> list[str]:
    one, other = (f"HTTP {seen.status}" if seen.status else "no answer" for seen in difference.seen)
    return _wrapped(one, other)


def _headers(difference: Difference) -> list[str]:
    one, other = (seen.headers for seen in difference.seen)
    rows = []
    for name in sorted({name for name, _ in [*one, *other]}):
        left, right = (", ".join(f"{name}: {value}" for found, value in side if found == name) for side in (one, other))
        rows += _wrapped(left, right)
    return [*rows, ""]


def _lines(seen: Seen) -> list[str]:
    text = seen.body.decode("utf-8", "backslashreplace")
    # What is no JSON is shown as it is.
    with suppress(ValueError):
        text = json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    return ["".join(one if one.isprintable() else repr(one)[1:-1] for one in line) for line in text.split("\n")]


def _wrapped(left: str, right: str) -> list[str]:
    mark = " " if left == right else "|"
    one, other = (textwrap.wrap(side, WIDTH, drop_whitespace=False) or [""] for side in (left, right))
    length = max(len(one), len(other))
    one, other = one + [""] * (length - len(one)), other + [""] * (length - len(other))
    return [_row(*columns) for columns in zip(one, [mark] * length, other, strict=True)]


def _row(left: str, mark: str, right: str) -> str:
    return f"{left:<{WIDTH}} {mark} {right}".rstrip()
