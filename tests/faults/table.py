"""The kill table: on the terminal, and kept as data beside the faults."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from rich.table import Table

from tests.faults.catalogue import AREA_OF, FAULTS
from tests.faults.fault import Fault
from tests.faults.trial import Trial
from tests.servers import TWINS

KEPT = Path(__file__).parent / "table.json"
_COLOURS = {"killed": "green", "survived": "bold red", "broken": "bold yellow"}


class Row(TypedDict):
    """One fault, as it is kept."""

    area: str
    sentence: str
    rules: list[str]
    digest: str
    verdicts: dict[str, str]
    date: str


def rows(trials: Iterable[Trial]) -> dict[str, Row]:
    """The trials of each fault in one row."""
    found: dict[str, Row] = {}
    for trial in sorted(trials, key=lambda trial: list(FAULTS).index(trial.fault)):
        row = found.setdefault(trial.fault, _untried(FAULTS[trial.fault]))
        row["verdicts"][trial.twin] = trial.verdict
    return found


def _untried(fault: Fault) -> Row:
    return Row(
        area=AREA_OF[fault.name],
        sentence=fault.sentence,
        rules=[*fault.rules],
        digest=fault.digest,
        verdicts={},
        date=datetime.now(UTC).date().isoformat(),
    )


def terminal(trials: Iterable[Trial]) -> Table:
    """The table for people."""
    by_fault = {(trial.fault, trial.twin): trial for trial in trials}
    table = Table("area", "fault", *TWINS, "killed by the rule", title="Seeded faults", title_justify="left")
    for name, row in rows(by_fault.values()).items():
        verdicts = [_cell(by_fault.get((name, twin))) for twin in TWINS]
        table.add_row(row["area"], name, *verdicts, "\n".join(row["rules"]))
    return table


def _cell(trial: Trial | None) -> str:
    if trial is None:
        return "\u2013"
    others = "" if trial.others is None else f" +{trial.others}"
    return f"[{_COLOURS[trial.verdict]}]{trial.verdict}{others}[/]"


def summary(trials: Iterable[Trial]) -> str:
    """How many of the faults were killed, and the names of those that were not."""
    found = rows(trials)
    left = [name for name, row in found.items() if set(row["verdicts"].values()) != {"killed"}]
    told = f": {', '.join(left)}" if left else ""
    return f"{len(found) - len(left)} of {len(found)} faults killed by the rules that are about them{told}"


def keep(trials: Iterable[Trial], command: str, path: Path = KEPT) -> None:
    """Put what has been tried in the place of what was known of it, and drop faults that exist no more."""
    known = kept(path) if path.exists() else {}
    for name, row in rows(trials).items():
        before = known.get(name)
        if before and before["digest"] == row["digest"]:
            # One twin at a time may be tried.
            row["verdicts"] = before["verdicts"] | row["verdicts"]
        known[name] = row
    write(path, {name: known[name] for name in FAULTS if name in known}, command)


def write(path: Path, found: Mapping[str, Row], command: str) -> None:
    """Write rows as JSON."""
    document = {"command": command, "faults": found}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def kept(path: Path = KEPT) -> dict[str, Row]:
    """The rows that are kept."""
    found: dict[str, Row] = json.loads(path.read_text())["faults"]
    return found


def killed(path: Path = KEPT) -> set[tuple[str, str]]:
    """Which faults, as they are now, are known to have been killed in which twin."""
    known = kept(path) if path.exists() else {}
    return {
        (name, twin)
        for name, fault in FAULTS.items()
        if name in known and known[name]["digest"] == fault.digest
        for twin, verdict in known[name]["verdicts"].items()
        if verdict == "killed"
    }
