"""The figures that are kept, as the table of docs/resilience.md: a fault, its pass mark, and what was found."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.resilience.results import FILE
from tests.resilience.slow_sockets import SLOW
from tests.servers import ROOT, TWINS

PAGE = ROOT / "docs" / "resilience.md"
BEGIN, END = "<!-- figures: python -m tests.resilience -->\n", "<!-- end of figures -->"
# In the order of the table: the name of a row, and its pass mark.
MARKS = {
    "kills": "nothing acknowledged is lost, no phantom; 100 kills and 100,000 writes or more",
    "killed, read by the other": "nothing acknowledged is lost",
    "refresh races": "never two winners; 1,000 rounds",
    "database restart": "503 with `Retry-After` meanwhile, back within 2 s of the database, nothing lost",
    "network": "503 in time, no worker is stuck, back within 2 s",
    "graceful stop": "no request is cut; 100 stops",
    "slow sockets": "p99 of others below 250 ms, with ten times as many slow sockets as threads",
    "overload": "80 % of the best goodput or more, memory bounded, health answered",
    "worker death": "only what it was answering fails; newcomers served within a second",
    "mixed load": "less than 5 MiB an hour for each worker, descriptors and files flat",
    "migrations": "exactly one process migrates",
}
# How much of it, at least, in all runs of a case, and in which cases.
_DATABASES = ("sqlite", "postgresql")
LEAST: dict[str, tuple[dict[str, int], Sequence[str]]] = {
    "kills": ({"kills": 100, "acknowledged": 100_000}, [f"{twin}, {kind}" for twin in TWINS for kind in _DATABASES]),
    "refresh races": ({"rounds": 1000}, _DATABASES),
    "database restart": ({"restarts": 20}, TWINS),
    "graceful stop": ({"stops": 100}, TWINS),
    "overload": ({"turns": 5}, [f"{twin}{where}" for twin in TWINS for where in ("", ", postgresql", ", two workers")]),
    "slow sockets": ({"requests": 2000}, [f"{twin}, {kind}" for twin in TWINS for kind in SLOW]),
    "mixed load": ({"minutes": 60}, TWINS),
    "migrations": ({"migrated": 1}, _DATABASES),
}
# Counts of runs of one case that are added up; of everything else the last run is shown.
COUNTS = {"kills", "acknowledged", "lost", "phantoms", "in_doubt", "seconds"}

Run = Mapping[str, Any]


def kept() -> dict[str, dict[str, list[Run]]]:
    """Runs by row and case."""
    found: dict[str, dict[str, list[Run]]] = json.loads(FILE.read_text())
    return found


def total(runs: Sequence[Run]) -> dict[str, Any]:
    """The figures of all runs of a case as one."""
    figures = [run["figures"] for run in runs]
    return {name: sum(one[name] for one in figures) if name in COUNTS else figures[-1][name] for name in figures[-1]}


def render() -> str:
    """The table."""
    lines = ["| fault | pass mark | where | found | run |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *_rows(kept())]) + "\n"


def _rows(found: Mapping[str, Mapping[str, list[Run]]]) -> Iterator[str]:
    for row, mark in MARKS.items():
        for number, (case, runs) in enumerate(found.get(row, {}).items()):
            first = (row, mark) if not number else ("", "")
            figures = ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in total(runs).items())
            revisions = ", ".join(dict.fromkeys(f"{run['revision']}" for run in runs))
            yield f"| {first[0]} | {first[1]} | {case} | {figures} | {runs[-1]['date']}, {revisions} |"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name}: {_shown(one)}" for name, one in value.items()) + ")"
    if isinstance(value, list):
        return " to ".join(map(_shown, value))
    return f"{value:,}" if isinstance(value, int) else str(value)
