"""The figures of long runs, kept as data beside the tests; `python -m tests.resilience` prints them as a table."""

import fcntl
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).parent / "results.json"


class Results:
    """What one test has measured; printed, and kept when that is asked for."""

    def __init__(self, test: str, *, save: bool) -> None:
        self._test, self._save = test, save

    def note(self, row: str, case: str, figures: Mapping[str, object], *, add: bool = False) -> None:
        """The figures of a `case`, such as a twin on a database, in a row of the table.

        They replace those of the run before, unless runs of this row are to be added up.
        """
        print(f"{self._test}: {json.dumps(dict(figures))}")
        if self._save:
            # Parallel workers keep theirs too.
            with FILE.open("a+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                found = json.loads(file.read() or "{}")
                runs = found.setdefault(row, {}).setdefault(case, [])
                found[row][case] = [*(runs if add else []), {**_circumstances(), "figures": dict(figures)}]
                file.truncate(0)
                file.write(json.dumps(found, indent=1, sort_keys=True) + "\n")


def _circumstances() -> dict[str, object]:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=True, cwd=FILE.parent).stdout

    system = f"{platform.system()} {platform.release()}"
    # Other than the figures themselves.
    changed = " and changes" if git("status", "--porcelain", "-uno", ":/", ":(exclude)results.json").strip() else ""
    return {
        "command": " ".join(["pytest", *sys.argv[1:]]),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}",
        "revision": git("rev-parse", "--short", "HEAD").strip() + changed,
    }
