"""`python -m tests.mutants`: change the code that keeps accounts apart, bit by bit, and count what the tests notice."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.mutants.results import FOLDER, Tally, tallies
from tests.servers import ROOT

KEPT = Path(__file__).parent / "table.json"
PASS_MARK = 0.95
# Plugins of pytest that these tests do not need would be loaded for every mutant.
_PLAIN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run mutmut and print what survived; 0 when enough is killed in every module and the rest has its reason."""
    options = _parse(arguments)
    if not options.read:
        # What an earlier run has found says nothing of tests that have changed since.
        shutil.rmtree(FOLDER, ignore_errors=True)
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(options.jobs)]
        patterns = [f"shared.{name}.*" for name in options.only]
        subprocess.run([*command, *patterns], cwd=ROOT, env=os.environ | _PLAIN, check=True)
    found = {name: tally for name, tally in tallies().items() if not options.only or Path(name).stem in options.only}
    Console(width=160).print(_terminal(found), *_left(found), sep="\n", markup=False, highlight=False)
    if options.save:
        KEPT.write_text(f"{json.dumps(_kept(found), indent=1, ensure_ascii=False)}\n")
    return 0 if found and all(tally.share >= PASS_MARK and not tally.count("broken") for tally in found.values()) else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="MODULE", help="such as tokens; may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at once")
    parser.add_argument("--read", action="store_true", help="only tell what the last run has left in mutants/")
    parser.add_argument("--save", action="store_true", help="keep the result beside this command")
    return parser.parse_args(arguments)


def _terminal(found: Mapping[str, Tally]) -> Table:
    table = Table("module", "mutants", "killed", "equivalent", "survived", "untested", "broken", "share")
    for name, tally in found.items():
        counts = (str(tally.count(verdict)) for verdict in ("survived", "untested", "broken"))
        row = (name, str(len(tally.mutants)), str(tally.count("killed")), str(len(tally.equivalent)), *counts)
        table.add_row(*row, f"{tally.share:.1%}")
    return table


def _left(found: Mapping[str, Tally]) -> list[str]:
    """What is not killed and has no reason yet."""
    return [
        f"{mutant.verdict} {mutant.change.module} {mutant.change.function}\n  - {mutant.change.before}\n"
        f"  + {mutant.change.after}"
        for tally in found.values()
        for mutant in tally.mutants
        if mutant.verdict != "killed" and mutant.change not in tally.equivalent
    ]


def _kept(found: Mapping[str, Tally]) -> dict[str, object]:
    return {
        "tool": f"mutmut {version('mutmut')}",
        "date": datetime.now(UTC).date().isoformat(),
        "modules": {
            name: {
                "mutants": len(tally.mutants),
                "killed": tally.count("killed"),
                "share": round(tally.share, 4),
                "equivalent": [{**change._asdict(), "reason": reason} for change, reason in tally.equivalent.items()],
                "left": [
                    {**mutant.change._asdict(), "verdict": mutant.verdict}
                    for mutant in tally.mutants
                    if mutant.verdict != "killed" and mutant.change not in tally.equivalent
                ],
            }
            for name, tally in found.items()
        },
    }


if __name__ == "__main__":
    sys.exit(main())
