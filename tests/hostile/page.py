"""Writes the tables of docs/security.md: python -m tests.hostile.page."""

import argparse
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from tests.hostile.map import TESTS, asvs, attacks

DOCUMENT = TESTS.parent / "docs" / "security.md"
MARK = "<!-- What follows is written by `python -m tests.hostile.page`. -->\n"


def with_generated(document: str) -> str:
    """The document with its tables as the map has them now."""
    written, mark, _tables = document.partition(MARK)
    return written + mark + "\n" + generated()


def generated() -> str:
    """All tables."""
    return "\n".join([*_attacks(), *_counts(), *_open(), *_met(), *_not_applicable(), *_risks()]) + "\n"


def _attacks() -> Iterator[str]:
    yield from ("## Attacks, and the tests that show what becomes of them", "")
    for family in attacks().values():
        yield from (f"### {family['title']}", "", "| attack | tests |", "|---|---|")
        for attack in family["attacks"].values():
            yield f"| {attack['attack']} | {_files(attack['tests'])} |"
        yield ""


def _files(tests: Iterable[str]) -> str:
    """Where tests are, and how many of them."""
    files = [test.partition("::")[0] for test in tests]
    return ", ".join(
        f"[{file.removesuffix('.py')}](../tests/{file})" + (f" ({len(list(group))})" if files.count(file) > 1 else "")
        for file, group in groupby(sorted(files))
    )


def _counts() -> Iterator[str]:
    found = asvs()
    absent = sum(len(entry["ids"]) for entry in found["not_applicable"])
    counts = {kind: len(found[kind]) for kind in ("shown", "met", "open")}
    yield from ("## The requirements of ASVS 5.0.0", "")
    yield (
        f"Of {sum(counts.values()) + absent} requirements, {counts['shown']} are shown by tests, {counts['met']} "
        f"are met by what no test can show, {counts['open']} apply and are not met, and {absent} do not apply. "
        "Which tests show which is in [asvs.toml](../tests/hostile/asvs.toml)."
    )
    yield ""


def _open() -> Iterator[str]:
    yield from ("### Not met", "", "| id | what | why |", "|---|---|---|")
    yield from (f"| {entry['id']} | {entry['title']} | {entry['reason']} |" for entry in asvs()["open"])
    yield ""


def _met() -> Iterator[str]:
    yield from ("### Met elsewhere", "", "| id | what | how | where |", "|---|---|---|---|")
    for entry in asvs()["met"]:
        places = ", ".join(f"[{name}](../{name})" for name in entry["where"])
        yield f"| {entry['id']} | {entry['title']} | {entry['how']} | {places} |"
    yield ""


def _not_applicable() -> Iterator[str]:
    yield from ("### Not applicable", "", "| ids | why |", "|---|---|")
    yield from (f"| {_ranges(entry['ids'])} | {entry['reason']} |" for entry in asvs()["not_applicable"])
    yield ""


def _ranges(ids: list[str]) -> str:
    """Ids in which those that follow one another are joined: 6.5.1-8."""
    runs: list[tuple[str, int, int]] = []
    for section, _, number in (one.rpartition(".") for one in ids):
        if runs and runs[-1][0] == section and runs[-1][2] == int(number) - 1:
            runs[-1] = (section, runs[-1][1], int(number))
        else:
            runs.append((section, int(number), int(number)))
    return ", ".join(f"{section}.{first}" + (f"-{last}" if last > first else "") for section, first, last in runs)


def _risks() -> Iterator[str]:
    yield from ("## The ten risks of APIs (OWASP, 2023)", "", "| id | what | attacks |", "|---|---|---|")
    for entry in asvs()["api"]:
        yield f"| {entry['id']} | {entry['title']} | {_names(entry)} |"


def _names(entry: dict[str, Any]) -> str:
    return ", ".join(f"`{name}`" for name in entry["attacks"])


def main() -> None:
    """Write the document anew."""
    argparse.ArgumentParser(prog="python -m tests.hostile.page", description=__doc__).parse_args()
    DOCUMENT.write_text(with_generated(DOCUMENT.read_text()))


if __name__ == "__main__":
    main()
